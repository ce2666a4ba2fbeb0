"""The in-box: what somebody was told, what of it they have read, and who has read a case's messages when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from eventstore.database import in_town
from notices.message import FOR_READER, Message, Reader, message_of

_COLUMNS = "m.key, m.roles, m.stream, m.kind, m.title, m.words, m.said_at, m.due, m.person, m.village, m.bulk"
_MINE = text(
    f"SELECT {_COLUMNS}, r.read_at FROM outbox.message m "  # noqa: S608 - our own text
    "LEFT JOIN outbox.reading r ON r.town = m.town AND r.key = m.key AND r.person = :person "
    f"WHERE m.town = :town AND {FOR_READER} ORDER BY (r.read_at IS NOT NULL), m.number DESC LIMIT :most"
)
_UNREAD = text(
    "SELECT count(*) FROM outbox.message m "  # noqa: S608 - our own text
    f"WHERE m.town = :town AND {FOR_READER} AND NOT EXISTS "
    "(SELECT FROM outbox.reading r WHERE r.town = m.town AND r.key = m.key AND r.person = :person)"
)
_READ = text(
    "INSERT INTO outbox.reading (town, key, person, read_at) SELECT m.town, m.key, :person, :now "  # noqa: S608
    f"FROM outbox.message m WHERE m.town = :town AND {FOR_READER} AND (:all OR m.key = :key) ON CONFLICT DO NOTHING"
)
_OF_STREAM = text(
    f"SELECT {_COLUMNS} FROM outbox.message m WHERE m.town = :town AND m.stream = :stream "  # noqa: S608 - our own text
    "ORDER BY m.number DESC LIMIT 100"
)
_READINGS = text(
    "SELECT r.key, r.read_at, coalesce(a.name, r.person) AS name FROM outbox.reading r "
    "LEFT JOIN LATERAL (SELECT name FROM accounts.account a WHERE a.town = r.town AND a.person = r.person LIMIT 1) a "
    "ON true WHERE r.town = :town AND r.key = ANY (:keys) ORDER BY r.read_at"
)
_DELIVERIES = text(
    "SELECT key, channel, state, attempts, done_at, fault FROM outbox.delivery "
    "WHERE town = :town AND key = ANY (:keys) ORDER BY channel"
)


@dataclass(frozen=True)
class Received:
    """A message as its reader sees it."""

    message: Message
    read_at: datetime | None


@dataclass(frozen=True)
class Told:
    """A message of a case: who read it when, and how it went out."""

    message: Message
    read: Sequence[tuple[str, datetime]]
    deliveries: Sequence[tuple[str, str]]
    """Channel and state."""


class InBox:
    """The in-boxes of one town."""

    def __init__(self, engine: AsyncEngine, town: str) -> None:
        self._engine, self._town = engine, town

    async def messages(self, reader: Reader, most: int = 200) -> list[Received]:
        """The reader's messages: unread ones first, then newest first."""
        values = {"town": self._town, "most": most, **reader.parameters()}
        async with in_town(self._engine, self._town) as connection:
            return [Received(message_of(row), row.read_at) for row in await connection.execute(_MINE, values)]

    async def unread(self, reader: Reader) -> int:
        """How many the reader has not read."""
        async with in_town(self._engine, self._town) as connection:
            found = await connection.execute(_UNREAD, {"town": self._town, **reader.parameters()})
            return int(found.scalar_one())

    async def mark_read(self, reader: Reader, key: str | None) -> None:
        """One message is read, or all (None); a message that is not the reader's stays as it is."""
        values = {"town": self._town, "now": datetime.now(UTC), "key": key or "", "all": key is None}
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_READ, {**values, **reader.parameters()})

    async def of_stream(self, stream: str) -> list[Told]:
        """What was told in a case, newest first."""
        async with in_town(self._engine, self._town) as connection:
            rows = (await connection.execute(_OF_STREAM, {"town": self._town, "stream": stream})).all()
            keys = {"town": self._town, "keys": [row.key for row in rows]}
            readings = (await connection.execute(_READINGS, keys)).all()
            deliveries = (await connection.execute(_DELIVERIES, keys)).all()
        return [
            Told(
                message_of(row),
                [(each.name, each.read_at) for each in readings if each.key == row.key],
                [(each.channel, each.state) for each in deliveries if each.key == row.key],
            )
            for row in rows
        ]
