"""A paper ballot in a real browser: typed twice with one key a mark, resumed, decided, counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from ballotbox.polls import Phase
from domain.rules.counting import ItemCount
from tests.browser import DESKTOP, PHONE, browser, served, violations
from tests.web.meeting import POLL, meeting
from web.count_desk.app import create_desk

__all__ = ["browser"]

ROWS = 12
"""Of a form of series A: two subjects with six rows each."""


async def sign_in(context: BrowserContext, origin: str, code: str) -> Page:
    """By the link of the slip, as its QR holds it."""
    page = await context.new_page()
    await page.goto(f"{origin}/enter#c={code}")
    await page.wait_for_url(lambda url: url.endswith(("/forms", "/differences")))
    return page


async def type_keys(page: Page, keys: Sequence[str]) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def save(page: Page, number: str) -> None:
    await page.keyboard.press("Enter")
    await page.get_by_role("status").filter(has_text=f"{number} 已保存").wait_for()
    await ready(page)


async def ready(page: Page) -> None:
    """The page's script waits for the first key."""
    await page.locator("[data-row][aria-current]").wait_for()


async def type_series_b(page: Page, origin: str, key: str) -> None:
    """One form of the subject whose head is a deputy."""
    await page.goto(f"{origin}/forms/B/1")
    await type_keys(page, [key] * 6)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "saved=B-001" in url)


async def test_a_meeting_on_paper_from_the_first_key_to_the_count(browser: Browser, postgres_url: str) -> None:
    async with meeting(postgres_url) as held:
        await held.call()
        await held.open()
        codes = await held.codes()
        async with served(create_desk(held.site)) as origin:
            context = await browser.new_context(viewport=DESKTOP)
            first = await sign_in(context, origin, codes["甲"])
            assert "#" not in first.url
            await first.get_by_role("button", name="录这一张").first.click()
            await ready(first)
            # A form of every kind of mark: grades, 弃权 by either key, blank, two marks in a row, a key taken back.
            await type_keys(first, ["1", "2", "3", "4", "0", "5", "Space", "*", "1", "2", "Enter", "1", "Backspace"])
            await type_keys(first, ["2"] * 3)
            await first.keyboard.press("Enter")
            assert "还没有录" in await first.get_by_role("alert").inner_text()
            await first.keyboard.press("2")
            await save(first, "A-001")
            assert "已录 1/6" in await first.inner_text(".bar")
            await type_keys(first, ["1"] * ROWS)
            await save(first, "A-002")
            await type_keys(first, ["2"] * ROWS)
            await save(first, "A-003")
            await type_series_b(first, origin, "3")
            await context.close()

            # Another machine: the same code goes on where the first one stopped, and shows what was typed.
            context = await browser.new_context(viewport=PHONE)
            again = await sign_in(context, origin, codes["甲"])
            assert "已录 3/6" in await again.inner_text("main")
            await again.goto(f"{origin}/forms/A/1")
            ticked = await again.locator("input:checked").evaluate_all("boxes => boxes.map(box => box.value)")
            assert ticked[:9] == [
                "excellent",
                "competent",
                "basically_competent",
                "incompetent",
                "abstain",
                "abstain",
                "blank",
                "excellent",
                "competent",
            ]
            assert await violations(again) == []
            await context.close()

            context = await browser.new_context(viewport=PHONE, has_touch=True)
            second = await sign_in(context, origin, codes["乙"])
            assert await violations(second) == []
            await second.goto(f"{origin}/forms/A/1")
            await touch_first_form(second)
            await second.reload()
            await second.goto(f"{origin}/forms/A/2")
            await type_keys(second, ["1"] * 6 + ["4"] + ["1"] * 5)
            await save(second, "A-002")
            await type_keys(second, ["2"] * ROWS)
            await save(second, "A-003")
            await type_series_b(second, origin, "3")
            await context.close()

            assert len((await held.box.status(POLL)).unfinished) == 1
            await decide(await browser.new_context(viewport=PHONE), origin, codes["监"])

        counted = await held.box.close(POLL)
        assert (await held.box.status(POLL)).phase is Phase.CLOSED
        assert counted.subjects["czs"].overall == ItemCount(
            grades={"excellent": 2, "competent": 1, "basically_competent": 0, "incompetent": 0}
        )
        assert counted.subjects["czs"].returned == 3
        # The blank row counts as 弃权; the scrutineer read 基本称职 where the two had read 优秀 and 不称职.
        assert counted.subjects["lyz"].overall == ItemCount(
            grades={"excellent": 0, "competent": 1, "basically_competent": 1, "incompetent": 0}, abstain=1
        )
        assert counted.subjects["lyz"].dimensions["thought"].invalid == 1
        assert counted.subjects["slz"].overall.grades["basically_competent"] == 1


