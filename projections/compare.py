"""Whether the live tables hold what the log says: their rows against those of the shadow tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CursorResult, Executable, MetaData, Table, Text, TextClause, cast, func, select, text, union
from sqlalchemy.ext.asyncio import AsyncConnection

from eventstore.database import AUDIT_ROLE
from projections.shadow import SHADOW_SCHEMA
from projections.tables import READ_MODEL

SAMPLES = 5


class TableDifference(BaseModel):
    """Rows of one table that only the live or only the rebuilt one has; a changed row counts in both."""

    model_config = ConfigDict(frozen=True)

    table: str
    only_live: int
    only_rebuilt: int
    samples: tuple[dict[str, str], ...]
    """Primary keys of some of them."""


async def compare(connection: AsyncConnection, tables: Sequence[Table]) -> list[TableDifference]:
    """The tables that differ, over all towns."""
    await connection.execute(text("RESET ROLE"))
    await connection.execute(text(f"SET LOCAL ROLE {AUDIT_ROLE}"))
    found = [difference for table in tables if (difference := await _compare(connection, table)) is not None]
    await connection.execute(text("RESET ROLE"))
    return found


async def _compare(connection: AsyncConnection, table: Table) -> TableDifference | None:
    shadow = table.to_metadata(MetaData(), schema=SHADOW_SCHEMA)
    only_live = select(table).except_(select(shadow)).cte("only_live")
    only_rebuilt = select(shadow).except_(select(table)).cte("only_rebuilt")
    live_count = (await _both(connection, select(func.count()).select_from(only_live))).scalar_one()
    rebuilt_count = (await _both(connection, select(func.count()).select_from(only_rebuilt))).scalar_one()
    if live_count == 0 and rebuilt_count == 0:
        return None
    names = [column.name for column in table.primary_key.columns]
    keys = union(*(select(*(cast(part.c[name], Text) for name in names)) for part in (only_live, only_rebuilt)))
    samples = await _both(connection, keys.order_by(*_places(names)).limit(SAMPLES))
    return TableDifference(
        table=table.name,
        only_live=live_count,
        only_rebuilt=rebuilt_count,
        samples=tuple(dict(zip(names, row, strict=True)) for row in samples),
    )


def _places(names: Sequence[str]) -> list[TextClause]:
    """The columns of a union by their places, which is how its result is ordered."""
    return [text(str(place)) for place in range(1, len(names) + 1)]


async def _both(connection: AsyncConnection, query: Executable) -> CursorResult[Any]:
    # Both schemas are named, so the rebuild's translation of one into the other must not apply.
    return await connection.execute(query, execution_options={"schema_translate_map": {READ_MODEL: READ_MODEL}})
