"""Many rows in one statement: an array a column, so that the statement is the same for any number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import ARRAY, Table, bindparam, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection


@cache
def _insert(table: Table) -> Insert:
    names = [column.name for column in table.columns]
    arrays = [bindparam(column.name, type_=ARRAY(column.type)) for column in table.columns]
    rows = func.unnest(*arrays).table_valued(*names).render_derived(name="fresh")
    return insert(table).from_select(names, select(*(rows.c[name] for name in names)))


@cache
def _upsert(table: Table) -> Insert:
    statement = _insert(table)
    keys = [column.name for column in table.primary_key.columns]
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _arrays(table: Table, rows: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    return {column.name: [row[column.name] for row in rows] for column in table.columns}


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows. Each names every column; none of the columns is an array itself."""
    if rows:
        await connection.execute(_insert(table), _arrays(table, rows))


async def upsert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows, or replace those with the same primary key. No key may come twice."""
    if rows:
        await connection.execute(_upsert(table), _arrays(table, rows))
