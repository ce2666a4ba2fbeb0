"""How far each projection of a town has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from eventstore.database import in_town
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


async def states(engine: AsyncEngine, town: str) -> list[ProjectionState]:
    """The states of all projections that ever ran, for status pages."""
    async with in_town(engine, town) as connection:
        last = await last_position(connection, town)
        found = await read_states(connection, town)
    return [found[name].model_copy(update={"behind": last - found[name].position}) for name in sorted(found)]
