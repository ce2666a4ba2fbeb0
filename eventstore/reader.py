"""Reading the log of a town: by stream, by command, in order of position."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import Recorded, UnknownEvent
from eventstore.database import in_town
from eventstore.rows import recorded
from eventstore.schema import event, stream_epoch, town_log

FETCH = 500
"""Rows that a server-side cursor brings at a time: what an iterator holds in memory at most."""


def _events(town: str) -> Select[Any]:
    return select(
        event.c.event_id,
        event.c.stream,
        event.c.version,
        event.c.position,
        event.c.type,
        event.c.schema_version,
        event.c.body,
        event.c.metadata,
    ).where(event.c.town == town)


async def read_log(connection: AsyncConnection, town: str, after: int, limit: int | None = None) -> list[Recorded]:
    """Events of the town behind position `after`, in order; within the caller's transaction."""
    query = _events(town).where(event.c.position > after).order_by(event.c.position).limit(limit)
    return [recorded(row) for row in await connection.execute(query)]


async def read_known(
    connection: AsyncConnection, town: str, after: int, limit: int
) -> tuple[list[Recorded], str | None]:
    """Like `read_log`, but up to the first event that this program does not know; says what is wrong with that one."""
    query = _events(town).where(event.c.position > after).order_by(event.c.position).limit(limit)
    known: list[Recorded] = []
    for row in await connection.execute(query):
        try:
            known.append(recorded(row))
        except UnknownEvent as error:
            return known, f"UnknownEvent: {error}"
    return known, None


async def stream_log(connection: AsyncConnection, town: str, after: int) -> AsyncIterator[Recorded]:
    """Like `read_log` to the end of the log, with flat memory."""
    query = _events(town).where(event.c.position > after).order_by(event.c.position)
    async with connection.stream(query, execution_options={"yield_per": FETCH}) as rows:
        # In partitions, since each step from SQLAlchemy's side to ours costs more than the row.
        async for part in rows.partitions():
            for row in part:
                yield recorded(row)


async def read_stream(
    engine: AsyncEngine, town: str, role: str, stream: str, from_version: int, limit: int | None
) -> list[Recorded]:
    """The events of a stream from a version on."""
    query = _events(town).where(event.c.stream == stream, event.c.version >= from_version).order_by(event.c.version)
    query = query.limit(limit)
    async with in_town(engine, town, role) as connection:
        return [recorded(row) for row in await connection.execute(query)]


async def read_streams(
    connection: AsyncConnection, town: str, streams: Sequence[str], *, upto: int
) -> dict[str, list[Recorded]]:
    """Several streams at once, up to a position of the log; within the caller's transaction."""
    query = _events(town).where(event.c.stream == func.any(list(streams)), event.c.position <= upto)
    found: dict[str, list[Recorded]] = {}
    for row in await connection.execute(query.order_by(event.c.position)):
        found.setdefault(row.stream, []).append(recorded(row))
    return found


async def events_of_commands(
    engine: AsyncEngine, town: str, role: str, command_ids: Sequence[str]
) -> dict[str, tuple[Recorded, ...]]:
    """The events that each command made; a command that made none is missing."""
    query = _events(town).where(event.c.command_id == func.any(list(command_ids))).order_by(event.c.position)
    found: dict[str, tuple[Recorded, ...]] = {}
    async with in_town(engine, town, role) as connection:
        for row in await connection.execute(query):
            one = recorded(row)
            found[one.metadata.command_id] = (*found.get(one.metadata.command_id, ()), one)
    return found


async def stream_names(engine: AsyncEngine, town: str, role: str, prefix: str) -> list[str]:
    """Names of the town's streams that begin with `prefix`, in order of their first event."""
    query = (
        select(event.c.stream)
        .where(event.c.town == town, event.c.version == 0, event.c.stream.startswith(prefix, autoescape=True))
        .order_by(event.c.position)
    )
    async with in_town(engine, town, role) as connection:
        return list((await connection.execute(query)).scalars())


async def last_position(connection: AsyncConnection, town: str, *, lock: bool = False) -> int:
    """The position of the town's last event, 0 for none; with `lock` no append of the town runs until commit."""
    query = select(town_log.c.position).where(town_log.c.town == town)
    return (await connection.execute(query.with_for_update() if lock else query)).scalar_one_or_none() or 0


async def stream_epoch_of(connection: AsyncConnection, town: str, stream: str) -> int:
    """The epoch in force of a stream."""
    query = select(stream_epoch.c.epoch).where(stream_epoch.c.town == town, stream_epoch.c.stream == stream)
    return (await connection.execute(query)).scalar_one_or_none() or 0
