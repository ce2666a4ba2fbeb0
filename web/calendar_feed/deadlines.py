"""The deadlines that somebody may see: of open cases, and of plans that are still to be handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from domain.cases.case import stream_of
from eventstore.database import in_town
from projections.rectifications import rectifications
from web.accounts.concern import Concern
from web.lights import Shown, light_of
from web.reading import CaseRow, read_cases
from web.site import Site
from web.words import KINDS, stage_word


@dataclass(frozen=True)
class Entry:
    """A deadline of a case."""

    day: date
    row: CaseRow
    what: str
    """Why something is due."""
    light: Shown

    @property
    def key(self) -> str:
        """Names it for ever, also when its day moves."""
        return f"{stream_of(self.row.kind, self.row.case_id)}-{'plan' if self.what == _PLAN else 'due'}"

    @property
    def words(self) -> str:
        """In one line."""
        return f"{self.row.title}：{self.what}"


_PLAN = "整改方案"


async def read_deadlines(site: Site, concern: Concern) -> list[Entry]:
    """All deadlines of open cases, earliest first."""
    rows = concern.among(await read_cases(site.engine, site.town, open_only=True))
    plans = await _plans(site)
    found = []
    for row in rows:
        days = [(row.due, f"{KINDS[row.kind]}（{stage_word(row.stage)}）"), (plans.get(_stream(row)), _PLAN)]
        found += [
            Entry(day, row, what, light_of(day, site.today(), open_=True)) for day, what in days if day is not None
        ]
    return sorted(found, key=lambda entry: (entry.day, entry.row.kind, entry.row.case_id, entry.what))


def by_day(entries: Sequence[Entry]) -> Mapping[date, list[Entry]]:
    """The deadlines of each day."""
    found: dict[date, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.day, []).append(entry)
    return found


async def _plans(site: Site) -> dict[str, date]:
    query = select(rectifications.c.stream, rectifications.c.plan_due).where(
        rectifications.c.town == site.town,
        rectifications.c.plan_due.is_not(None),
        rectifications.c.plan_on.is_(None),
        rectifications.c.reported_on.is_(None),
    )
    async with in_town(site.engine, site.town) as connection:
        return {row.stream: row.plan_due for row in await connection.execute(query)}


def _stream(row: CaseRow) -> str:
    return stream_of(row.kind, row.case_id)
