"""Group commit: the appends of a town that wait together become one locked statement and one commit.

A town's appends queue in this process and are sent in batches. While one batch is at the database the next gathers, so
the cost of the lock and of the disk is shared by all who wait, and a lone append waits for nobody. Several processes
may append to one town; the lock on its counter row puts their batches in one order.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import Recorded
from eventstore.batch import APPEND, Answer, arguments, event_ids, made_by, outcomes
from eventstore.contract import AppendRequest, AppendResult, CommandTaken, StoreUnavailable, Verdict
from eventstore.database import driver_connection
from eventstore.reader import events_of_commands
from eventstore.subscriber import AfterCommit, Subscriber, TryAgain

_log = structlog.get_logger(__name__)

BATCH_APPENDS = 128
"""Appends of one batch at most: of 256 producers, one half is prepared while the other half commits."""

BATCH_EVENTS = 2000
"""Events of one batch at most, except that a single append is never split."""


class _Waiting(NamedTuple):
    request: AppendRequest
    result: asyncio.Future[AppendResult]


class Appender:
    """Sends the appends of one town, in the order in which they came."""

    def __init__(
        self,
        writing: AsyncEngine,
        reading: AsyncEngine,
        town: str,
        role: str,
        subscribers: Sequence[Subscriber],
        after_commit: Sequence[AfterCommit],
    ) -> None:
        self._engine = writing
        self._reading = reading
        self._town = town
        self._role = role
        self._subscribers = subscribers
        self._after_commit = after_commit
        self._queue: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, request: AppendRequest) -> asyncio.Future[AppendResult]:
        """Queue an append; the future gets its result, or raises `CommandTaken` or `StoreUnavailable`."""
        result: asyncio.Future[AppendResult] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(request, result))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain(), name=f"appender of {self._town}")
        return result

    async def idle(self) -> None:
        """Wait until everything queued was sent and answered."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        while self._queue:
            batch = self._next_batch()
            try:
                await self._send(batch)
            except Exception as error:  # noqa: BLE001 - handed to each caller who waits
                for waiting in batch:
                    _fail(waiting, error)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        events = 0
        while self._queue and len(batch) < BATCH_APPENDS:
            size = len(self._queue[0].request.events)
            if batch and events + size > BATCH_EVENTS:
                break
            events += size
            batch.append(self._queue.popleft())
        return batch

    async def _send(self, batch: list[_Waiting]) -> None:
        requests = [waiting.request for waiting in batch]
        try:
            results, appended = await self._commit(requests)
        except (DBAPIError, psycopg.Error) as error:
            if _connection_lost(error):
                raise StoreUnavailable(str(error)) from error
            if len(batch) == 1:
                raise
            # One append that the database refuses must not take the others with it.
            for waiting in batch:
                try:
                    await self._send([waiting])
                except Exception as alone:  # noqa: BLE001 - handed to the caller
                    _fail(waiting, alone)
            return
        except SQLAlchemyError as error:  # no connection to be had from the pool
            raise StoreUnavailable(str(error)) from error
        for waiting, result in zip(batch, results, strict=True):
            if isinstance(result, CommandTaken):
                _fail(waiting, result)
            elif not waiting.result.done():
                waiting.result.set_result(result)
        if appended and self._after_commit:
            await self._announce(appended)

    async def _commit(self, requests: list[AppendRequest]) -> tuple[list[AppendResult | CommandTaken], list[Recorded]]:
        async with self._engine.connect() as connection:
            try:
                try:
                    answer, made = await self._transaction(connection, requests, careful=False)
                except TryAgain:
                    await (await driver_connection(connection)).execute("ROLLBACK")
                    self._forget()
                    answer, made = await self._transaction(connection, requests, careful=True)
            except BaseException:
                # What state it is in, nobody knows; and whether it was committed, only a repetition can tell.
                await connection.invalidate()
                self._forget()
                raise
        commands = [r.command_id for r, v in zip(requests, answer.verdicts, strict=True) if v == Verdict.DUPLICATE]
        originals = await events_of_commands(self._reading, self._town, self._role, commands) if commands else {}
        return outcomes(self._town, requests, answer, made, originals), list(chain.from_iterable(made))

    async def _transaction(
        self, connection: AsyncConnection, requests: list[AppendRequest], *, careful: bool
    ) -> tuple[Answer, list[tuple[Recorded, ...]]]:
        # The connection commits each statement by itself; without subscribers one statement is all there is.
        driver = await driver_connection(connection)
        if self._subscribers:
            await driver.execute("BEGIN")
        ids = event_ids(self._town, requests)
        cursor = await driver.execute(APPEND, arguments(self._town, self._role, requests, ids), binary=True)
        row = await cursor.fetchone()
        if row is None:
            raise RuntimeError("jiandu_append returned no row")
        answer = Answer(*row)
        made = made_by(requests, ids, answer)
        if self._subscribers and (appended := list(chain.from_iterable(made))):
            for subscriber in self._subscribers:
                await subscriber.on_append(connection, self._town, appended, careful=careful)
        if self._subscribers:
            await driver.execute("COMMIT")
        return answer, made

    def _forget(self) -> None:
        for subscriber in self._subscribers:
            subscriber.on_rollback(self._town)

    async def _announce(self, appended: list[Recorded]) -> None:
        for hook in self._after_commit:
            try:
                await hook(self._town, appended)
            except Exception:  # noqa: BLE001 - the events are committed; a listener cannot undo that
                _log.exception("after_commit_failed", town=self._town, position=appended[-1].position)


def _connection_lost(error: DBAPIError | psycopg.Error) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.result.done():
        waiting.result.set_exception(error)
