"""Many rows in one statement: an array a column, so that the statement is the same for any number of rows.

Goes to the driver directly: this is done in every append, and SQLAlchemy takes longer over it than the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, ClassVar

from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from eventstore.arrays import BigIntArray, BoolArray, DateArray, InstantArray, IntArray, PgArray, TextArray, UuidArray
from eventstore.database import driver_connection
from eventstore.wire import Statement

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

Rows = Sequence[Mapping[str, object]]
"""Rows that name every column of their table."""


@dataclass(frozen=True, slots=True)
class Insert:
    """Add rows."""

    kind: ClassVar[str] = "insert"
    table: Table
    rows: Rows


@dataclass(frozen=True, slots=True)
class Upsert:
    """Add rows, or replace those with the same primary key. No key may come twice."""

    kind: ClassVar[str] = "upsert"
    table: Table
    rows: Rows


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove all rows of some streams; the table has columns `town` and `stream`."""

    kind: ClassVar[str] = "remove"
    table: Table
    town: str
    streams: Sequence[str]


Write = Insert | Upsert | Remove


async def run(connection: AsyncConnection, writes: Sequence[Write]) -> None:
    """Do the writes, in the shadow tables where the connection writes to those."""
    driver = await driver_connection(connection)
    for write in writes:
        if _values := _parameters(write):
            await driver.execute(_statement(write.kind, write.table, _schema(connection, write.table)), _values)


def foreseen(writes: Sequence[Write]) -> list[Statement]:
    """The writes as statements that follow an append: the database adds to every `position` what the log held."""
    return [
        Statement.of(_following(write.kind, write.table), values) for write in writes if (values := _parameters(write))
    ]


def _parameters(write: Write) -> list[PgArray | str]:
    """Empty when there is nothing to do."""
    if isinstance(write, Remove):
        return [write.town, TextArray(write.streams)] if write.streams else []
    if not write.rows:
        return []
    return [make([row[name] for row in write.rows]) for name, make in _columns(write.table)]


@cache
def _columns(table: Table) -> list[tuple[str, Callable[[Sequence[Any]], PgArray]]]:
    return [(column.name, _ARRAYS[type(column.type)]) for column in table.columns]


@cache
def _statement(kind: str, table: Table, schema: str | None, before: str = "") -> bytes:
    """`before`: what is added to positions."""
    name = sql.Identifier(schema, table.name) if schema else sql.Identifier(table.name)
    if kind == Remove.kind:
        return sql.SQL("DELETE FROM {} WHERE town = %b AND stream = ANY(%b)").format(name).as_bytes(None)
    columns = [sql.Identifier(column.name) for column in table.columns]
    statement = sql.SQL("INSERT INTO {0} ({1}) SELECT {2} FROM unnest({3}) AS made ({1})").format(
        name,
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join(
            sql.SQL("{}" + before if column.name == "position" else "{}").format(sql.Identifier("made", column.name))
            for column in table.columns
        ),
        sql.SQL(", ").join([sql.SQL("%b")] * len(columns)),
    )
    if kind == Upsert.kind:
        keys = [column.name for column in table.primary_key.columns]
        others = [column.name for column in table.columns if column.name not in keys]
        statement += sql.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(
            sql.SQL(", ").join(map(sql.Identifier, keys)),
            sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in others),
        )
    return statement.as_bytes(None)


@cache
def _following(kind: str, table: Table) -> bytes:
    places = count(1)
    text = _statement(kind, table, table.schema, " + current_setting('jiandu.before')::bigint")
    return re.sub(rb"%b", lambda _: b"$%d" % next(places), text)


def _schema(connection: AsyncConnection, table: Table) -> str | None:
    """The schema of the table, or that of its shadow where the connection writes to shadows."""
    options = connection.sync_connection.get_execution_options() if connection.sync_connection is not None else {}
    translated: Mapping[str | None, str | None] = options.get("schema_translate_map", {})
    return translated.get(table.schema, table.schema)
