"""What people see: axe on every screen, sizes of type and targets, narrow screens, type at 200 %, the keyboard."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, ViewportSize

from tests.ballotbox.page_browser.conftest import MakeHall
from tests.ballotbox.page_browser.deputy import Deputy
from tests.ballotbox.page_browser.hall import Hall
from tests.ballotbox.page_browser.test_whole_way import ANSWERS, OTHERS
from tests.browser import DESKTOP, PHONE, violations

NARROW = ViewportSize(width=320, height=568)
SMALLEST = """() => {
  const sizes = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || element.closest("script, noscript, [aria-hidden]")) continue;
    sizes.push(parseFloat(getComputedStyle(element).fontSize));
  }
  return Math.min(...sizes);
}"""
TARGETS = """() => [...document.querySelectorAll("button, input, textarea, label.choice, a")]
  .map((element) => [element.closest("label") ?? element, element.textContent || element.name])
  .map(([element, words]) => [words, element.getBoundingClientRect().width, element.getBoundingClientRect().height])
  .filter(([, width, height]) => width > 0 && height > 0)"""
LINES = """() => [...document.querySelectorAll("p, li, h1, h2, legend, label, dt, dd")].map((element) => {
  const style = getComputedStyle(element);
  return parseFloat(style.lineHeight) / parseFloat(style.fontSize);
})"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
See = Callable[[str], Awaitable[None]]


async def tour(deputy: Deputy, hall: Hall, see: See) -> None:
    """Through all screens; `see` is called on each with its name."""
    await deputy.page.goto(hall.board)
    await deputy.sees("请扫会场的二维码")
    await see("home")
    await deputy.open()
    await deputy.sees("2026 年站所长述职测评")
    await see("welcome")
    await deputy.press("开始领票")
    await deputy.page.get_by_label("码（12 位）").fill("ABC")
    await deputy.press("下一步")
    await see("code refused")
    await deputy.page.get_by_label("码（12 位）").fill(hall.code("a", deputy.name))
    await deputy.press("下一步")
    await deputy.reads("您是 张建国 代表吗？")
    await see("name")
    await deputy.press("是我，继续")
    await deputy.identify("b")
    await deputy.reads("已评 0/3")
    await see("list")
    await deputy.press("开始填写")
    await deputy.mark("czs", ANSWERS["czs"])
    await see("subject")
    await deputy.press("回到名单")
    await deputy.page.get_by_role("radio", name="一张表").check()
    await deputy.press("接着填写")
    await deputy.sees("全部测评对象")
    await see("table")
    await deputy.press("核对全部答案")
    await see("review")
    hall.begin_casting(*OTHERS)
    await deputy.page.get_by_role("checkbox").check()
    await deputy.press("投票")
    await deputy.sees("正在投票")
    await see("casting")
    await deputy.sees("票已投，回执齐全")
    await see("receipts")
    hall.cast_others(*OTHERS)
    hall.close()
    hall.publish()
    await deputy.press("查看票到哪一步了")
    await deputy.reads("您的 6 项评价全部在公布的票中")
    await see("counted")
    await deputy.press("办完了，清除手机里的票")
    await deputy.press("清除")
    await see("leave")


