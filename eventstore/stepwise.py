"""A batch of appends step by step: a verdict for each, and projections that may fail.

Slower than the one round trip of `eventstore.appender`, which comes here when that was refused or could not be tried.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import Recorded
from eventstore.batch import APPEND, Answer, arguments, outcomes, recorded_by
from eventstore.contract import AppendRequest, AppendResult, StoreUnavailable, Verdict
from eventstore.database import driver_connection
from eventstore.reader import events_of_commands
from eventstore.subscriber import Subscriber, TryAgain

Outcome = AppendResult | Exception


class Stepwise:
    """Appends batches of one town."""

    def __init__(
        self, writing: AsyncEngine, reading: AsyncEngine, town: str, role: str, subscribers: Sequence[Subscriber]
    ) -> None:
        self._engine = writing
        self._reading = reading
        self._town = town
        self._role = role
        self._subscribers = subscribers

    async def send(self, requests: Sequence[AppendRequest]) -> tuple[list[Outcome], list[Recorded]]:
        """What came of each append, and the events of all that were accepted."""
        try:
            return await self._commit(requests)
        except (DBAPIError, psycopg.Error) as error:
            if _connection_lost(error):
                return [StoreUnavailable(str(error))] * len(requests), []
            if len(requests) == 1:
                return [error], []
        except SQLAlchemyError as error:  # no connection to be had from the pool
            return [StoreUnavailable(str(error))] * len(requests), []
        except Exception as error:  # noqa: BLE001 - handed to each caller who waits
            return [error] * len(requests), []
        # One append that the database refuses must not take the others with it.
        results: list[Outcome] = []
        appended: list[Recorded] = []
        for request in requests:
            one, made = await self.send([request])
            results += one
            appended += made
        return results, appended

    async def _commit(self, requests: Sequence[AppendRequest]) -> tuple[list[Outcome], list[Recorded]]:
        async with self._engine.connect() as connection:
            try:
                try:
                    answer, appended = await self._transaction(connection, requests, careful=False)
                except TryAgain:
                    await (await driver_connection(connection)).execute("ROLLBACK")
                    self.forget()
                    answer, appended = await self._transaction(connection, requests, careful=True)
            except BaseException:
                # What state it is in, nobody knows; and whether it was committed, only a repetition can tell.
                await connection.invalidate()
                self.forget()
                raise
        commands = [r.command_id for r, v in zip(requests, answer.verdicts, strict=True) if v == Verdict.DUPLICATE]
        originals = await events_of_commands(self._reading, self._town, self._role, commands) if commands else {}
        return outcomes(self._town, requests, answer, originals), appended

    async def _transaction(
        self, connection: AsyncConnection, requests: Sequence[AppendRequest], *, careful: bool
    ) -> tuple[Answer, list[Recorded]]:
        # The connection commits each statement by itself; without subscribers one statement is all there is.
        driver = await driver_connection(connection)
        if self._subscribers:
            await driver.execute("BEGIN")
        cursor = await driver.execute(APPEND, arguments(self._town, self._role, requests), binary=True)
        row = await cursor.fetchone()
        if row is None:
            raise RuntimeError("jiandu_append returned no row")
        answer = Answer(*row)
        appended = _appended(self._town, requests, answer)
        if appended:
            for subscriber in self._subscribers:
                await subscriber.on_append(connection, self._town, appended, careful=careful)
        if self._subscribers:
            await driver.execute("COMMIT")
        return answer, appended

    def forget(self, streams: Collection[str] | None = None) -> None:
        """Have the subscribers drop what they remember of appends that did not happen."""
        for subscriber in self._subscribers:
            subscriber.on_rollback(self._town, streams)


def _appended(town: str, requests: Sequence[AppendRequest], answer: Answer) -> list[Recorded]:
    made: list[Recorded] = []
    for request, verdict, first, version, _ in zip(requests, *answer, strict=True):
        if verdict == Verdict.APPENDED:
            made.extend(recorded_by(town, request, first, version))
    return made


def _connection_lost(error: DBAPIError | psycopg.Error) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
