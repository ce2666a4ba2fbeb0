"""Days of a calendar as people read them: what each is and why, month by month, and counted one by one."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.calendar import WorkCalendar, add_months

_DAY = timedelta(days=1)
_SATURDAY = 5
_WEEKDAYS = "一二三四五六日"

MOST_DAYS = 400
"""Working days that are counted one by one on a page: more than any deadline has."""
MOST_MONTHS = 24


class DayKind(StrEnum):
    """What a day is."""

    WORKING = "working"
    SWAPPED = "swapped"
    """A weekend day that is worked (调休)."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    """A weekday off, as announced."""

    @property
    def works(self) -> bool:
        """Whether it is worked."""
        return self in (DayKind.WORKING, DayKind.SWAPPED)

    @property
    def label(self) -> str:
        """Its name."""
        return _LABELS[self]


_LABELS = {
    DayKind.WORKING: "工作日",
    DayKind.SWAPPED: "调休上班",
    DayKind.WEEKEND: "周末",
    DayKind.HOLIDAY: "放假",
}


def kind_of(calendar: WorkCalendar, day: date) -> DayKind:
    """What a day is in a calendar."""
    weekend = day.weekday() >= _SATURDAY
    if calendar.is_working_day(day):
        return DayKind.SWAPPED if weekend else DayKind.WORKING
    return DayKind.WEEKEND if weekend else DayKind.HOLIDAY


def weekday(day: date) -> str:
    """周一 … 周日."""
    return f"周{_WEEKDAYS[day.weekday()]}"


@dataclass(frozen=True)
class Month:
    """A month in weeks of seven from Monday; None outside it."""

    number: int
    weeks: Sequence[Sequence[tuple[int, DayKind] | None]]
    working: int
    """How many of its days are worked."""


def months_of(calendar: WorkCalendar, year: int) -> list[Month]:
    """A year's months."""
    found = []
    for number in range(1, 13):
        weeks = [
            [(day.day, kind_of(calendar, day)) if day.month == number else None for day in week]
            for week in Calendar().monthdatescalendar(year, number)
        ]
        working = sum(each is not None and each[1].works for week in weeks for each in week)
        found.append(Month(number, weeks, working))
    return found


@dataclass(frozen=True)
class Step:
    """A day as it was counted: `number` is the working day's, or None where it does not count."""

    day: date
    kind: DayKind
    number: int | None

    @property
    def weekday(self) -> str:
        """周一 … 周日."""
        return weekday(self.day)


@dataclass(frozen=True)
class Counted:
    """How a date follows from another."""

    start: date
    due: date
    steps: Sequence[Step]
    unrolled: date
    """Where the count ends before it rolls to a working day."""
    unannounced: Sequence[int]
    """Years whose arrangement is not announced: the date may still move."""


def count_working_days(calendar: WorkCalendar, start: date, days: int) -> Counted:
    """The day that is so many working days after `start`, which is not counted (民法典 201), with all days between."""
    steps: list[Step] = []
    day, number = start, 0
    while number < days:
        day += _DAY
        kind = kind_of(calendar, day)
        number += kind.works
        steps.append(Step(day, kind, number if kind.works else None))
    due = calendar.add_working_days(start, days)
    steps += _rolling(calendar, day, due)
    return Counted(start, due, steps, day, calendar.unannounced(start, due))


def count_months(calendar: WorkCalendar, start: date, months: int) -> Counted:
    """The same day so many months later, rolled to a working day (民法典 202, 203)."""
    unrolled = add_months(start, months)
    due = calendar.next_working_day(unrolled)
    steps = [Step(unrolled, kind_of(calendar, unrolled), None), *_rolling(calendar, unrolled, due)]
    return Counted(start, due, steps, unrolled, calendar.unannounced(start, due))


def _rolling(calendar: WorkCalendar, day: date, due: date) -> list[Step]:
    days = [day + _DAY * offset for offset in range(1, (due - day).days + 1)]
    return [Step(each, kind_of(calendar, each), None) for each in days]
