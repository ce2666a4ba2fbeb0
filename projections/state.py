"""How far each projection of a town has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from psycopg.types.numeric import Int8
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from eventstore.arrays import TextArray
from eventstore.database import driver_connection, in_town
from eventstore.reader import last_position
from projections.tables import projection_state


class ProjectionState(BaseModel):
    """Position of the last event in a projection's tables, and why it stopped there, if it did."""

    model_config = ConfigDict(frozen=True)

    name: str
    position: int = 0
    error: str | None = None
    stopped_at: datetime | None = None
    behind: int = 0
    """Events of the log that are not in the tables."""

    @property
    def current(self) -> bool:
        """Whether pages may show these tables as the truth."""
        return self.error is None and self.behind == 0


async def read_states(connection: AsyncConnection, town: str) -> dict[str, ProjectionState]:
    """States by name, within the caller's transaction; `behind` is not filled in."""
    rows = await connection.execute(
        select(
            projection_state.c.name,
            projection_state.c.position,
            projection_state.c.error,
            projection_state.c.stopped_at,
        ).where(projection_state.c.town == town)
    )
    return {row.name: ProjectionState.model_validate(dict(row._mapping)) for row in rows}


async def lock_state(connection: AsyncConnection, town: str, name: str) -> int:
    """Take the right to bring a projection on, until the transaction ends; returns the position to go on from.

    Without it two processes that catch up would both apply the same page. Taken after the town's lock, never before it.
    """
    await connection.execute(insert(projection_state).values(town=town, name=name, position=0).on_conflict_do_nothing())
    position: int = (
        await connection.execute(
            select(projection_state.c.position)
            .where(projection_state.c.town == town, projection_state.c.name == name)
            .with_for_update()
        )
    ).scalar_one()
    return position


async def write_states(connection: AsyncConnection, town: str, reached: Mapping[str, tuple[int, str | None]]) -> None:
    """Note the position that each projection has reached, and the error that keeps it from going on."""
    if not reached:
        return
    upsert = insert(projection_state).values(
        [
            {
                "town": town,
                "name": name,
                "position": position,
                "error": error,
                "stopped_at": func.clock_timestamp() if error is not None else None,
            }
            for name, (position, error) in reached.items()
        ]
    )
    await connection.execute(
        upsert.on_conflict_do_update(
            index_elements=["town", "name"],
            set_={column: upsert.excluded[column] for column in ("position", "error", "stopped_at")},
        )
    )


_ADVANCE = """
UPDATE projection_state SET position = %b
WHERE town = %b AND name = ANY(%b) AND position = %b AND error IS NULL
RETURNING name
"""


async def advance(connection: AsyncConnection, town: str, names: Sequence[str], before: int, after: int) -> set[str]:
    """Move those of the projections that stand at `before` and run to `after`; returns their names."""
    driver = await driver_connection(connection)
    cursor = await driver.execute(_ADVANCE, (Int8(after), town, TextArray(names), Int8(before)), binary=True)
    return {name for (name,) in await cursor.fetchall()}


async def states(engine: AsyncEngine, town: str) -> list[ProjectionState]:
    """The states of all projections that ever ran, for status pages."""
    async with in_town(engine, town) as connection:
        last = await last_position(connection, town)
        found = await read_states(connection, town)
    return [found[name].model_copy(update={"behind": last - found[name].position}) for name in sorted(found)]
