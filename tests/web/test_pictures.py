"""The pictures' pages: drawn in a real browser under the security policy, with the same figures in tables."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from io import BytesIO

from playwright.async_api import Browser
from pypdf import PdfReader

from domain.acts import Actor, Role
from domain.cases.appraisal.commands import OpenAppraisal, PutToPoll, SubmitReport
from domain.cases.case import CaseKind
from domain.cases.poll.commands import OpenPoll, OpenPollCase, PollItem
from domain.cases.poll.result import PollResult, PollStatus, TakePollResult
from domain.rules.counting import Attendance, ItemCount
from tests.browser import PHONE, served, violations
from tests.documents.known_year import DIMENSIONS, item
from tests.web.conftest import Pages
from tests.web.test_desk_pages import post, rectification
from tests.web.test_pages import TODAY, YEAR, proposal
from tests.web.yearend import D_LAST, played

SYSTEM = Actor(id="system", role=Role.SYSTEM)


async def appraised(pages: Pages, key: str, name: str, overall: ItemCount, **dimensions: ItemCount) -> None:
    """An appraisal with its poll's result, as the cases tell each other."""
    case, poll = f"{YEAR}-{key}", f"{YEAR}-P1"
    await pages.record(CaseKind.APPRAISAL, case, OpenAppraisal(year=YEAR, subject=post(key, name)))
    await pages.record(CaseKind.APPRAISAL, case, SubmitReport())
    await pages.record(CaseKind.APPRAISAL, case, PutToPoll(poll_id=poll))
    result = PollResult(
        poll_id=poll,
        status=PollStatus.COUNTED,
        on=TODAY,
        attendance=Attendance(entitled=60, present=55, issued=55),
        returned=overall.returned,
        overall=overall,
        dimensions=dimensions,
    )
    await pages.record(CaseKind.APPRAISAL, case, TakePollResult(poll_id=poll, result=result), SYSTEM)


async def a_year(pages: Pages) -> None:
    await appraised(pages, "lyz", "林业站", item(12, 19, 10, 6, abstain=4, invalid=3), **DIMENSIONS)
    await appraised(pages, "sbs", "社保所", item(1, 0, 1, 0))
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "</script><script>alert(1)</script>"))
    await rectification(pages, "wsy", "卫生院窗口", TODAY - timedelta(days=140))
    poll = OpenPollCase(
        poll_id="P1",
        year=YEAR,
        date=TODAY,
        items=(PollItem(subject="lyz", case_kind=CaseKind.APPRAISAL, case_id=f"{YEAR}-lyz", entitled=60),),
    )
    await pages.record(CaseKind.POLL, f"{YEAR}-P1", poll)
    await pages.record(CaseKind.POLL, f"{YEAR}-P1", OpenPoll(present=55))


def cells(page: str, title: str) -> list[list[str]]:
    """The rows of the table under a picture, its heading first."""
    table = re.search(rf'aria-label="[^"]*{title}[^"]*：表格"><table>(.*?)</table>', page, re.DOTALL)
    assert table is not None, title
    rows = re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def option(page: str, key: str) -> dict[str, list[int]]:
    """The values by series, of the option that the browser gets."""
    found = re.search(rf'id="option-{key}">(.*?)</script>', page, re.DOTALL)
    assert found is not None, key
    return {
        each["name"]: [one["value"] if isinstance(one, dict) else one for one in each["data"]]
        for each in json.loads(found[1])["series"]
    }


async def test_the_tables_say_what_is_drawn_and_what_was_recorded(pages: Pages) -> None:
    await a_year(pages)
    year = (await pages.client.get(f"/pictures?year={YEAR}")).text
    heading, *rows = cells(year, "三个阶段")
    assert heading == ["阶段", "已办结", "在办", "逾期", "合计"]
    drawn = option(year, "stages")
    assert [[int(cell) for cell in row[1:4]] for row in rows] == [
        list(row) for row in zip(drawn["已办结"], drawn["在办"], drawn["逾期"], strict=True)
    ]
    assert rows[1][3] == "1", "the rectification is overdue"
    assert cells(year, "到会与收回")[1][:2] == ["P1", TODAY.isoformat()]
    rates = cells(year, "历年称职率")[1:]
    assert ["林业站", str(YEAR), "60.78%", "31", "51", "有效票", "60.00%", "合格"] in rates
    assert "alert(1)</script>" not in year

    subject = (await pages.client.get("/subjects/lyz")).text
    assert cells(subject, "各项等次")[1][1:] == ["12", "19", "10", "6", "4", "3", "31", "51", "60.78%"]
    assert [row[1] for row in cells(subject, "各项等次")[1:]] == [
        str(count) for count in option(subject, f"grades-lyz-{YEAR}")["优秀"]
    ]


async def test_the_years_report_holds_the_figures_of_the_page(pages: Pages) -> None:
    await a_year(pages)
    year = (await pages.client.get(f"/pictures?year={YEAR}")).text
    answer = await pages.client.get(f"/pictures/report.pdf?year={YEAR}")
    assert answer.headers["content-type"] == "application/pdf"
    report = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())
    for title in ("三个阶段", "到会与收回", "历年称职率"):
        for row in cells(year, title)[1:]:
            assert "".join("".join(row).split()) in report
    assert (await pages.client.get(f"/pictures/report.exe?year={YEAR}")).status_code == 404


async def test_a_small_group_shows_no_breakdown_on_its_page(pages: Pages) -> None:
    await a_year(pages)
    page = (await pages.client.get("/subjects/sbs")).text
    assert "option-grades" not in page
    assert "有效票不足下限" in page
    for path in ("/subjects/nobody", "/subjects/a%00b", f"/pictures?year={10**20}"):
        assert (await pages.client.get(path)).status_code == 404


async def test_a_file_shows_the_places_of_all_years_and_the_veto(pages: Pages) -> None:
    await played(pages.store, {YEAR - 2: D_LAST, YEAR - 1: D_LAST, YEAR: D_LAST})
    page = (await pages.client.get("/subjects/d")).text
    places = [row[2] for row in cells(page, "历年考核名次")[1:]]
    assert places == ["4", "4", "4"]
    assert option(page, "subject-ranks")["村"] == [4, 4, 4]
    assert f"建议对 丁 一票否决（{YEAR - 2}、{YEAR - 1}、{YEAR} 连续末位）" in page
    assert "一票否决（" not in (await pages.client.get("/subjects/a")).text


async def test_an_empty_year_says_so_and_other_pages_carry_no_charts(pages: Pages) -> None:
    assert "还没有可以画的数字" in (await pages.client.get("/pictures?year=1999")).text
    assert "echarts" not in (await pages.client.get("/")).text


async def test_a_browser_draws_every_picture_under_the_policy(pages: Pages, browser: Browser) -> None:
    await a_year(pages)
    async with served(pages.app) as origin:
        page = await browser.new_page(viewport=PHONE, reduced_motion="reduce")
        said: list[str] = []
        hosts: set[str] = set()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        for path in (f"/pictures?year={YEAR}", "/subjects/lyz"):
            await page.goto(origin + path)
            async with asyncio.timeout(20):
                await page.wait_for_function(
                    "[...document.querySelectorAll('[data-chart]')].every(each => each.dataset.drawn)"
                )
            places = await page.locator("[data-chart]").count()
            assert places >= 2
            assert await page.locator("[data-chart]:has(canvas)").count() == places
            assert await violations(page) == []
            wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, "nothing sticks out of a phone"
        await page.locator("[data-chart]").first.hover()
        assert said == []
        assert hosts == {origin.split("/")[2]}
        await page.close()
