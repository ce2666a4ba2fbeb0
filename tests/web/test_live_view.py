"""A poll while it is held: counts and phases on the staff's view and the hall's screen, and nothing else ever."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from playwright.async_api import Browser, ViewportSize

from ballotbox.ballots import Ballot, Sheet
from ballotbox.polls import BoxStatus, Phase, PollKey, SubjectTurnout
from domain.policy.document import AppraisalPolicy, BallotMode
from tests.browser import DESKTOP, PHONE, browser, served, violations
from tests.web.meeting import DEPUTIES, POLL, POSTS, TOWN, Meeting, meeting
from web.app import create_app
from web.findings import Finding
from web.live.figures import path_warnings
from web.site import Site

__all__ = ["browser"]

LINK = "https://hall.example/#m=" + "a" * 64
GRADES = [grade.name for grade in AppraisalPolicy().grades]
QUESTIONS = ("overall", *AppraisalPolicy().dimension_keys)


def site(held: Meeting, link: str | None = None) -> Site:
    async def checks() -> Sequence[Finding]:
        return []

    async def hall_link(poll: PollKey) -> str | None:
        assert poll == POLL
        return link

    return Site(
        town=TOWN,
        town_name="测试镇",
        engine=held.store.engine,
        ready=checks,
        status=checks,
        box=held.box,
        hall_link=hall_link,
    )


def sheet(number: int, mark: str) -> Sheet:
    return Sheet("czs", number, Ballot.of(**dict.fromkeys(QUESTIONS, mark)))


def nothing_else(page: str) -> bool:
    """No deputy, no id of one, no head's name, no grade stands on the page."""
    secrets = [*GRADES, *(each.name for each in DEPUTIES), *(post.responsible for post in POSTS), "弃权"]
    return not any(secret in page for secret in secrets) and not re.search(r"\bd[1-6]\b", page)


async def test_both_screens_follow_the_poll_and_show_counts_only(browser: Browser, postgres_url: str) -> None:
    async with meeting(postgres_url) as held, served(create_app(site(held))) as origin:
        await held.call()
        context = await browser.new_context(viewport=DESKTOP)
        staff, hall = await context.new_page(), await context.new_page()
        await staff.goto(f"{origin}/polls/2026-P1")
        await hall.goto(f"{origin}/polls/2026-P1/hall")
        assert "清点实到人数" in await staff.inner_text("#live")
        await held.open()
        await hall.locator("[aria-current=step]", has_text="投票").wait_for()
        await held.box.enter_papers(POLL, 1, [sheet(1, "excellent"), sheet(2, "incompetent")], person="甲")
        await hall.locator(".each li", has_text="财政所").filter(has_text="2/6").wait_for()
        await held.box.enter_papers(POLL, 2, [sheet(1, "excellent"), sheet(2, "competent")], person="乙")
        await staff.locator("#live li", has_text="两次录入不一致").wait_for()
        row = staff.get_by_role("row", name="财政所")
        assert await row.get_by_role("cell").all_inner_texts() == ["6", "6", "6", "2"]
        assert await staff.get_by_role("row", name="水利站").get_by_role("cell").all_inner_texts() == [
            "5",
            "5",
            "5",
            "0",
        ]
        for page in (staff, hall):
            assert nothing_else(await page.content())
            assert "纸质票" in await page.inner_text("body")
        assert "甲" not in await staff.inner_text("body")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_everybody_can_read_them(browser: Browser, postgres_url: str, size: ViewportSize) -> None:
    async with meeting(postgres_url) as held, served(create_app(site(held, LINK))) as origin:
        await held.call()
        await held.open()
        context = await browser.new_context(viewport=size)
        errors: list[str] = []
        for path in ("/polls/2026-P1", "/polls/2026-P1/hall"):
            page = await context.new_page()
            page.on("console", lambda message: errors.append(message.text))
            await page.goto(origin + path)
            assert await violations(page) == [], path
            assert await page.locator("svg.segno").count() == 1
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await page.evaluate(wide) == 0, path
            assert errors == []
        big = await page.locator(".big dd").first.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
        assert big >= (48 if size is PHONE else 120)


async def test_without_a_script_the_page_reloads_by_itself(browser: Browser, postgres_url: str) -> None:
    async with meeting(postgres_url) as held, served(create_app(site(held))) as origin:
        await held.call()
        context = await browser.new_context(viewport=DESKTOP, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{origin}/polls/2026-P1/hall")
        await held.open()
        await page.locator("[aria-current=step]", has_text="投票").wait_for()


def turnout(*numbers: tuple[int, int]) -> tuple[SubjectTurnout, ...]:
    """Subjects with so many ballots by phone and on paper."""
    return tuple(
        SubjectTurnout(subject=f"s{index}", issued=phones + paper, returned=0, paper=paper)
        for index, (phones, paper) in enumerate(numbers)
    )


@pytest.mark.parametrize(
    ("numbers", "warned"),
    [
        ([(40, 8), (39, 8)], []),
        ([(40, 5), (39, 5)], ["纸质票还差 3 人"]),
        ([(40, 8), (39, 7)], ["纸质票还差 1 人"]),
        ([(7, 0), (7, 0)], ["手机还差 1 人"]),
        ([(40, 0), (39, 0)], []),
        ([(0, 0), (0, 0)], []),
        ([(3, 2)], ["手机还差 5 人", "纸质票还差 6 人"]),
    ],
)
def test_a_path_in_use_says_how_many_it_lacks(numbers: list[tuple[int, int]], warned: list[str]) -> None:
    status = BoxStatus(
        phase=Phase.COLLECTING, mode=BallotMode.MIXED, turnout=turnout(*numbers), manifest="m", unfinished=()
    )
    assert [warning.partition("（")[0] for warning in path_warnings(status, 8)] == warned
    assert path_warnings(status.model_copy(update={"phase": Phase.CASTING}), 8) == []
