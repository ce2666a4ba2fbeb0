"""Everything that an act needs: the event store, the engine's client, and what the town's books say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from temporalio.client import Client

from commands.place import Database, open_database
from domain.acts import Actor, Command
from domain.calendar import WorkCalendar
from domain.events import Recorded
from domain.policy.document import Policy
from domain.roster.book import Book
from domain.roster.books import CALENDAR, POLICY, ROSTER
from domain.roster.state import RosterState
from eventstore.books import read_book, write_book
from eventstore.store import EventStore
from projections import subscribers
from runtime.settings import Settings, load_settings
from runtime.temporal import connect
from worker import sealed_converter
from workflows.client import CaseClient

S = TypeVar("S")


@dataclass(frozen=True)
class Records:
    """The event store of a town and its books: enough for everything that needs no process."""

    database: Database
    store: EventStore

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.database.settings

    @property
    def town(self) -> str:
        """The town that is worked on."""
        return self.settings.town

    async def book(self, book: Book[S]) -> S:
        """What a stream without a process says now."""
        return await read_book(self.store, self.town, book)

    async def write(self, book: Book[S], command: Command, actor: Actor, command_id: str) -> list[Recorded]:
        """Make an entry in a stream without a process; none when it says nothing new. Raises `Refusal`."""
        return await write_book(
            self.store, self.town, book, command, actor=actor, command_id=command_id, now=datetime.now(UTC)
        )

    async def roster(self) -> RosterState:
        """The town's deputies and posts."""
        return await self.book(ROSTER)

    async def policy(self) -> Policy:
        """The policy in force."""
        return (await self.book(POLICY)).current

    async def calendar(self) -> WorkCalendar:
        """The town's working days."""
        return await self.book(CALENDAR)

    async def policies(self) -> dict[str, Policy]:
        """Every policy that a case may have been opened under, by its version: the adopted ones and the default."""
        adopted = [each.policy for each in (await self.book(POLICY)).adopted]
        return {policy.version: policy for policy in (Policy(), *adopted)}


@dataclass(frozen=True)
class Desk(Records):
    """The same with the way to the cases."""

    engine: Client
    cases: CaseClient

    def of_town(self, town: str) -> Desk:
        """The same desk in another town of the deployment."""
        settings = self.settings.model_copy(update={"town": town})
        return desk_of(replace(self.database, settings=settings), self.store, self.engine)


def new_command_id() -> str:
    """The id of an act that nobody gave one."""
    return f"cli-{uuid4()}"


@asynccontextmanager
async def open_records(settings: Settings | None = None) -> AsyncIterator[Records]:
    """The event store of the settings."""
    async with open_database(settings) as database, store_of(database) as store:
        yield Records(database, store)


@asynccontextmanager
async def open_desk(settings: Settings | None = None) -> AsyncIterator[Desk]:
    """The event store and the running engine. Raises `TemporalError` when no engine runs."""
    settings = settings or load_settings()
    engine = await connect(settings, data_converter=sealed_converter(settings))
    async with open_database(settings) as database, store_of(database) as store:
        yield desk_of(database, store, engine)


@asynccontextmanager
async def store_of(database: Database) -> AsyncIterator[EventStore]:
    """The event store of a database, with the read models kept up to date."""
    async with EventStore.open(database.url, subscribers=subscribers(), pool_size=4) as store:
        yield store


def desk_of(database: Database, store: EventStore, engine: Client) -> Desk:
    """The desk on connections that are open already."""
    settings = database.settings
    in_flight = None if settings.embedded_temporal else settings.updates_in_flight
    cases = CaseClient(engine, settings.town, store, settings.task_queue, in_flight=in_flight)
    return Desk(database, store, engine, cases)
