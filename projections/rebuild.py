"""Make read models anew from the log, beside the live ones, compare the two, and swap them in one transaction.

Readers and appends go on all the while, except for the last moment: the events that came meanwhile, the comparison and
the swap are one transaction under a lock that appends wait for. What a failed rebuild leaves is the live tables as they
were. Runs as the owner of the tables, since it makes and renames some; events and rows still pass row-level security.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import Recorded
from eventstore.database import AUDIT_ROLE, as_auditor, create_engine, in_town
from eventstore.reader import stream_log
from eventstore.schema import town_log
from projections.compare import TableDifference, compare
from projections.projection import Projection
from projections.shadow import (
    SHADOW,
    create_shadow,
    drop_shadow,
    only_rebuild,
    stop_appends,
    swap,
    to_shadow,
)
from projections.state import write_states

CHUNK = 2000
"""Events that are in memory at a time, and in one transaction of the shadow tables."""

Progress = Callable[[str, int, int], None]
"""Told of town, events done and events in all, after each chunk."""


class RebuildFailed(Exception):
    """A projection cannot be made from the log; the live tables are as they were."""

    def __init__(self, projection: str, town: str, position: int, error: Exception) -> None:
        super().__init__(
            f"projection {projection!r} fails at event {position} of {town!r} or shortly before: "
            f"{type(error).__name__}: {error}"
        )
        self.projection = projection
        self.town = town
        self.position = position


@dataclass(frozen=True)
class Rebuilt:
    """What came of a rebuild. `differences`: tables whose live rows were not those that the log says."""

    positions: dict[str, int] = field(default_factory=dict)
    """Events by town."""
    differences: tuple[TableDifference, ...] = ()
    swapped: bool = False


async def rebuild(
    url: str, projections: Sequence[Projection], *, progress: Progress | None = None, swap_in: bool = True
) -> Rebuilt:
    """Rebuild the tables of `projections` for all towns. Without `swap_in` the new tables are compared and dropped.

    Raises `RebuildFailed`, and `RebuildRunning` while another process rebuilds.
    """
    engine = create_engine(url)
    tables = [table for projection in projections for table in projection.tables]
    try:
        async with engine.connect() as guard:
            await only_rebuild(guard)
            try:
                await create_shadow(engine, tables)
                positions: dict[str, int] = {}
                for town in await _towns(engine):
                    with _few_collections():
                        await _fill(engine, projections, town, positions, progress)
                return await _finish(engine, projections, tables, positions, swap_in)
            finally:
                await drop_shadow(engine)
    finally:
        await engine.dispose()


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cyclic garbage seldom: millions of events are made and dropped, and hardly a cycle among them.

    Looking as often as Python does by itself takes half of a rebuild's time.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 10, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def _towns(engine: AsyncEngine) -> list[str]:
    async with as_auditor(engine) as connection:
        return list((await connection.execute(select(town_log.c.town).order_by(town_log.c.town))).scalars())


async def _fill(
    engine: AsyncEngine,
    projections: Sequence[Projection],
    town: str,
    positions: dict[str, int],
    progress: Progress | None,
) -> None:
    positions[town] = 0
    async with in_town(engine, town) as reading:
        total = (
            await reading.execute(select(town_log.c.position).where(town_log.c.town == town))
        ).scalar_one_or_none() or 0
        async for chunk in _chunks(stream_log(reading, town, 0)):
            await _apply(engine, projections, town, chunk)
            positions[town] = chunk[-1].position
            if progress is not None:
                progress(town, positions[town], max(total, positions[town]))


async def _apply(engine: AsyncEngine, projections: Sequence[Projection], town: str, chunk: Sequence[Recorded]) -> None:
    async with engine.connect() as connection:
        writing = await connection.execution_options(schema_translate_map=SHADOW)
        async with writing.begin():
            await _write(writing, projections, town, chunk)


async def _write(
    writing: AsyncConnection, projections: Sequence[Projection], town: str, chunk: Sequence[Recorded]
) -> None:
    await to_shadow(writing, town)
    for projection in projections:
        try:
            await projection.apply(writing, town, chunk)
        except Exception as error:
            raise RebuildFailed(projection.name, town, chunk[-1].position, error) from error


async def _finish(
    engine: AsyncEngine,
    projections: Sequence[Projection],
    tables: Sequence[Table],
    positions: dict[str, int],
    swap_in: bool,
) -> Rebuilt:
    async with engine.connect() as connection:
        final = await connection.execution_options(schema_translate_map=SHADOW)
        async with final.begin():
            await stop_appends(final)
            await final.execute(text(f"SET LOCAL ROLE {AUDIT_ROLE}"))
            ends = {row.town: row.position for row in await final.execute(select(town_log.c.town, town_log.c.position))}
            await final.execute(text("RESET ROLE"))
            for town, end in ends.items():
                await _catch_up(final, projections, town, positions.get(town, 0), end)
                positions[town] = end
            differences = await compare(final, tables)
            if swap_in:
                await swap(final, tables)
                for town, end in positions.items():
                    await to_shadow(final, town)
                    await write_states(final, town, {projection.name: (end, None) for projection in projections})
    return Rebuilt(positions=positions, differences=tuple(differences), swapped=swap_in)


async def _catch_up(final: AsyncConnection, projections: Sequence[Projection], town: str, after: int, end: int) -> None:
    if after >= end:
        return
    await to_shadow(final, town)
    async for chunk in _chunks(stream_log(final, town, after)):
        await _write(final, projections, town, chunk)


async def _chunks(events: AsyncIterator[Recorded]) -> AsyncIterator[list[Recorded]]:
    chunk: list[Recorded] = []
    async for recorded in events:
        chunk.append(recorded)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
