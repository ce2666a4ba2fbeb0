"""Many rows in one statement: an array a column, so that the statement is the same for any number of rows.

Goes to psycopg directly: this is done in every append, and SQLAlchemy takes longer over it than the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from eventstore.arrays import BigIntArray, BoolArray, DateArray, InstantArray, IntArray, PgArray, TextArray, UuidArray
from eventstore.database import driver_connection

_ARRAYS: dict[type[TypeEngine[Any]], Callable[[Sequence[Any]], PgArray]] = {
    BigInteger: BigIntArray,
    Boolean: BoolArray,
    Date: DateArray,
    DateTime: InstantArray,
    Integer: IntArray,
    Text: TextArray,
    Uuid: UuidArray,
}
"""The array of a column's type. Columns of other types, arrays among them, have no place in a read model."""


@cache
def _statement(table: Table, schema: str | None, *, replace: bool) -> bytes:
    columns = [sql.Identifier(column.name) for column in table.columns]
    statement = sql.SQL("INSERT INTO {} ({}) SELECT * FROM unnest({})").format(
        _name(table, schema),
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join([sql.SQL("%b")] * len(columns)),
    )
    if replace:
        keys = [column.name for column in table.primary_key.columns]
        others = [column.name for column in table.columns if column.name not in keys]
        statement += sql.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(
            sql.SQL(", ").join(map(sql.Identifier, keys)),
            sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in others),
        )
    return statement.as_bytes(None)


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows. Each names every column."""
    await _write(connection, table, rows, replace=False)


async def upsert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows, or replace those with the same primary key. No key may come twice."""
    await _write(connection, table, rows, replace=True)


async def replace_rows(
    connection: AsyncConnection,
    table: Table,
    town: str,
    streams: Sequence[str],
    rows: Sequence[Mapping[str, object]],
) -> None:
    """Put `rows` in the place of all rows of `streams`; the table has columns `town` and `stream`."""
    if not streams:
        return
    driver = await driver_connection(connection)
    await driver.execute(_removal(table, _schema(connection, table)), (town, TextArray(streams)))
    await insert_rows(connection, table, rows)


async def _write(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]], *, replace: bool
) -> None:
    if not rows:
        return
    statement = _statement(table, _schema(connection, table), replace=replace)
    arrays = [_ARRAYS[type(column.type)]([row[column.name] for row in rows]) for column in table.columns]
    driver = await driver_connection(connection)
    await driver.execute(statement, arrays)


def _schema(connection: AsyncConnection, table: Table) -> str | None:
    """The schema of the table, or that of its shadow where the connection writes to shadows."""
    options = connection.sync_connection.get_execution_options() if connection.sync_connection is not None else {}
    translated: Mapping[str | None, str | None] = options.get("schema_translate_map", {})
    return translated.get(table.schema, table.schema)


@cache
def _removal(table: Table, schema: str | None) -> bytes:
    removal = sql.SQL("DELETE FROM {} WHERE town = %b AND stream = ANY(%b)")
    return removal.format(_name(table, schema)).as_bytes(None)


def _name(table: Table, schema: str | None) -> sql.Identifier:
    return sql.Identifier(schema, table.name) if schema else sql.Identifier(table.name)
