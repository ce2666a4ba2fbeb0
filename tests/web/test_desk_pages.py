"""The pages of every morning: what awaits me, and the board of rectifications with its export."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest

from domain.acts import Role
from domain.calendar import WorkCalendar
from domain.cases.appraisal.commands import OpenAppraisal
from domain.cases.case import CaseKind
from domain.cases.rectification.commands import OpenRectification, ServeNotice
from domain.roster.posts import Post, SubjectKind
from domain.rules.verdict import Outcome, Verdict
from tests.web.conftest import Pages
from tests.web.test_pages import TODAY, YEAR
from web.rectifications import working_days


def post(key: str, name: str) -> Post:
    return Post(id=key, name=name, kind=SubjectKind.STATION, responsible="赵永胜")


async def rectification(pages: Pages, key: str, name: str, served: date | None) -> None:
    failed = Verdict(verdict=Outcome.FAIL)
    on = served or TODAY
    opening = OpenRectification(year=YEAR, subject=post(key, name), failed=failed, on=on)
    await pages.record(CaseKind.RECTIFICATION, f"{YEAR}-{key}", opening)
    if served is not None:
        await pages.record(CaseKind.RECTIFICATION, f"{YEAR}-{key}", ServeNotice(on=served))


async def test_the_in_box_leads_to_the_act_that_is_next(pages: Pages) -> None:
    await pages.record(CaseKind.APPRAISAL, f"{YEAR}-lys", OpenAppraisal(year=YEAR, subject=post("lys", "林业站")))
    page = await pages.client.get("/todo")
    assert f"/cases/appraisal/{YEAR}-lys/do/submit_report" in page.text


async def test_the_in_box_holds_only_what_is_mine_to_do(pages: Pages) -> None:
    await pages.record(CaseKind.APPRAISAL, f"{YEAR}-lys", OpenAppraisal(year=YEAR, subject=post("lys", "林业站")))
    await pages.log_in(Role.TOWN_LEADER)
    page = await pages.client.get("/todo")
    assert "没有等您办的事" in page.text
    assert "林业站" not in page.text


async def test_the_board_has_the_overdue_ones_first(pages: Pages) -> None:
    await rectification(pages, "new", "水利站", None)
    await rectification(pages, "late", "林业站", TODAY - timedelta(days=140))
    await rectification(pages, "fresh", "财政所", TODAY)
    page = (await pages.client.get("/rectifications")).text
    assert page.index("林业站") < page.index("财政所") < page.index("水利站")
    assert "逾期" in page
    assert "个工作日" in page


async def test_the_board_is_not_for_deputies(pages: Pages) -> None:
    await pages.log_in(Role.DEPUTY)
    for path in ("/rectifications", "/rectifications.xlsx"):
        assert (await pages.client.get(path)).status_code == 403
    assert 'href="/rectifications"' not in (await pages.client.get("/todo")).text


async def test_the_export_holds_what_the_board_shows_and_no_formula(pages: Pages) -> None:
    await rectification(pages, "late", "=HYPERLINK(1)站", TODAY - timedelta(days=140))
    answer = await pages.client.get("/rectifications.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    row = [cell.value for cell in sheet[3]]
    assert row[:2] == ["=HYPERLINK(1)站", "赵永胜"]
    assert sheet["A3"].data_type == "s"
    assert isinstance(row[6], datetime)
    assert row[6].date() < TODAY


@pytest.mark.parametrize(
    ("due", "days"),
    [(date(2026, 11, 27), 3), (date(2026, 11, 24), 0), (date(2026, 11, 20), -2), (date(2026, 12, 1), 5)],
)
def test_days_are_counted_as_working_days(due: date, days: int) -> None:
    assert working_days(WorkCalendar(weekends_only=True), date(2026, 11, 24), due) == days
