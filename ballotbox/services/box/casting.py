"""Casting with group commit: the envelopes that arrive while one transaction is made durable share the next.

One statement takes a batch. Of many parallel senders under one token, in however many processes, the primary key lets
one row stand. It holds a share of the poll's row: what changes the phase waits for it, and it for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import psycopg

from ballotbox.services.box.store import OPTIONS
from ballotbox.services.cluster import Connection

_LIMIT = 256
"""Envelopes of one transaction."""
_TAKE = """
    WITH open AS MATERIALIZED (SELECT phase FROM poll WHERE manifest = %s FOR SHARE)
    INSERT INTO envelope (manifest, token, subject, sent, leaf, entry, sealed)
    SELECT %s, a.token, a.subject, a.sent, a.leaf, a.entry, a.sealed
    FROM unnest(%b::bytea[], %s::text[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %s::boolean[])
        AS a (token, subject, sent, leaf, entry, sealed, owed), open
    WHERE open.phase = 'casting' OR a.owed AND open.phase = 'closed'
    ORDER BY a.token
    ON CONFLICT DO NOTHING
    RETURNING token
    """
_KNOWN = "SELECT token, sent, leaf FROM envelope WHERE manifest = %s AND token = ANY(%b)"


class Casting(NamedTuple):
    """An envelope that may be stored."""

    token: bytes
    subject: str
    sent: bytes
    """Hash of the bytes that were sent."""
    leaf: bytes
    entry: bytes
    sealed: bytes
    owed: bool
    """Whether the log is known to hold it already: then it is taken also after the close."""


class Stored(NamedTuple):
    """What stands under a token."""

    sent: bytes
    leaf: bytes


class _Waiting(NamedTuple):
    casting: Casting
    session: int
    answer: asyncio.Future[Stored | None]

    def fail(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


async def connect(url: str) -> Connection:
    """A connection whose every statement is durable when it is answered."""
    return await psycopg.AsyncConnection.connect(
        url, autocommit=True, options=OPTIONS, connect_timeout=5, prepare_threshold=1
    )


class Caster:
    """Stores the envelopes of one poll, batch after batch, over one connection."""

    def __init__(self, url: str, poll: bytes, connected: Callable[[], Awaitable[None]]) -> None:
        """`connected` is awaited after each new connection: the database may be another than before."""
        self._url = url
        self._poll = poll
        self._connected = connected
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()
        self._session = 0
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def session(self) -> int:
        """The number of the present connection, made where there is none. What is judged by what is known of the
        database holds for this connection alone: behind the next one there may be an old backup."""
        async with self._connecting:
            if self._connection is None or self._connection.closed:
                connection = await connect(self._url)
                try:
                    await self._connected()
                except BaseException:
                    await connection.close()
                    raise
                self._connection = connection
                self._session += 1
            return self._session

    async def store(self, casting: Casting, session: int) -> Stored | None:
        """What stands under the token once it is durable: this envelope, or an earlier one; None where the phase keeps
        a new one out. Raises `psycopg.Error`, `OSError`: whether it was stored is then not known."""
        answer: asyncio.Future[Stored | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(casting, session, answer))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def close(self) -> None:
        """End the connection."""
        if self._worker is not None:
            await self._worker
        if self._connection is not None:
            await self._connection.close()

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_LIMIT], self._waiting[_LIMIT:]
                await self._answer(batch)
        finally:
            self._worker = None

    async def _answer(self, batch: Sequence[_Waiting]) -> None:
        good = [each for each in batch if each.session == self._session]
        for each in batch:
            if each.session != self._session:
                each.fail(psycopg.OperationalError("judged by what was known of another connection"))
        try:
            stood = await self._commit([each.casting for each in good]) if good else {}
        except BaseException as error:
            for each in good:
                each.fail(error)
            await self._drop()
            if not isinstance(error, (psycopg.Error, OSError)):  # nobody but the senders has to know of those
                raise
        else:
            for each in good:
                if not each.answer.done():
                    each.answer.set_result(stood.get(each.casting.token))

    async def _commit(self, batch: Sequence[Casting]) -> dict[bytes, Stored]:
        connection = self._connection
        if connection is None:
            raise psycopg.OperationalError("the connection is lost")
        first = {casting.token: casting for casting in reversed(batch)}
        rows = sorted(first.values())
        columns = [list(column) for column in zip(*rows, strict=True)]
        taken = await connection.execute(_TAKE, (self._poll, self._poll, *columns))
        stood = {token: Stored(first[token].sent, first[token].leaf) for (token,) in await taken.fetchall()}
        if rest := [token for token in first if token not in stood]:
            # A statement of its own: only then does it see what another process stored meanwhile.
            known = await connection.execute(_KNOWN, (self._poll, rest))
            stood |= {token: Stored(sent, leaf) for token, sent, leaf in await known.fetchall()}
        return stood

    async def _drop(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()
