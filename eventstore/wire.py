"""A connection that sends a whole transaction and reads its answer in one round trip.

This must stay, because of what a lone append costs: psycopg's cursors take more time over four statements than the
database does. Here a statement is prepared once, its parameters are bytes already, all of them go out in one write
(libpq's pipeline mode), and the event loop watches the socket for good instead of anew for each answer. The statements
up to the one synchronisation point are one transaction, which commits there, or is rolled back if any of them failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from struct import Struct
from typing import Any, NamedTuple, Self

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format

from eventstore.arrays import PgArray

Row = list[bytes | None]
"""The values of a row in PostgreSQL's text form."""


_TEXT_OID, _BIGINT_OID = 25, 20
_BIGINT = Struct("!q").pack


class Statement(NamedTuple):
    """One statement of a transaction, with parameters `$1`, `$2` and so on in the binary protocol."""

    text: bytes
    types: list[int]
    values: list[bytes]

    @classmethod
    def of(cls, text: bytes, values: Sequence[PgArray | str | int]) -> Self:
        """A statement of values: arrays, `text` and `bigint`."""
        types, data = [], []
        for value in values:
            if isinstance(value, str):
                types.append(_TEXT_OID)
                data.append(value.encode())
            elif isinstance(value, int):
                types.append(_BIGINT_OID)
                data.append(_BIGINT(value))
            else:
                types.append(value.oid)
                data.append(value.encode())
        return cls(text, types, data)


class WireBroken(Exception):
    """The connection ended; whether the transaction under way was committed is not known."""


class Wire:
    """One connection. One transaction at a time."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._pgconn.enter_pipeline_mode()
        self._loop = asyncio.get_running_loop()
        self._socket = self._pgconn.socket
        self._names: dict[bytes, bytes] = {}
        self._numbers = count()
        self._fresh: list[bytes] = []
        """Statements that the transaction under way prepares."""
        self._writing = False
        self._answer: asyncio.Future[list[Row]] | None = None
        self._rows: list[Row] = []
        self._error: psycopg.Error | None = None
        self.usable = True
        """Whether the connection stands."""
        self._loop.add_reader(self._socket, self._readable)

    @classmethod
    async def connect(cls, address: str) -> Wire:
        """A new connection. READ COMMITTED is what the append function relies on, so it is asked for by name."""
        # Plans as in `jiandu_append`: planning anew for every batch takes longer than running it.
        options = "-c default_transaction_isolation=read\\ committed -c plan_cache_mode=force_generic_plan"
        given = conninfo_to_dict(address).get("options") or ""
        connection = await psycopg.AsyncConnection.connect(address, autocommit=True, options=f"{given} {options}")
        return cls(connection)

    def send(self, statements: Sequence[Statement]) -> asyncio.Future[list[Row]]:
        """Send one transaction. The future gets the last row of each statement that has rows.

        It raises `psycopg.Error` for what the database refused, with nothing committed, or `WireBroken`.
        """
        self._answer = answer = self._loop.create_future()
        if self.usable:
            self._queue(statements)
        else:
            self._break(psycopg.OperationalError("the connection is lost"))
        return answer

    def _queue(self, statements: Sequence[Statement]) -> None:
        try:
            for text, types, values in statements:
                name = self._names.get(text)
                if name is None:
                    name = self._names[text] = b"jiandu_%d" % next(self._numbers)
                    self._fresh.append(text)
                    self._pgconn.send_prepare(name, text, types)
                self._pgconn.send_query_prepared(name, values, [Format.BINARY] * len(values))
            self._pgconn.pipeline_sync()
            self._flush()
        except psycopg.Error as error:
            self._break(error)

    async def close(self) -> None:
        """End the connection, and with it a transaction under way."""
        self._break(psycopg.OperationalError("the connection was closed"))
        await self._connection.close()

    def _flush(self) -> None:
        if self._pgconn.flush():
            # The database takes no more for now; it may first want its answers read, which `_readable` does meanwhile.
            self._loop.add_writer(self._socket, self._writable)
            self._writing = True
        elif self._writing:
            self._loop.remove_writer(self._socket)
            self._writing = False

    def _writable(self) -> None:
        try:
            self._flush()
        except psycopg.Error as error:
            self._break(error)

    def _readable(self) -> None:
        try:
            self._pgconn.consume_input()
            if self._answer is None:  # a notice, a parameter that changed, or the end of the connection
                if self._pgconn.status == ConnStatus.BAD:
                    raise psycopg.OperationalError(self._pgconn.get_error_message())
                return
            while not self._pgconn.is_busy():
                result = self._pgconn.get_result()
                if result is None:  # the end of one statement's results
                    if self._pgconn.status == ConnStatus.BAD:
                        raise psycopg.OperationalError(self._pgconn.get_error_message())
                elif self._take(result):
                    return
        except psycopg.Error as error:
            self._break(error)

    def _take(self, result: pq.abc.PGresult) -> bool:
        """Note a result; whether it was the transaction's last."""
        status = result.status
        if status == ExecStatus.TUPLES_OK:
            if result.ntuples:
                self._rows.append([result.get_value(result.ntuples - 1, n) for n in range(result.nfields)])
        elif status == ExecStatus.FATAL_ERROR:
            self._error = error_from_result(result)
        elif status == ExecStatus.PIPELINE_SYNC:
            self._end()
            return True
        return False

    def _end(self) -> None:
        answer, rows, error, fresh = self._answer, self._rows, self._error, self._fresh
        self._answer, self._rows, self._error, self._fresh = None, [], None, []
        if error is not None:
            for text in fresh:  # whether it was prepared before the error, nobody knows; the name is not used again
                del self._names[text]
        if answer is not None and not answer.done():
            if error is None:
                answer.set_result(rows)
            else:
                answer.set_exception(error)

    def _break(self, error: psycopg.Error) -> None:
        self.usable = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        if self._answer is not None and not self._answer.done():
            broken = WireBroken(str(error))
            broken.__cause__ = error
            self._answer.set_exception(broken)
        self._answer = None


class Wires:
    """The wires of a process: `size` at most, made when needed, kept for the next."""

    def __init__(self, address: str, size: int) -> None:
        self._address = address
        self._free = asyncio.Semaphore(size)
        self._idle: list[Wire] = []

    async def take(self) -> Wire:
        """A wire that is to be given back. Raises `WireBroken` where there is no connection to be had."""
        await self._free.acquire()
        try:
            while self._idle:
                wire = self._idle.pop()
                if wire.usable:
                    return wire
                await wire.close()  # the server went away while nobody used it
            return await Wire.connect(self._address)
        except psycopg.OperationalError as error:
            self._free.release()
            raise WireBroken(str(error)) from error
        except BaseException:
            self._free.release()
            raise

    async def give_back(self, wire: Wire) -> None:
        """Let others use it."""
        if wire.usable:
            self._idle.append(wire)
        else:
            await wire.close()
        self._free.release()

    async def close(self) -> None:
        """End all connections."""
        while self._idle:
            await self._idle.pop().close()
