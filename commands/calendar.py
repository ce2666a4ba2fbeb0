"""The town's working days: the announced tables, entered where the town has none of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from commands.desk import Records
from domain.acts import Actor, Role
from domain.calendar import WorkCalendar
from domain.official_holidays import official_tables
from domain.roster.books import CALENDAR
from domain.roster.standing import OFFICIAL_SOURCE, LoadYearTable

_CLERK = Actor(id="jiandu", role=Role.STAFF)
"""The tables are announced, not decided: nobody has to sign for them, and the town may replace them."""


def years_needed(today: date) -> Sequence[int]:
    """Deadlines of a year reach into the next one; reports of the year before are still looked at."""
    return (today.year - 1, today.year, today.year + 1)


async def ensure_calendar(records: Records, today: date) -> WorkCalendar:
    """Enter the announced tables that the town's calendar lacks. Returns the calendar as it then is."""
    calendar = await records.calendar()
    known = {table.year for table in calendar.tables}
    for table in official_tables(set(years_needed(today)) - known):
        await records.write(
            CALENDAR,
            LoadYearTable(table=table, source=OFFICIAL_SOURCE),
            _CLERK,
            f"calendar:official:{table.year}",
        )
    return await records.calendar()
