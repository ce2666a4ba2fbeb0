"""The working days by pages: a year's arrangement is entered, and a date is counted day by day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import WorkCalendar, YearTable
from domain.faults import Invalid
from domain.official_holidays import official_calendar
from domain.roster.books import CALENDAR
from eventstore.books import read_book
from tests.web.books import town as town
from tests.web.conftest import TOWN, Pages
from web.calendar.days import count_months, count_working_days
from web.calendar.written import read_table, written, written_singly

OFFICIAL = official_calendar([2025, 2026])


async def calendar(town: Pages) -> WorkCalendar:
    return await read_book(town.store, TOWN, CALENDAR)


async def test_an_announced_year_is_loaded_and_mended_by_hand(town: Pages) -> None:
    assert "放假安排尚未公布" in (await town.client.get("/workdays?year=2026")).text
    assert (await town.client.post("/workdays/2026/official")).status_code == 303
    assert (await calendar(town)).tables == OFFICIAL.tables[1:]
    page = await town.client.get("/workdays?year=2026&done=saved")
    assert "放假安排尚未公布" not in page.text
    assert "调休上班" in page.text
    form = {"rest": "2026-10-01 至 2026-10-07\n12月31日", "working": "10-10", "source": "镇政府通知"}
    assert (await town.client.post("/workdays/2026", data=form)).status_code == 303
    table = (await calendar(town)).tables[0]
    assert table.rest_days == (*(date(2026, 10, day) for day in (1, 2, 5, 6, 7)), date(2026, 12, 31))
    assert table.working_days == (date(2026, 10, 10),)


async def test_what_is_not_announced_or_not_readable_changes_nothing(town: Pages) -> None:
    answer = await town.client.post("/workdays/2199/official")
    assert (answer.status_code, "还没有 2199 年的放假安排" in answer.text) == (422, True)
    form = {"rest": "十月一日\n2026-10-08", "working": "2026-10-08", "source": "通知"}
    answer = await town.client.post("/workdays/2026", data=form)
    assert answer.status_code == 422
    assert "“十月一日”看不懂" in answer.text
    assert "本来就是工作日" in answer.text
    assert "十月一日" in answer.text
    assert (await calendar(town)).tables == ()


async def test_a_date_is_explained_day_by_day(town: Pages) -> None:
    await town.client.post("/workdays/2026/official")
    page = (await town.client.get("/workdays/count?from=2026-09-30&days=2")).text
    assert "到 2026-10-09 止" in page
    assert "放假" in page
    page = (await town.client.get("/workdays/count?from=2026-11-30&months=3")).text
    assert "顺延到 2027-03-01" in page
    assert "2027 年度放假安排尚未公布" in page
    for wrong in ("from=x&days=1", "from=2026-01-01&days=-1", "from=2026-01-01&days=99999", "from=0001-01-01&days=1"):
        assert (await town.client.get(f"/workdays/count?{wrong}")).status_code == 422


@given(start=st.dates(date(2025, 1, 1), date(2026, 6, 1)), days=st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_the_explanation_ends_where_the_rule_ends(start: date, days: int) -> None:
    counted = count_working_days(OFFICIAL, start, days)
    assert counted.due == OFFICIAL.add_working_days(start, days)
    every = [start + timedelta(days=offset) for offset in range(1, (counted.due - start).days + 1)]
    assert [step.day for step in counted.steps] == every
    assert [step.number for step in counted.steps if step.number is not None] == list(range(1, days + 1))


def test_months_roll_from_a_rest_day() -> None:
    counted = count_months(OFFICIAL, date(2025, 11, 30), 3)
    assert (counted.unrolled, counted.due) == (date(2026, 2, 28), date(2026, 2, 28))
    counted = count_months(OFFICIAL, date(2025, 12, 31), 2)
    assert counted.due == OFFICIAL.next_working_day(date(2026, 2, 28))


@pytest.mark.parametrize("table", OFFICIAL.tables, ids=lambda table: str(table.year))
def test_what_is_written_is_read_again(table: YearTable) -> None:
    assert read_table(table.year, written(table.rest_days), written_singly(table.working_days)) == table


@given(text=st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert read_table(2026, text, text).year == 2026
