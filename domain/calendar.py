"""Working days, and the counting of days and months (民法典 201–203; rule `calendar`).

The first day of a period is not counted; a month without the day ends on its last day; a due date on a rest day rolls
to the next working day, while an extension counts from the unrolled date. Hence every due date is kept both ways.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

_DAY = timedelta(days=1)
_SATURDAY = 5


class DueDate(BaseModel):
    """A due date as counted (`unrolled`) and as in force (`rolled`, never on a rest day)."""

    model_config = ConfigDict(frozen=True)

    unrolled: date
    rolled: date

    def __str__(self) -> str:
        return self.rolled.isoformat()


class YearTable(BaseModel):
    """The announced arrangement of a year: rest days that fall on weekdays, and 调休 working days on weekends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    rest_days: tuple[date, ...] = ()
    working_days: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if both := sorted(set(self.rest_days) & set(self.working_days)):
            raise ValueError(f"{both[0].isoformat()} 既列为休息日又列为工作日")
        for day in (*self.rest_days, *self.working_days):
            december_before = day.year == self.year - 1 and day.month == 12
            if day.year != self.year and not december_before:  # New Year's 调休 may reach back into December
                raise ValueError(f"{day.isoformat()} 不属于 {self.year} 年")
        return self


class WorkCalendar(BaseModel):
    """Which days are worked. A year with no table has weekends only, and `unannounced` names it.

    `weekends_only`: tables are ignored and no year is missed (a rehearsal's choice).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekends_only: bool = False
    tables: tuple[YearTable, ...] = ()

    @model_validator(mode="after")
    def _one_table_a_year(self) -> Self:
        years = [table.year for table in self.tables]
        if len(set(years)) != len(years):
            raise ValueError("同一年份有两份放假安排")
        return self

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked."""
        if not self.weekends_only:
            if any(day in table.working_days for table in self.tables):
                return True
            if any(day in table.rest_days for table in self.tables):
                return False
        return day.weekday() < _SATURDAY

    def next_working_day(self, day: date) -> date:
        """The day itself if it is worked, or else the first one after it that is."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The working day that is `count` working days after `day`, which is not counted; for 0, `day` rolled."""
        if count < 0:
            raise ValueError("count of working days below 0")
        for _ in range(count):
            day = self.next_working_day(day + _DAY)
        return self.next_working_day(day)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; 0 where `end` is not after `start`."""
        return sum(self.is_working_day(start + _DAY * offset) for offset in range(1, (end - start).days + 1))

    def unannounced(self, start: date, end: date) -> list[int]:
        """The years that a period touches and for which no arrangement is known: a date in them may still move."""
        if self.weekends_only:
            return []
        known = {table.year for table in self.tables}
        return [year for year in range(start.year, end.year + 1) if year not in known]

    def with_table(self, table: YearTable) -> WorkCalendar:
        """This calendar with one year's table added or replaced (a town edits or imports it)."""
        others = (other for other in self.tables if other.year != table.year)
        tables = tuple(sorted((*others, table), key=lambda each: each.year))
        return WorkCalendar(weekends_only=self.weekends_only, tables=tables)


def unannounced_warning(years: list[int]) -> str | None:
    """The warning for dates in years whose arrangement is not announced, in Chinese; None for no years."""
    if not years:
        return None
    return f"{'、'.join(str(year) for year in years)} 年度放假安排尚未公布，涉及该年度的期限暂按周末休息推算"


def add_months(day: date, months: int) -> date:
    """The same day `months` months later; where the month has no such day, its last day (民法典 202)."""
    if months < 0:
        raise ValueError("count of months below 0")
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def rolled(unrolled: date, calendar: WorkCalendar) -> DueDate:
    """A due date as counted, with the date in force (民法典 203)."""
    return DueDate(unrolled=unrolled, rolled=calendar.next_working_day(unrolled))


def due_after_days(start: date, days: int, calendar: WorkCalendar) -> DueDate:
    """Due `days` calendar days after `start`, which is not counted (民法典 201)."""
    return rolled(start + _DAY * days, calendar)


def due_after_months(start: date, months: int, calendar: WorkCalendar) -> DueDate:
    """Due `months` months after `start`, which is not counted (民法典 201, 202)."""
    return rolled(add_months(start, months), calendar)


def reminder_days(due: date, days_before: tuple[int, ...], not_before: date | None = None) -> list[tuple[date, int]]:
    """The days on which a due date is recalled, earliest first, each with the number of days left.

    Days before `not_before` are past and skipped.
    """
    days = ((due - _DAY * before, before) for before in sorted(days_before, reverse=True))
    return [(day, before) for day, before in days if not_before is None or day >= not_before]