async def touch_first_form(page: Page) -> None:
    """The same first form by touch alone."""
    marks = ["优秀", "称职", "基本称职", "不称职", "弃权", "弃权", "空白", None, *["称职"] * 4]
    rows = page.locator("[data-row]")
    for index, mark in enumerate(marks):
        row = rows.nth(index)
        if mark is None:
            await row.get_by_role("button", name="多个勾").tap()
            await row.get_by_role("checkbox", name="优秀", exact=True).tap()
            await row.get_by_role("checkbox", name="称职", exact=True).tap()
        else:
            await row.get_by_role("checkbox", name=mark, exact=True).tap()
    await page.get_by_role("button", name="保存，录下一张").tap()
    await page.get_by_role("status").filter(has_text="A-001 已保存").wait_for()


async def decide(context: BrowserContext, origin: str, code: str) -> None:
    page = await sign_in(context, origin, code)
    assert "待裁定 1 张" in await page.inner_text("main")
    assert await violations(page) == []
    await page.get_by_role("link", name="A-002 号票").click()
    group = page.get_by_role("group")
    assert await group.count() == 1
    assert "第一组录“优秀”，第二组录“不称职”" in await group.inner_text()
    assert await violations(page) == []
    await group.get_by_role("checkbox", name="基本称职", exact=True).click()
    await page.get_by_role("button", name="确认裁定").click()
    await page.get_by_role("status").filter(has_text="A-002 号票已裁定").wait_for()
    assert "待裁定 0 张" in await page.inner_text("main")
    await context.close()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_every_page_of_the_desk_can_be_used_by_everybody(
    browser: Browser, postgres_url: str, size: ViewportSize
) -> None:
    async with meeting(postgres_url) as held:
        await held.call()
        await held.open()
        codes = await held.codes()
        async with served(create_desk(held.site)) as origin:
            context = await browser.new_context(viewport=size)
            door = await context.new_page()
            await door.goto(f"{origin}/enter")
            assert await violations(door) == []
            page = await sign_in(context, origin, codes["甲"])
            for path in ("/forms", "/forms/A/1", "/forms/A/1000", "/nowhere"):
                await page.goto(origin + path)
                assert await violations(page) == [], path
                assert await wider_than_the_screen(page) == 0, path


async def wider_than_the_screen(page: Page) -> int:
    width: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


async def test_without_a_script_a_form_is_ticked_and_sent(browser: Browser, postgres_url: str) -> None:
    async with meeting(postgres_url) as held:
        await held.call()
        await held.open()
        codes = await held.codes()
        async with served(create_desk(held.site)) as origin:
            context = await browser.new_context(viewport=DESKTOP, java_script_enabled=False)
            page = await context.new_page()
            await page.goto(f"{origin}/enter")
            await page.get_by_label("工作人员发的代码").fill(codes["甲"])
            await page.get_by_role("button", name="进入").click()
            await page.goto(f"{origin}/forms/B/1")
            for row in await page.locator("[data-row]").all():
                await row.get_by_role("checkbox", name="称职", exact=True).click()
            await page.get_by_role("button", name="保存，录下一张").click()
            assert "B-001 已保存" in await page.inner_text("main")
        sheets = await held.box.entered(POLL, 1, "甲")
        assert [(sheet.subject, sheet.sheet_no, sheet.ballot.rows["overall"]) for sheet in sheets] == [
            ("slz", 1, ("competent",))
        ]
