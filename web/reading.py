"""What the pages read: the read models, and of a case's own stream what was said in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases.case import CaseKind, stream_of
from domain.events import Recorded
from domain.roster.book import Book, read
from eventstore.database import APP_ROLE, in_town
from eventstore.reader import read_stream
from projections.cases import cases
from projections.state import ProjectionState, states
from projections.timeline import timeline

S = TypeVar("S")


class CaseRow(BaseModel):
    """A case as lists show it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: CaseKind
    case_id: str
    year: int
    subject: str | None
    title: str
    stage: str
    open: bool
    outcome: str | None
    due: date | None
    opened_on: date
    closed_on: date | None
    version: int
    policy_version: str

    @property
    def path(self) -> str:
        """Its page."""
        return f"/cases/{self.kind.value}/{self.case_id}"


class LogLine(BaseModel):
    """A line of the town's timeline."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    position: int
    stream: str
    type: str
    role: str
    business_time: datetime


async def read_cases(
    engine: AsyncEngine, town: str, *, year: int | None = None, open_only: bool = False
) -> list[CaseRow]:
    """The town's cases, those due first at the top, closed ones last."""
    query = select(cases).where(cases.c.town == town)
    if year is not None:
        query = query.where(cases.c.year == year)
    if open_only:
        query = query.where(cases.c.open)
    query = query.order_by(cases.c.open.desc(), cases.c.due.asc().nulls_last(), cases.c.kind, cases.c.case_id)
    return [CaseRow.model_validate(row) for row in await _rows(engine, town, query)]


async def read_case(engine: AsyncEngine, town: str, kind: CaseKind, case_id: str) -> CaseRow | None:
    """One case; None where there is none."""
    query = select(cases).where(cases.c.town == town, cases.c.stream == stream_of(kind, case_id))
    rows = await _rows(engine, town, query)
    return CaseRow.model_validate(rows[0]) if rows else None


async def read_events(engine: AsyncEngine, town: str, kind: CaseKind, case_id: str) -> list[Recorded]:
    """Everything that happened in a case, in order."""
    return await read_stream(engine, town, APP_ROLE, stream_of(kind, case_id), 0, None)


async def read_town_book(engine: AsyncEngine, town: str, book: Book[S]) -> S:
    """What a stream without a process (roster, calendar, policies) says now."""
    return read(book, await read_stream(engine, town, APP_ROLE, book.stream, 0, None))


async def latest(engine: AsyncEngine, town: str, count: int) -> list[LogLine]:
    """The last things that happened in the town, newest first."""
    query = select(timeline).where(timeline.c.town == town).order_by(timeline.c.position.desc()).limit(count)
    return [LogLine.model_validate(row) for row in await _rows(engine, town, query)]


async def years(engine: AsyncEngine, town: str) -> list[int]:
    """The years of which there are cases, newest first."""
    query = select(func.distinct(cases.c.year).label("year")).where(cases.c.town == town)
    return sorted((row["year"] for row in await _rows(engine, town, query)), reverse=True)


async def stale_tables(engine: AsyncEngine, town: str) -> list[ProjectionState]:
    """The read models that are not up to date; pages that show them say so."""
    return [state for state in await states(engine, town) if not state.current]


async def _rows(engine: AsyncEngine, town: str, query: Select[Any]) -> list[dict[str, Any]]:
    async with in_town(engine, town) as connection:
        return [dict(row._mapping) for row in await connection.execute(query)]
