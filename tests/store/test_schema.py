"""The tables that queries name are those that the migrations make; values travel to the database unchanged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, create_engine

from eventstore import schema
from eventstore.arrays import (
    BigIntArray,
    BoolArray,
    DateArray,
    InstantArray,
    IntArray,
    PgArray,
    TextArray,
    UuidArray,
)
from eventstore.canonical import ChainedRow, chain, genesis, instant
from eventstore.database import driver_url
from projections import projections
from projections.tables import metadata as read_models

OURS = {"public", "readmodel", None}


def include(name: str | None, kind: str, parents: Any) -> bool:
    """Leave out what other rooms make."""
    if kind == "schema":
        return name in {None, "readmodel"}
    return not (kind == "table" and parents["schema_name"] not in OURS)


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, counterpart: Any) -> bool:
    return not (kind == "table" and reflected and counterpart is None and name not in known_tables())


def every_table() -> MetaData:
    combined = MetaData()
    for metadata in (schema.metadata, read_models):
        for table in metadata.tables.values():
            table.to_metadata(combined)
    return combined


def known_tables() -> set[str]:
    return {table.name for table in every_table().tables.values()}


def test_the_tables_are_those_that_migrations_make(module_postgres_url: str) -> None:
    engine = create_engine(driver_url(module_postgres_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": include,
                "include_object": include_object,
                "compare_type": True,
            },
        )
        assert compare_metadata(context, every_table()) == []
    engine.dispose()


def test_every_read_model_belongs_to_one_projection() -> None:
    owned = [table.name for projection in projections() for table in projection.tables]
    assert len(owned) == len(set(owned))
    assert set(owned) == {table.name for table in read_models.tables.values() if table.schema == "readmodel"}


BEIJING = timezone(timedelta(hours=8))
MOMENTS = (datetime(1949, 10, 1, 15, tzinfo=BEIJING), datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("array", "type_name"),
    [
        (TextArray(["村", "", 'a"b\\c\n{,}', None, "😀"]), "text"),
        (IntArray([0, -1, 2**31 - 1, None]), "integer"),
        (BigIntArray([0, -1, 2**63 - 1, None]), "bigint"),
        (BoolArray([True, False, None]), "boolean"),
        (UuidArray([uuid4(), UUID(int=0), None]), "uuid"),
        (InstantArray(MOMENTS), "timestamptz"),
        (DateArray([date(1949, 10, 1), date(2028, 2, 29), None]), "date"),
        (TextArray([]), "text"),
    ],
)
def test_an_array_arrives_as_it_was_sent(module_postgres_url: str, array: PgArray, type_name: str) -> None:
    with psycopg.connect(module_postgres_url) as connection:
        row = connection.execute("SELECT %b, pg_typeof(%b)::text", (array, array)).fetchone()
    assert row == (list(array.values), type_name + "[]" if type_name != "timestamptz" else "timestamp with time zone[]")


TEXTS = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(BEIJING))  # noqa: DTZ001 - hypothesis wants naive bounds


@settings(max_examples=60, deadline=None)
@given(
    row=st.builds(
        ChainedRow,
        town=TEXTS,
        position=st.integers(1, 2**63 - 1),
        stream=TEXTS,
        version=st.integers(0, 2**31 - 1),
        event_id=st.uuids(),
        type=TEXTS,
        schema_version=st.integers(1, 99),
        command_id=TEXTS,
        command_index=st.integers(0, 99),
        business_time=INSTANTS,
        recorded_at=INSTANTS,
        body=TEXTS,
        metadata=TEXTS,
    )
)
def test_sql_and_python_chain_alike(module_postgres_url: str, row: ChainedRow) -> None:
    with psycopg.connect(module_postgres_url) as connection:
        found = connection.execute(
            "SELECT jiandu_genesis(%s), jiandu_chain(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, "
            "jiandu_instant(%s), jiandu_instant(%s), %s, %s)",
            (row.town, genesis(row.town), *row),
        ).fetchone()
    assert found == (genesis(row.town), chain(genesis(row.town), row))


def test_a_moment_without_a_zone_has_no_canonical_form() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
