"""The State Council's announced rest days and 调休 working days, from the `holidays` library.

A module of its own, so that a workflow that only counts days does not import the library.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import holidays

from domain.calendar import WorkCalendar, YearTable

_SATURDAY = 5


def official_tables(years: Iterable[int]) -> tuple[YearTable, ...]:
    """The tables of those of the years that are announced, by year.

    The library guesses the fixed holidays of a year that is not announced yet but knows no 调休 for it: such a year
    gets no table, so that the calendar says so instead of guessing.
    """
    tables = []
    for year in sorted(set(years)):
        china = holidays.country_holidays("CN", years=year)
        swapped = getattr(china, "special_public_holidays", {})
        if year not in swapped:
            continue
        # The library keeps the December days before New Year in one set for all years.
        candidates: set[date] = getattr(china, "weekend_workdays", set())
        working = tuple(
            sorted(day for day in candidates if day.year == year or (day.year, day.month) == (year - 1, 12))
        )
        rest = tuple(day for day in sorted(china) if day.weekday() < _SATURDAY and day not in working)
        tables.append(YearTable(year=year, rest_days=rest, working_days=working))
    return tuple(tables)


def official_calendar(years: Iterable[int]) -> WorkCalendar:
    """The calendar of the announced years among `years`."""
    return WorkCalendar(tables=official_tables(years))
