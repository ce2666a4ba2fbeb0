"""Reminders that persons send, to the roles that a case waits for; each case once in a while, and written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.acts import Actor
from eventstore.database import in_town
from notices.feeding import add
from notices.message import Message
from notices.routing import Routes

COOL_DOWN = timedelta(hours=24)
"""A case is not recalled again before so long has passed."""

_LAST = text(
    "SELECT stream, max(said_at) AS at FROM outbox.message "
    "WHERE town = :town AND bulk IS NOT NULL AND said_at > :since GROUP BY stream"
)
_LOG = text(
    "INSERT INTO outbox.bulk (town, id, by_person, by_role, what, words, messages, sent_at) "
    "VALUES (:town, :id, :person, :role, :what, :words, :messages, :now) ON CONFLICT DO NOTHING RETURNING id"
)
_LATEST = text(
    "SELECT b.*, coalesce(a.name, b.by_person) AS name, "
    "(SELECT count(DISTINCT r.key) FROM outbox.message m JOIN outbox.reading r ON r.town = m.town AND r.key = m.key "
    " WHERE m.town = b.town AND m.bulk = b.id) AS seen "
    "FROM outbox.bulk b LEFT JOIN LATERAL "
    "(SELECT name FROM accounts.account a WHERE a.town = b.town AND a.person = b.by_person LIMIT 1) a ON true "
    "WHERE b.town = :town ORDER BY b.sent_at DESC LIMIT 30"
)
_FAILING = text(
    "SELECT d.channel, d.state, d.attempts, d.fault, d.done_at, d.next_at, m.title, m.words "
    "FROM outbox.delivery d JOIN outbox.message m ON m.town = d.town AND m.key = d.key "
    "WHERE d.town = :town AND (d.state = 'dead' OR (d.state = 'waiting' AND d.attempts > 0)) "
    "ORDER BY d.state, d.next_at DESC LIMIT 100"
)
_COUNTS = text("SELECT state, count(*) AS number FROM outbox.delivery WHERE town = :town GROUP BY state")


@dataclass(frozen=True)
class Sent:
    """A line of the log."""

    at: datetime
    by: str
    what: str
    words: str
    messages: int
    seen: int
    """Messages that somebody has read."""


@dataclass(frozen=True)
class Failing:
    """A delivery that does not get out: dead, or tried again later."""

    channel: str
    dead: bool
    attempts: int
    fault: str
    title: str


class Reminders:
    """The reminders of one town. Delivery is the worker's: its routes say which channels there are."""

    def __init__(self, engine: AsyncEngine, town: str, routes: Routes) -> None:
        self._engine, self._town, self._routes = engine, town, routes

    async def cooling(self, now: datetime) -> Mapping[str, datetime]:
        """The cases that were recalled so lately that they are not again, each with the moment."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_LAST, {"town": self._town, "since": now - COOL_DOWN})
            return {row.stream: row.at for row in rows}

    async def send(
        self, key: str, actor: Actor, what: str, words: str, messages: Sequence[Message], now: datetime
    ) -> int:
        """Send them and write it down. `key` names it: the same again is sent once. Returns how many went out."""
        async with in_town(self._engine, self._town) as connection:
            values = {
                "town": self._town,
                "id": key,
                "person": actor.id,
                "role": actor.role.value,
                "what": what,
                "words": words,
                "messages": len(messages),
                "now": now,
            }
            if (await connection.execute(_LOG, values)).first() is None:
                return 0
            return await add(connection, self._town, messages, self._routes, now)

    async def log(self) -> list[Sent]:
        """The last reminders, newest first."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_LATEST, {"town": self._town})
            return [Sent(row.sent_at, row.name, row.what, row.words, row.messages, row.seen) for row in rows]

    async def failing(self) -> list[Failing]:
        """What does not get out, dead letters first."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_FAILING, {"town": self._town})
            return [Failing(r.channel, r.state == "dead", r.attempts, r.fault or "", r.title) for r in rows]


async def delivery_counts(engine: AsyncEngine, town: str) -> Mapping[str, int]:
    """How many deliveries are waiting, sent and dead."""
    async with in_town(engine, town) as connection:
        return {row.state: row.number for row in await connection.execute(_COUNTS, {"town": town})}
