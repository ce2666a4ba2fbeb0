"""A month as weeks of days, with the deadlines and the days off."""

from __future__ import annotations

import re
from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar import WorkCalendar
from web.calendar_feed.deadlines import Entry

_MONTH = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Day:
    """A day of the table."""

    day: date
    within: bool
    """Whether it belongs to the month."""
    today: bool
    worked: bool
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Month:
    """A month of the table, Monday first."""

    first: date
    weeks: Sequence[Sequence[Day]]

    @property
    def name(self) -> str:
        """As a heading."""
        return f"{self.first.year} 年 {self.first.month} 月"

    @property
    def before(self) -> str:
        """The month before, as the address names it."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{self.first + timedelta(days=32):%Y-%m}"


def first_of(named: str, today: date) -> date:
    """The first day of a month named as `2026-11`; of today's where it is named otherwise."""
    found = _MONTH.fullmatch(named)
    return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)


def month_of(first: date, today: date, calendar: WorkCalendar, entries: Mapping[date, Sequence[Entry]]) -> Month:
    """The month that begins on `first`."""
    weeks = [
        [
            Day(day, day.month == first.month, day == today, calendar.is_working_day(day), entries.get(day, ()))
            for day in week
        ]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    return Month(first, weeks)
