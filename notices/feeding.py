"""From the log to messages: new rows of the notices' read model, and once a day the deadlines that come near.

Every message has a key made of what it tells, so feeding twice, or from two workers, makes it once. What is older than
`FRESH` (a log that was there before the outbox) can be read in the in-box and is sent to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.acts import Role
from domain.calendar import WorkCalendar
from domain.cases.case import TOWN_ZONE, CaseKind
from domain.roster.book import read
from domain.roster.books import CALENDAR, ROSTER
from domain.roster.state import RosterState
from eventstore.database import APP_ROLE, in_town
from eventstore.reader import read_stream
from notices.message import Message
from notices.routing import Routes
from notices.words import said, until
from projections.cases import cases
from projections.notices import notices

FRESH = timedelta(days=3)
PAGE = 500
NEAR = (5, 1, 0)
"""Working days before a due date on which it is recalled, where the case itself recalls none."""
_WATCHED = {
    CaseKind.APPRAISAL.value: frozenset({Role.STAFF, Role.HEAD}),
    CaseKind.POLL.value: frozenset({Role.STAFF, Role.PRESIDIUM}),
    CaseKind.ASSESSMENT.value: frozenset({Role.STAFF}),
}
"""Proposals and rectifications recall their deadlines by events; the rules of these say nothing of reminders."""

_FED = text(
    "INSERT INTO outbox.fed (town, position) VALUES (:town, 0) ON CONFLICT (town) DO UPDATE SET town = excluded.town "
    "RETURNING position, on_day"
)
_NEWS = text(
    "SELECT NOT EXISTS (SELECT FROM outbox.fed f WHERE f.town = :town AND f.on_day >= :today AND f.position >= "
    "coalesce((SELECT max(n.position) FROM readmodel.notices n WHERE n.town = :town), 0))"
)
_MOVED = text("UPDATE outbox.fed SET position = :position WHERE town = :town")
_DAY_DONE = text("UPDATE outbox.fed SET on_day = :day WHERE town = :town")
_ADD = text(
    "INSERT INTO outbox.message (town, key, roles, person, village, stream, kind, title, words, due, said_at, bulk) "
    "VALUES (:town, :key, :roles, :person, :village, :stream, :kind, :title, :words, :due, :said_at, :bulk) "
    "ON CONFLICT DO NOTHING RETURNING key"
)
_SEND = text(
    "INSERT INTO outbox.delivery (town, key, channel, next_at) VALUES (:town, :key, :channel, :now) "
    "ON CONFLICT DO NOTHING"
)


async def feed(engine: AsyncEngine, town: str, routes: Routes, now: datetime | None = None) -> int:
    """Make messages of everything new. Returns how many were made."""
    now = now or datetime.now(UTC)
    today = now.astimezone(TOWN_ZONE).date()
    made = 0
    while True:
        async with in_town(engine, town) as connection:
            if not (await connection.execute(_NEWS, {"town": town, "today": today})).scalar_one():
                return made
            # The row is locked until commit: workers feed a town one after the other.
            fed = (await connection.execute(_FED, {"town": town})).one()
            rows = await _new_notices(connection, town, fed.position)
            due = [] if fed.on_day is not None and fed.on_day >= today else await _watched(connection, town)
            if rows or due:
                facts = await _Facts.read(engine, town, today)
                messages = [facts.of_notice(row) for row in _by_position(rows)]
                messages += [message for row in due for message in facts.of_deadline(row, now)]
                made += await add(connection, town, messages, routes, now)
            if rows:
                await connection.execute(_MOVED, {"town": town, "position": rows[-1].position})
            if fed.on_day is None or fed.on_day < today:
                await connection.execute(_DAY_DONE, {"town": town, "day": today})
        if not rows:
            return made


async def add(
    connection: AsyncConnection, town: str, messages: Sequence[Message], routes: Routes, now: datetime
) -> int:
    """Put messages into the outbox, with a delivery to each channel that they go to. Returns how many were new."""
    made = 0
    readers = await routes.readers(connection, town) if messages else []
    for message in messages:
        values = {
            "town": town,
            "key": message.key,
            "roles": sorted(role.value for role in message.roles),
            "person": message.person,
            "village": message.village,
            "stream": message.stream,
            "kind": message.kind,
            "title": message.title,
            "words": message.words,
            "due": message.due,
            "said_at": message.said_at,
            "bulk": message.bulk,
        }
        if (await connection.execute(_ADD, values)).first() is None:
            continue
        made += 1
        if message.said_at < now - FRESH:
            continue
        for channel in routes.channels_of(message, readers):
            await connection.execute(_SEND, {"town": town, "key": message.key, "channel": channel, "now": now})
    return made


async def _new_notices(connection: AsyncConnection, town: str, after: int) -> Sequence[Any]:
    # A position's rows stay together: the page ends with a whole position.
    page = (
        select(notices.c.position)
        .where(notices.c.town == town, notices.c.position > after)
        .distinct()
        .order_by(notices.c.position)
        .limit(PAGE)
    )
    query = (
        select(notices, cases.c.title, cases.c.subject)
        .outerjoin(cases, (cases.c.town == notices.c.town) & (cases.c.stream == notices.c.stream))
        .where(notices.c.town == town, notices.c.position.in_(page))
        .order_by(notices.c.position, notices.c.role)
    )
    return (await connection.execute(query)).all()


async def _watched(connection: AsyncConnection, town: str) -> Sequence[Any]:
    query = select(cases).where(
        cases.c.town == town, cases.c.open, cases.c.due.is_not(None), cases.c.kind.in_(sorted(_WATCHED))
    )
    return (await connection.execute(query)).all()


def _by_position(rows: Sequence[Any]) -> list[list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.position, []).append(row)
    return list(grouped.values())


class _Facts:
    """What messages are made with: the roster and the calendar as they stand."""

    def __init__(self, roster: RosterState, calendar: WorkCalendar, today: date) -> None:
        self._roster, self._calendar, self._today = roster, calendar, today

    @classmethod
    async def read(cls, engine: AsyncEngine, town: str, today: date) -> _Facts:
        roster = read(ROSTER, await read_stream(engine, town, APP_ROLE, ROSTER.stream, 0, None))
        calendar = read(CALENDAR, await read_stream(engine, town, APP_ROLE, CALENDAR.stream, 0, None))
        return cls(roster, calendar, today)

    def of_notice(self, rows: Sequence[Any]) -> Message:
        first = rows[0]
        return self._message(
            f"log:{first.position}", frozenset(Role(row.role) for row in rows), first, first.kind, first.business_time
        )

    def of_deadline(self, row: Any, now: datetime) -> list[Message]:
        days = self._calendar.working_days_between(self._today, row.due)
        roles = _WATCHED[row.kind]
        if row.due < self._today:
            return [self._message(f"passed:{row.stream}:{row.due}", roles, row, "deadline.passed", now)]
        if days not in NEAR:
            return []
        return [self._message(f"near:{row.stream}:{row.due}:{days}", roles, row, "deadline.near", now)]

    def _message(self, key: str, roles: frozenset[Role], row: Any, kind: str, said_at: datetime) -> Message:
        words = [said(kind), until(self._calendar, self._today, row.due)]
        return Message(
            key=key,
            roles=roles,
            stream=row.stream,
            kind=kind,
            title=row.title or row.stream,
            words="；".join(each for each in words if each),
            said_at=said_at,
            due=row.due,
            person=self._roster.head(row.subject, self._today) if row.subject is not None else None,
            village=row.subject,
        )
