"""Working days, and the counting of days and months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendar import (
    DueDate,
    WorkCalendar,
    YearTable,
    add_months,
    due_after_days,
    due_after_months,
    reminder_days,
    unannounced_warning,
)
from domain.official_holidays import official_calendar, official_tables

WEEKENDS = WorkCalendar(weekends_only=True)
OFFICIAL = official_calendar(range(2024, 2029))
DAY = timedelta(days=1)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
calendars = st.sampled_from([WEEKENDS, OFFICIAL, WorkCalendar()])


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 10, 1), False),  # 国庆
        (date(2025, 10, 8), False),  # a Wednesday off for a Saturday worked
        (date(2025, 10, 11), True),  # that Saturday
        (date(2025, 9, 28), True),  # a Sunday worked
        (date(2025, 10, 12), False),
        (date(2025, 10, 9), True),
        (date(2025, 1, 28), False),  # 除夕
        (date(2026, 2, 14), True),
    ],
)
def test_the_official_arrangement(day: date, worked: bool) -> None:
    assert OFFICIAL.is_working_day(day) is worked


def test_weekends_only_ignores_tables() -> None:
    calendar = OFFICIAL.model_copy(update={"weekends_only": True})
    assert calendar.is_working_day(date(2025, 10, 1))
    assert not calendar.is_working_day(date(2025, 9, 28))
    assert calendar.unannounced(date(2025, 1, 1), date(2040, 1, 1)) == []


def test_a_year_that_is_not_announced_gets_no_table_but_a_warning() -> None:
    """The library guesses fixed holidays years ahead; a guess must not pass for an announcement."""
    assert [table.year for table in official_tables([2026, 2025, 2090])] == [2025, 2026]
    assert OFFICIAL.unannounced(date(2025, 12, 1), date(2026, 1, 1)) == []
    far = official_calendar([2026, 2090])
    assert far.unannounced(date(2026, 12, 1), date(2090, 1, 1)) == list(range(2027, 2091))
    assert far.is_working_day(date(2090, 10, 2))  # a Monday in 国庆 of a year with weekends only
    assert unannounced_warning([2090]) == "2090 年度放假安排尚未公布，涉及该年度的期限暂按周末休息推算"
    assert unannounced_warning([]) is None


def test_a_town_edits_a_years_table() -> None:
    flood = date(2025, 6, 20)
    edited = OFFICIAL.with_table(YearTable(year=2025, rest_days=(flood,)))
    assert not edited.is_working_day(flood)
    assert edited.is_working_day(date(2025, 10, 1))
    assert edited.unannounced(flood, flood) == []
    assert OFFICIAL.is_working_day(flood)


@pytest.mark.parametrize(
    "tables",
    [
        [{"year": 2025, "rest_days": ["2026-05-01"]}],
        [{"year": 2025, "rest_days": ["2025-05-01"], "working_days": ["2025-05-01"]}],
        [{"year": 2025}, {"year": 2025}],
    ],
)
def test_tables_that_contradict_themselves_are_refused(tables: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError):
        WorkCalendar.model_validate({"tables": tables})


def test_new_years_swap_may_reach_back_into_december() -> None:
    table = YearTable(year=2012, working_days=(date(2011, 12, 31),))
    assert WorkCalendar(tables=(table,)).is_working_day(date(2011, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2025, 6, 6), 5, date(2025, 6, 13)),  # Friday; the day itself is not counted
        (date(2025, 9, 26), 5, date(2025, 10, 10)),  # over 国庆, with the Sunday before it worked
        (date(2025, 6, 7), 0, date(2025, 6, 9)),
        (date(2025, 6, 7), 1, date(2025, 6, 9)),
    ],
)
def test_adding_working_days(start: date, count: int, end: date) -> None:
    assert OFFICIAL.add_working_days(start, count) == end


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 10, 31), 1, date(2025, 11, 30)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 2, 28), 1, date(2025, 3, 28)),
        (date(2025, 6, 20), 0, date(2025, 6, 20)),
    ],
)
def test_adding_months(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


def test_a_due_date_is_kept_as_counted_and_as_in_force() -> None:
    assert due_after_months(date(2026, 11, 30), 3, WEEKENDS) == DueDate(
        unrolled=date(2027, 2, 28), rolled=date(2027, 3, 1)
    )
    assert due_after_days(date(2025, 6, 20), 15, WEEKENDS).rolled == date(2025, 7, 7)


def test_reminder_days_skip_what_is_past() -> None:
    due = date(2025, 9, 22)
    assert reminder_days(due, (0, 30, 7)) == [(date(2025, 8, 23), 30), (date(2025, 9, 15), 7), (due, 0)]
    assert reminder_days(due, (0, 30, 7), not_before=date(2025, 9, 15)) == [(date(2025, 9, 15), 7), (due, 0)]


def test_counts_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        add_months(date(2025, 1, 1), -1)
    with pytest.raises(ValueError, match="below 0"):
        WEEKENDS.add_working_days(date(2025, 1, 1), -1)


@given(days, st.integers(0, 60))
def test_added_months_land_in_the_right_month_and_never_on_a_later_day(day: date, months: int) -> None:
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + DAY).day == 1)


@given(days, days, st.integers(0, 60))
def test_added_months_keep_the_order_of_days(one: date, other: date, months: int) -> None:
    earlier, later = sorted((one, other))
    assert add_months(earlier, months) <= add_months(later, months)


@given(calendars, days)
def test_rolling_goes_to_the_first_working_day(calendar: WorkCalendar, day: date) -> None:
    rolled = calendar.next_working_day(day)
    assert rolled >= day
    assert calendar.is_working_day(rolled)
    assert not any(calendar.is_working_day(day + DAY * skipped) for skipped in range((rolled - day).days))


@given(calendars, days, st.integers(1, 40))
def test_working_days_between_counts_what_was_added(calendar: WorkCalendar, day: date, count: int) -> None:
    assert calendar.working_days_between(day, calendar.add_working_days(day, count)) == count


def test_a_calendar_travels_as_json() -> None:
    assert WorkCalendar.model_validate_json(OFFICIAL.model_dump_json()) == OFFICIAL
