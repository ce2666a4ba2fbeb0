"""The event store of a deployment: append, read, recover. One object a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import cast, extract, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import BigInteger

from domain.events import Recorded
from eventstore import reader
from eventstore.appender import Appender
from eventstore.contract import AppendRequest, AppendResult
from eventstore.database import APP_ROLE, as_auditor, create_append_engine, create_engine, in_town, libpq_address
from eventstore.schema import stream_epoch, town_log
from eventstore.stepwise import Stepwise
from eventstore.subscriber import AfterCommit, Subscriber
from eventstore.wire import Wires


class EventStore:
    """Appends and reads events. Belongs to the event loop that it was opened in."""

    def __init__(
        self,
        engine: AsyncEngine,
        append_engine: AsyncEngine,
        wires: Wires,
        *,
        role: str = APP_ROLE,
        subscribers: Sequence[Subscriber] = (),
        after_commit: Sequence[AfterCommit] = (),
    ) -> None:
        self.engine = engine
        self._append_engine = append_engine
        self._wires = wires
        self._role = role
        self._subscribers = tuple(subscribers)
        self._after_commit = tuple(after_commit)
        self._appenders: dict[str, Appender] = {}

    @classmethod
    def open(
        cls,
        url: str,
        *,
        role: str = APP_ROLE,
        subscribers: Sequence[Subscriber] = (),
        after_commit: Sequence[AfterCommit] = (),
        pool_size: int = 8,
    ) -> Self:
        """A store on the database of `url`, which `migrations.migrate` made ready. Connects when first used."""
        return cls(
            create_engine(url, pool_size=pool_size),
            create_append_engine(url, pool_size=pool_size),
            Wires(libpq_address(url), pool_size),
            role=role,
            subscribers=subscribers,
            after_commit=after_commit,
        )

    async def close(self) -> None:
        """Let the appends under way end, then close all connections."""
        await asyncio.gather(*(appender.idle() for appender in self._appenders.values()))
        await self._wires.close()
        await self._append_engine.dispose()
        await self.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def append(self, request: AppendRequest) -> AppendResult:
        """Record the events of one command. The verdict tells duplicates and refusals apart.

        Raises `CommandTaken` for a command id used on another stream, `StoreUnavailable` when the outcome is unknown.
        """
        return await self._appender(request.town).put(request)

    async def append_many(self, requests: Iterable[AppendRequest]) -> list[AppendResult]:
        """Record many appends, in order, each with its own verdict; they share commits, not fate.

        Raises what `append` raises for the first that failed so, after all were tried.
        """
        futures = [self._appender(request.town).put(request) for request in requests]
        done = await asyncio.gather(*futures, return_exceptions=True)
        results: list[AppendResult] = []
        for one in done:
            if isinstance(one, BaseException):
                raise one
            results.append(one)
        return results

    async def read_stream(
        self, town: str, stream: str, from_version: int = 0, limit: int | None = None
    ) -> list[Recorded]:
        """The events of a stream from `from_version` on, at most `limit`; empty when there is none."""
        return await reader.read_stream(self.engine, town, self._role, stream, from_version, limit)

    async def read_all(self, town: str, after_position: int = 0, limit: int = 1000) -> list[Recorded]:
        """At most `limit` events of the town's log behind `after_position`; nothing is ever missing in between."""
        async with in_town(self.engine, town, self._role) as connection:
            return await reader.read_log(connection, town, after_position, limit)

    @asynccontextmanager
    async def iterate(self, town: str, after_position: int = 0) -> AsyncIterator[AsyncIterator[Recorded]]:
        """The town's log behind `after_position` as it is now, with flat memory (a server-side cursor)."""
        async with in_town(self.engine, town, self._role) as connection:
            yield reader.stream_log(connection, town, after_position)

    async def find_command(self, town: str, command_id: str) -> list[Recorded]:
        """The events that a command made; empty when it was not accepted."""
        found = await reader.events_of_commands(self.engine, town, self._role, [command_id])
        return list(found.get(command_id, ()))

    async def streams(self, town: str, prefix: str = "") -> list[str]:
        """Names of the town's streams that begin with `prefix`, oldest first."""
        return await reader.stream_names(self.engine, town, self._role, prefix)

    async def towns(self) -> list[str]:
        """All towns that have a log."""
        async with as_auditor(self.engine) as connection:
            return list((await connection.execute(select(town_log.c.town).order_by(town_log.c.town))).scalars())

    async def epoch(self, town: str, stream: str) -> int:
        """The epoch in force of a stream; 0 until a recovery raised it."""
        async with in_town(self.engine, town, self._role) as connection:
            return await reader.stream_epoch_of(connection, town, stream)

    async def raise_epoch(self, town: str, stream: str) -> int:
        """Begin a new epoch: from now on appends of earlier ones are refused. Returns the new epoch.

        It is one more than the last, but at least the seconds since 1970: a restored database does not know the epochs
        given after its backup was taken, and must not give one of them again while its old holder still runs.
        """
        clock = cast(extract("epoch", func.clock_timestamp()), BigInteger)
        raised = insert(stream_epoch).values(town=town, stream=stream, epoch=clock, raised_at=func.clock_timestamp())
        raised = raised.on_conflict_do_update(
            index_elements=["town", "stream"],
            set_={
                "epoch": func.greatest(stream_epoch.c.epoch + 1, raised.excluded.epoch),
                "raised_at": raised.excluded.raised_at,
            },
        )
        async with in_town(self.engine, town, self._role) as connection:
            # Under the town's lock: no append of the old epoch is half done when this returns.
            await reader.last_position(connection, town, lock=True)
            epoch: int = (await connection.execute(raised.returning(stream_epoch.c.epoch))).scalar_one()
            return epoch

    def _appender(self, town: str) -> Appender:
        appender = self._appenders.get(town)
        if appender is None:
            stepwise = Stepwise(self._append_engine, self.engine, town, self._role, self._subscribers)
            appender = Appender(town, self._role, self._wires, stepwise, self._subscribers, self._after_commit)
            self._appenders[town] = appender
        return appender