async def enlarge(page: Page, percent: int) -> None:
    """The browser's own size of type, as a person sets it: 16 px is 100 %."""
    session = await page.context.new_cdp_session(page)
    await session.send("Page.enable")
    await session.send(
        "Page.setFontSizes", {"fontSizes": {"standard": 16 * percent // 100, "fixed": 13 * percent // 100}}
    )


@pytest.mark.parametrize("large", [False, True])
async def test_every_screen_by_axe_and_by_measure(town_hall: Hall, browser: Browser, large: bool) -> None:
    page = await (await browser.new_context(viewport=PHONE)).new_page()
    least, target = (26, 60) if large else (18, 44)

    async def see(screen: str) -> None:
        assert await violations(page) == [], screen
        assert await page.evaluate(SMALLEST) >= least, screen
        small = [each for each in await page.evaluate(TARGETS) if min(each[1:]) < target]
        assert small == [], screen
        assert min(await page.evaluate(LINES)) >= 1.3, screen
        for size in (NARROW, PHONE, DESKTOP):
            await page.set_viewport_size(size)
            assert await page.evaluate(TOO_WIDE) <= 0, f"{screen} is wider than {size}"
        await page.set_viewport_size(PHONE)

    deputy = Deputy(page, town_hall)
    await page.goto(town_hall.board)
    if large:
        await deputy.press("大字")
    await tour(deputy, town_hall, see)


async def test_no_screen_is_too_wide_with_type_at_200_percent(town_hall: Hall, browser: Browser) -> None:
    page = await (await browser.new_context(viewport=PHONE, device_scale_factor=2)).new_page()
    await enlarge(page, 200)
    seen: dict[str, int] = {}

    async def see(screen: str) -> None:
        assert await page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)") == 36
        for size in (NARROW, PHONE):
            await page.set_viewport_size(size)
            seen[f"{screen} {size['width']}"] = await page.evaluate(TOO_WIDE)
        await page.set_viewport_size(PHONE)

    await tour(Deputy(page, town_hall), town_hall, see)
    assert {screen: wide for screen, wide in seen.items() if wide > 0} == {}, json.dumps(seen)


async def test_type_grows_to_30_and_is_remembered(town_hall: Hall, browser: Browser) -> None:
    page = await (await browser.new_context(viewport=ViewportSize(width=412, height=800))).new_page()
    size = "() => parseFloat(getComputedStyle(document.body).fontSize)"
    deputy = Deputy(page, town_hall)
    await deputy.open()
    assert await page.evaluate(size) == 18
    await deputy.press("大字")
    assert await page.evaluate(size) == 30
    await page.reload()
    assert await page.evaluate(size) == 30


async def test_the_keyboard_alone_suffices(town_hall: Hall, browser: Browser) -> None:
    page = await (await browser.new_context(viewport=PHONE, reduced_motion="reduce")).new_page()
    deputy = Deputy(page, town_hall)

    async def to(words: str, key: str = "Enter") -> None:
        for _ in range(60):
            await page.keyboard.press("Tab")
            if await page.evaluate("() => document.activeElement.textContent.trim()") == words:
                await page.keyboard.press(key)
                return
        raise AssertionError(f"the tab key does not reach {words}")

    await deputy.open()
    await deputy.sees("2026 年站所长述职测评")
    await to("开始领票")
    for issuer in ("a", "b"):
        await deputy.sees(f"请输入 {issuer.upper()} 码")
        await page.keyboard.press("Tab")
        await page.keyboard.type(town_hall.code(issuer, "d01"))
        await page.keyboard.press("Enter")
        await deputy.reads("您是 张建国 代表吗？")
        await to("是我，继续")
    await deputy.reads("已评 0/3")
    await to("开始填写")
    for number in range(3):
        await deputy.reads(f"第 {number + 1} 位")
        for question in range(2):
            await page.keyboard.press("Tab")
            await page.keyboard.press("Space" if question else "ArrowDown")
        await deputy.reads("这一位填了 2/2 项")
        await to("下一位" if number < 2 else "去核对")
    await deputy.sees("核对全部答案")
    town_hall.begin_casting()
    await page.get_by_role("button", name="投票", exact=True).wait_for()
    await to("投票")
    await deputy.sees("票已投，回执齐全")
    assert town_hall.in_box() == ["czs", "lys", "zhs"]


async def test_two_operators_are_two_stamps_and_the_page_says_which(make_hall: MakeHall, browser: Browser) -> None:
    deputy = Deputy(await browser.new_page(), await make_hall(one_operator=False))
    await deputy.open()
    await deputy.reads("每张票有两道印章")
