"""What ours is measured beside: plain INSERT and COPY of the same rows, and the `eventsourcing` library."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg import sql
from sqlalchemy.engine import make_url

from bench.servers import driver_address
from domain.events import Event
from eventstore.canonical import event_id
from eventstore.contract import AppendRequest

_COLUMNS = (
    "town", "stream", "version", "event_id", "type", "schema_version", "command_id", "command_index", "business_time",
    "body", "metadata",
)  # fmt: skip

RawRow = tuple[Any, ...]


def create_raw_table(url: str) -> None:
    """A table with our events' columns, a number and the moment, and no index but its key's."""
    with psycopg.connect(driver_address(url), autocommit=True) as connection:
        connection.execute("""
            CREATE TABLE raw_event (
                position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, town text NOT NULL, stream text NOT NULL,
                version integer NOT NULL, event_id uuid NOT NULL, type text NOT NULL, schema_version integer NOT NULL,
                command_id text NOT NULL, command_index integer NOT NULL, business_time timestamptz NOT NULL,
                body text NOT NULL, metadata text NOT NULL, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
            )""")


def raw_rows(requests: Sequence[AppendRequest]) -> list[RawRow]:
    """The same events as rows of the raw table."""
    return [
        (
            request.town,
            request.stream,
            request.expected_version + 1 + number,
            event_id(request.town, request.command_id, number),
            one.type_name,
            one.schema_version,
            request.command_id,
            number,
            request.metadata.business_time,
            one.model_dump_json(),
            request.metadata.model_dump_json(),
        )
        for request in requests
        for number, one in enumerate(request.events)
    ]


_INSERT = sql.SQL("INSERT INTO raw_event ({}) VALUES ({})").format(
    sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)), sql.SQL(", ").join([sql.Placeholder()] * len(_COLUMNS))
)
_COPY = sql.SQL("COPY raw_event ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)))


class RawWriters:
    """Connections that insert row by row, each row a commit of its own."""

    def __init__(self, connections: Sequence[psycopg.AsyncConnection[Any]]) -> None:
        self._connections = connections

    @classmethod
    async def connect(cls, url: str, count: int) -> RawWriters:
        address = driver_address(url)
        return cls([await psycopg.AsyncConnection.connect(address, autocommit=True) for _ in range(count)])

    async def close(self) -> None:
        for connection in self._connections:
            await connection.close()

    async def insert(self, rows: Sequence[RawRow]) -> None:
        """Share the rows out among the connections, which work side by side."""
        waiting = iter(rows)

        async def work(connection: psycopg.AsyncConnection[Any]) -> None:
            for row in waiting:
                await connection.execute(_INSERT, row)

        await asyncio.gather(*(work(connection) for connection in self._connections))

    async def copy(self, batches: Sequence[Sequence[RawRow]]) -> None:
        """One COPY and one commit a batch, on one connection."""
        for batch in batches:
            async with self._connections[0].cursor() as cursor, cursor.copy(_COPY) as copy:
                for row in batch:
                    await copy.write_row(row)


class Noted(Aggregate):
    """The library's aggregate: a case that holds the same bodies as ours."""

    @event("Opened")
    def __init__(self, body: str, metadata: str) -> None:
        self.body = body

    @event("Went")
    def go_on(self, body: str, metadata: str) -> None:
        self.body = body


def noted(bodies: Sequence[Event], metadata: str) -> Noted:
    """An unsaved aggregate with an event for each body."""
    texts = [each.model_dump_json() for each in bodies]
    made = Noted(texts[0], metadata)
    for text in texts[1:]:
        made.go_on(text, metadata)
    return made


@contextmanager
def library(url: str) -> Iterator[Application[UUID]]:
    """The library's application with its PostgreSQL recorder, in its default settings."""
    address = make_url(url)
    application = Application[UUID](
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(address.database),
            "POSTGRES_HOST": str(address.query["host"]),
            "POSTGRES_PORT": "5432",
            "POSTGRES_USER": str(address.username),
            "POSTGRES_PASSWORD": "",  # a socket that only we can open needs none
        }
    )
    try:
        yield application
    finally:
        application.close()
