"""Dropped connections, killed browsers, two tabs: exactly one envelope a subject, and nothing lost."""

from __future__ import annotations

import asyncio
from itertools import count

from playwright.async_api import Page, Route, expect

from tests.ballotbox.page_browser.conftest import Phone
from tests.ballotbox.page_browser.deputy import WAIT, Deputy
from tests.ballotbox.page_browser.hall import Hall
from tests.ballotbox.page_browser.test_whole_way import ANSWERS, OTHERS

ALL = ["czs", "lys", "zhs"]


async def never(_: Route) -> None:
    """A network that swallows the request and says nothing."""
    await asyncio.Event().wait()


async def answer_lost(route: Route) -> None:
    """The server answers; the answer does not arrive."""
    await route.fetch()
    await route.abort("connectionreset")


async def reopened(phone: Phone, hall: Hall) -> tuple[Page, Deputy]:
    """The browser is killed and started again; the deputy scans the hall's code again."""
    page = await phone.reopen()
    deputy = Deputy(page, hall)
    await deputy.open()
    return page, deputy


async def test_killed_at_every_state_nothing_is_lost_and_nothing_is_doubled(town_hall: Hall, phone: Phone) -> None:
    page = await phone.open()
    deputy = Deputy(page, town_hall)
    await deputy.begin()
    await deputy.identify("a")
    await deputy.sees("请输入 B 码")
    # between the two codes
    page, deputy = await reopened(phone, town_hall)
    await page.route(f"{town_hall.origins['a']}/stamp/**", answer_lost)
    await deputy.identify("b")
    await deputy.reads("网络暂时不通")
    first = town_hall.asked("a")
    # A has committed and stamped, the phone does not know it: the same request again
    phone.route_next(f"{town_hall.origins['b']}/stamp/**", never)
    page, deputy = await reopened(phone, town_hall)
    await deputy.reads("正在领票 B")
    await deputy.reads("等待盖章")
    assert town_hall.asked("a") == first
    # between A and B
    page, deputy = await reopened(phone, town_hall)
    await deputy.reads("已评 0/3")
    # drafting
    await deputy.press("开始填写")
    await deputy.mark("czs", ANSWERS["czs"])
    await deputy.press("下一位")
    await deputy.mark("lys", {"overall": "不称职"})
    await deputy.reads("这一位填了 1/2 项，已存在手机里")
    page, deputy = await reopened(phone, town_hall)
    await deputy.reads("已评 1/3")
    await deputy.reads("填了 1/2 项")
    await deputy.press("接着填写")
    await deputy.reads("第 2 位")
    await expect(page.get_by_role("radio", name="不称职").first).to_be_checked()
    await deputy.mark("lys", ANSWERS["lys"])
    await deputy.press("下一位")
    await deputy.mark("zhs", ANSWERS["zhs"])
    await deputy.press("去核对")
    town_hall.begin_casting(*OTHERS)
    # sealed, nothing sent
    await page.route("**/cast/**", never)
    await deputy.press("投票")
    await deputy.reads("已封")
    # half cast, and the answer to the second lost
    numbers = count(1)

    async def half(route: Route) -> None:
        number = next(numbers)
        await (route.continue_() if number == 1 else answer_lost(route) if number == 2 else never(route))

    phone.route_next("**/cast/**", half)
    page, deputy = await reopened(phone, town_hall)
    await deputy.reads("已投 1/3")
    await deputy.reads("网络暂时不通")
    page, deputy = await reopened(phone, town_hall)
    await deputy.sees("票已投，回执齐全")
    assert town_hall.in_box() == ALL
    numbers_shown = await page.locator(".receipts .number").all_inner_texts()
    page, deputy = await reopened(phone, town_hall)
    await deputy.sees("票已投，回执齐全")
    assert await page.locator(".receipts .number").all_inner_texts() == numbers_shown
    town_hall.cast_others(*OTHERS)
    town_hall.close()
    town_hall.publish()
    await deputy.press("查看票到哪一步了")
    await deputy.reads("您的 6 项评价全部在公布的票中")


async def test_answers_lost_and_the_phone_offline_while_casting(town_hall: Hall, phone: Phone) -> None:
    page = await phone.open()
    deputy = Deputy(page, town_hall)
    await deputy.collect()
    await deputy.fill(ANSWERS)
    town_hall.begin_casting()
    lost = count(1)

    async def twice_lost(route: Route) -> None:
        await (answer_lost(route) if next(lost) <= 2 else route.continue_())

    await page.route("**/cast/**", twice_lost)
    await deputy.press("投票")
    await deputy.reads("网络暂时不通，正在自动重试")
    await page.context.set_offline(True)
    await deputy.reads("网络暂时不通，正在自动重试")
    assert "回执齐全" not in await page.inner_text("body")
    await page.context.set_offline(False)
    await deputy.sees("票已投，回执齐全")
    assert town_hall.in_box() == ALL
    assert len(town_hall.casts()) > len(ALL)


async def test_two_tabs_take_one_ballot_and_cast_one_envelope_each(town_hall: Hall, phone: Phone) -> None:
    page = await phone.open()
    deputy = Deputy(page, town_hall)
    await deputy.begin()
    await deputy.identify("a")
    other = Deputy(await page.context.new_page(), town_hall)
    await other.open()
    await other.sees("请输入 B 码")
    await deputy.identify("b")
    await other.identify("b")
    await deputy.reads("已评 0/3")
    await other.reads("已评 0/3")
    assert len(set(town_hall.asked("a"))) == len(set(town_hall.asked("b"))) == 1
    await deputy.fill(ANSWERS)
    await other.fill(ANSWERS | {"czs": {"overall": "不称职", "ability": "不称职"}})
    town_hall.begin_casting()
    await page.get_by_role("button", name="投票", exact=True).wait_for(timeout=WAIT)
    await other.page.get_by_role("button", name="投票", exact=True).wait_for(timeout=WAIT)
    await asyncio.gather(deputy.cast(), other.cast())
    assert town_hall.in_box() == ALL
    assert await page.locator(".receipts .number").all_inner_texts() == (
        await other.page.locator(".receipts .number").all_inner_texts()
    )
