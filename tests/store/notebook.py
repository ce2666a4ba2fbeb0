"""A projection that tests can break and mend."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum, auto

import psycopg
from sqlalchemy import BigInteger, Column, MetaData, PrimaryKeyConstraint, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Recorded
from eventstore.database import in_town
from eventstore.store import EventStore
from projections.bulk import Insert, Write, run
from projections.tables import READ_MODEL
from tests.store.examples import TOWN, Noted

notebook = Table(
    "notebook",
    MetaData(),
    Column("town", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("town", "position", name="notebook_pkey"),
    schema=READ_MODEL,
)


class Defect(Enum):
    """How a broken notebook fails at an event whose text is 坏."""

    IN_PYTHON = auto()
    IN_SQL = auto()


class Notebook:
    """The texts of all notes."""

    name = "notebook"
    tables = (notebook,)

    def __init__(self, defect: Defect | None = None) -> None:
        self.defect = defect

    def changes(self, town: str, events: Sequence[Recorded]) -> list[Write]:
        rows: list[dict[str, object]] = []
        for recorded in events:
            if not isinstance(recorded.event, Noted):
                continue
            text: str | None = recorded.event.text
            if text == "坏" and self.defect is Defect.IN_PYTHON:
                raise ValueError("cannot read 坏")
            if text == "坏" and self.defect is Defect.IN_SQL:
                text = None  # the table refuses it
            rows.append({"town": town, "position": recorded.position, "text": text})
        return [Insert(notebook, rows)]

    async def apply(self, connection: AsyncConnection, town: str, events: Sequence[Recorded]) -> None:
        await run(connection, self.changes(town, events))

    def forget(self, town: str, streams: Collection[str] | None = None) -> None:
        """It remembers nothing."""


def create_notebook(url: str) -> None:
    """Make the table, as a migration would."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE readmodel.notebook (town text NOT NULL, position bigint NOT NULL, text text NOT NULL, "
            "CONSTRAINT notebook_pkey PRIMARY KEY (town, position))"
        )
        connection.execute("SELECT jiandu_secure_read_model('readmodel.notebook')")


async def noted(store: EventStore) -> list[str]:
    """The texts in the table, in order."""
    async with in_town(store.engine, TOWN) as connection:
        return list((await connection.execute(select(notebook.c.text).order_by(notebook.c.position))).scalars())
