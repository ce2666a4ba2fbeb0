"""The discipline office's board: filters, the export of exactly what is shown, and how a date was computed."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import openpyxl

from domain.acts import Role
from domain.calendar import DueDate, WorkCalendar, YearTable
from domain.cases.appraisal.commands import FileOpinions, ItemiseOpinion, OpenAppraisal, ReportForm, SubmitReport
from domain.cases.case import CaseKind
from domain.cases.rectification.commands import AskExtension, SubmitPlan, SubmitRectificationReport
from domain.cases.rectification.events import ExtensionGranted
from domain.cases.rectification.state import RectificationState
from notices.delivery import Post as PostOffice
from tests.web.conftest import TOWN, Pages
from tests.web.test_desk_pages import post, rectification
from tests.web.test_pages import TODAY, YEAR
from web.discipline.counting import count_of, steps_of
from web.words import stage_word

CALENDAR = WorkCalendar(
    tables=(YearTable(year=2026, rest_days=(date(2026, 10, 1), date(2026, 10, 2)), working_days=(date(2026, 10, 10),)),)
)


def test_a_due_date_is_explained_from_service_to_extension() -> None:
    state = RectificationState(
        served_on=date(2026, 6, 30),
        first_due=DueDate(unrolled=date(2026, 9, 30), rolled=date(2026, 9, 30)),
        due=DueDate(unrolled=date(2026, 10, 31), rolled=date(2026, 11, 2)),
        extensions=(
            ExtensionGranted(
                months=1,
                on=date(2026, 9, 1),
                due=DueDate(unrolled=date(2026, 10, 30), rolled=date(2026, 10, 30)),
                reminders=(),
            ),
        ),
    )
    assert [(step.day.isoformat(), step.words) for step in steps_of(state, CALENDAR)] == [
        ("2026-06-30", "整改通知送达，当日不计"),
        ("2026-09-30", "加 3 个月"),
        ("2026-09-30", "当日是工作日，不顺延"),
        ("2026-09-30", "主席团同意延期 1 个月，从原到期日（顺延前）起算"),
        ("2026-10-30", "加 1 个月"),
        ("2026-10-30", "当日是工作日，不顺延"),
    ]


def test_a_date_that_rolls_says_over_which_days() -> None:
    due = DueDate(unrolled=date(2026, 10, 1), rolled=date(2026, 10, 5))
    state = RectificationState(served_on=date(2026, 7, 1), first_due=due, due=due)
    last = steps_of(state, CALENDAR)[-1]
    rest = "2026-10-01（周四）、2026-10-02（周五）、2026-10-03（周六）、2026-10-04（周日）"
    assert (last.day, last.words) == (date(2026, 10, 5), f"遇休息日（{rest}）顺延到下一个工作日")


def test_working_days_are_counted_with_the_days_that_are_none() -> None:
    count = count_of(CALENDAR, date(2026, 9, 30), date(2026, 10, 12))
    assert (count.working, count.weekend) == (7, 3)
    assert count.holidays == (date(2026, 10, 1), date(2026, 10, 2))
    assert count.made_up == (date(2026, 10, 10),)
    assert count_of(CALENDAR, date(2026, 10, 12), date(2026, 9, 30)).past


async def test_the_export_holds_exactly_what_the_filter_shows(pages: Pages) -> None:
    await rectification(pages, "late", "林业站", TODAY - timedelta(days=140))
    await rectification(pages, "fresh", "财政所", TODAY)
    await rectification(pages, "new", "水利站", None)
    for query, units in (
        ("", ["林业站", "财政所", "水利站"]),
        ("?state=overdue", ["林业站"]),
        (f"?state=running&year={YEAR}", ["财政所"]),
        ("?unit=水利", ["水利站"]),
        ("?year=2019", []),
        ("?year=abc&state=none", ["林业站", "财政所", "水利站"]),
    ):
        page = (await pages.client.get(f"/rectifications{query}")).text
        table = page.partition("<tbody>")[2]
        assert [unit for unit in ("林业站", "财政所", "水利站") if unit in table] == units, query
        sheet = openpyxl.load_workbook(BytesIO((await pages.client.get(f"/rectifications.xlsx{query}")).content)).active
        assert sheet is not None
        assert [row[0].value for row in sheet.iter_rows(min_row=3)] == units, query


async def test_a_rectification_shows_its_course_its_filing_and_its_acts(pages: Pages) -> None:
    case = f"{YEAR}-lys"
    of = CaseKind.APPRAISAL
    await pages.record(of, case, OpenAppraisal(year=YEAR, subject=post("lys", "林业站"), on=TODAY))
    await pages.record(of, case, SubmitReport(form=next(iter(ReportForm)), on=TODAY))
    await pages.record(of, case, ItemiseOpinion(opinion_id="o1", text="公开采伐指标", on=TODAY))
    await pages.record(of, case, FileOpinions(number="镇人大备〔2026〕3号", on=TODAY))
    await rectification(pages, "lys", "林业站", TODAY - timedelta(days=30))
    kind = CaseKind.RECTIFICATION
    await pages.record(kind, case, SubmitPlan(text="逐项公开", on=TODAY - timedelta(days=20)))
    await pages.record(kind, case, AskExtension(months=1, agreed=True, on=TODAY - timedelta(days=2)))
    await PostOffice(pages.store.engine).round(TOWN)
    await pages.log_in(Role.DISCIPLINE_OFFICE)
    page = (await pages.client.get(f"/rectifications/{case}")).text
    for words in ("公开采伐指标", "镇人大备〔2026〕3号", "逐项公开", "同意延期 1 个月", "整改通知已送达", "还没有人读"):
        assert words in page, words
    board = (await pages.client.get("/rectifications")).text
    assert "镇人大备〔2026〕3号" in board
    assert f'href="/rectifications/{case}#how"' in board


async def test_a_report_that_is_in_turns_the_light_off(pages: Pages) -> None:
    await rectification(pages, "lys", "林业站", TODAY - timedelta(days=30))
    await pages.record(CaseKind.RECTIFICATION, f"{YEAR}-lys", SubmitRectificationReport(text="已整改"))
    page = (await pages.client.get(f"/rectifications/{YEAR}-lys")).text
    assert stage_word("reported") in page
    assert "light grey" in page


async def test_a_rectification_that_is_none_is_not_found(pages: Pages) -> None:
    assert (await pages.client.get("/rectifications/2020-none")).status_code == 404
