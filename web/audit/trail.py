"""The trail of acts: one line an event, newest first, filtered by person, case, days and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.acts import Actor, Role
from domain.cases.case import TOWN_ZONE, CaseKind, end_of, start_of
from domain.roster.books import ROSTER
from eventstore.database import in_town
from eventstore.schema import town_log
from projections.cases import cases
from projections.timeline import timeline
from web.accounts.store import AccountStore
from web.reading import read_town_book
from web.words import KINDS, ROLES, event_word

PAGE = 50
"""Lines a page."""


@dataclass(frozen=True)
class Filter:
    """Which lines; what is None or empty filters nothing. Days are business days of the entry, both included."""

    person: str = ""
    """An id, or part of a name."""
    case: str = ""
    """A case's number or part of it, or part of its title."""
    from_: date | None = None
    until: date | None = None
    what: str = ""
    """The stored name of what happened."""
    role: Role | None = None

    def query(self) -> str:
        """The same as a part of an address."""
        given = {
            "person": self.person,
            "case": self.case,
            "from": self.from_.isoformat() if self.from_ is not None else "",
            "until": self.until.isoformat() if self.until is not None else "",
            "what": self.what,
            "role": self.role.value if self.role is not None else "",
        }
        return urlencode({name: value for name, value in given.items() if value})

    def words(self) -> str:
        """The same in Chinese, as it stands on an export."""
        parts = [
            f"人员 {self.person}" if self.person else "",
            f"角色 {ROLES[self.role]}" if self.role is not None else "",
            f"案件 {self.case}" if self.case else "",
            f"事项 {event_word(self.what)}" if self.what else "",
            f"自 {self.from_}" if self.from_ is not None else "",
            f"至 {self.until}" if self.until is not None else "",
        ]
        return "，".join(part for part in parts if part) or "全部"


@dataclass(frozen=True)
class Line:
    """One thing that was done."""

    position: int
    at: datetime
    """In the town's zone."""
    person: str
    name: str
    """The person's name where roster or accounts know it; else the id."""
    role: Role
    on_behalf_of: str | None
    behalf_name: str
    what: str
    word: str
    stream: str
    kind: CaseKind | None
    case_id: str
    title: str
    command_id: str

    @property
    def path(self) -> str:
        """The page of its case; empty where it belongs to none."""
        return f"/cases/{self.kind.value}/{self.case_id}" if self.kind is not None else ""

    @property
    def case(self) -> str:
        """Kind and number, or the book."""
        return f"{KINDS[self.kind]} {self.case_id}" if self.kind is not None else _BOOKS.get(self.stream, self.stream)

    @property
    def who(self) -> str:
        """Person and role."""
        return ROLES[self.role] if self.role is Role.SYSTEM else f"{self.name}（{ROLES[self.role]}）"


_BOOKS: Mapping[str, str] = {"roster": "名册", "policy": "制度", "calendar": "工作日历", "history": "往年末位"}


@dataclass(frozen=True)
class Head:
    """The end of the town's log: what a paper copy can be compared with."""

    position: int
    digest: str


async def names_of(engine: AsyncEngine, town: str) -> dict[str, str]:
    """Names by the ids that the log holds: of deputies from the roster, of others from their accounts."""
    accounts = await AccountStore(engine, town).all()
    roster = await read_town_book(engine, town, ROSTER)
    return {
        **{account.person: account.name for account in accounts},
        **{deputy.id: deputy.name for deputy in roster.deputies.values()},
    }


async def count_lines(engine: AsyncEngine, town: str, wanted: Filter, names: Mapping[str, str]) -> int:
    """How many lines a filter leaves."""
    query = select(func.count()).select_from(_joined()).where(*_conditions(town, wanted, names))
    async with in_town(engine, town) as connection:
        return int((await connection.execute(query)).scalar_one())


async def read_lines(
    engine: AsyncEngine, town: str, wanted: Filter, names: Mapping[str, str], *, limit: int, offset: int = 0
) -> list[Line]:
    """The lines that a filter leaves, newest first."""
    query = _lines(town, wanted, names).limit(limit).offset(offset)
    async with in_town(engine, town) as connection:
        return [_line(dict(row._mapping), names) for row in await connection.execute(query)]


async def kinds_of_acts(engine: AsyncEngine, town: str) -> list[tuple[str, str]]:
    """What has happened in the town so far, for the filter: stored name and word."""
    query = select(timeline.c.type).where(timeline.c.town == town).distinct()
    async with in_town(engine, town) as connection:
        found = list((await connection.execute(query)).scalars())
    return sorted(((name, event_word(name)) for name in found), key=lambda pair: pair[1])


async def read_head(engine: AsyncEngine, town: str) -> Head:
    """Position and digest of the log's last event."""
    query = select(town_log.c.position, town_log.c.digest).where(town_log.c.town == town)
    async with in_town(engine, town) as connection:
        row = (await connection.execute(query)).one_or_none()
    return Head(0, "") if row is None else Head(row.position, row.digest.hex())


def _joined() -> Any:
    return timeline.outerjoin(cases, (cases.c.town == timeline.c.town) & (cases.c.stream == timeline.c.stream))


def _lines(town: str, wanted: Filter, names: Mapping[str, str]) -> Select[Any]:
    return (
        select(timeline, cases.c.kind, cases.c.case_id, cases.c.title)
        .select_from(_joined())
        .where(*_conditions(town, wanted, names))
        .order_by(timeline.c.position.desc())
    )


def _conditions(town: str, wanted: Filter, names: Mapping[str, str]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [timeline.c.town == town]
    if wanted.person:
        ids = [wanted.person, *(key for key, name in names.items() if wanted.person in name)]
        conditions.append(or_(timeline.c.actor.in_(ids), timeline.c.on_behalf_of.in_(ids)))
    if wanted.case:
        number = wanted.case.replace("/", "-")
        conditions.append(
            or_(
                timeline.c.stream.contains(number, autoescape=True),
                and_(cases.c.title.is_not(None), cases.c.title.contains(wanted.case, autoescape=True)),
            )
        )
    if wanted.from_ is not None:
        conditions.append(timeline.c.business_time >= start_of(wanted.from_))
    if wanted.until is not None:
        conditions.append(timeline.c.business_time < end_of(wanted.until))
    if wanted.what:
        conditions.append(timeline.c.type == wanted.what)
    if wanted.role is not None:
        conditions.append(timeline.c.role == wanted.role.value)
    return conditions


def _line(row: Mapping[str, Any], names: Mapping[str, str]) -> Line:
    actor = Actor(id=row["actor"], role=Role(row["role"]), on_behalf_of=row["on_behalf_of"])
    return Line(
        position=row["position"],
        at=row["business_time"].astimezone(TOWN_ZONE),
        person=actor.id,
        name=names.get(actor.id, actor.id),
        role=actor.role,
        on_behalf_of=actor.on_behalf_of,
        behalf_name=names.get(actor.on_behalf_of or "", actor.on_behalf_of or ""),
        what=row["type"],
        word=event_word(row["type"]),
        stream=row["stream"],
        kind=CaseKind(row["kind"]) if row["kind"] is not None else None,
        case_id=row["case_id"] or "",
        title=row["title"] or "",
        command_id=row["command_id"],
    )
