"""What is not right is refused in words that say what to do, and nothing is called done that is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.async_api import Browser, Page

from tests.ballotbox.page_browser.conftest import MakeHall
from tests.ballotbox.page_browser.deputy import Deputy
from tests.ballotbox.page_browser.hall import Hall
from tests.ballotbox.page_browser.test_whole_way import ANSWERS, OTHERS
from tests.browser import PHONE


async def a_phone(browser: Browser) -> Page:
    """Another phone."""
    return await (await browser.new_context(viewport=PHONE)).new_page()


def spoiled(kind: str, change: Callable[[Any], Any]) -> Callable[[str, Any], Any]:
    """A server that changes one kind of answer."""
    return lambda what, answer: change(answer) if what == kind else answer


async def test_another_manifest_than_the_halls_is_refused(town_hall: Hall, browser: Browser) -> None:
    deputy = Deputy(await a_phone(browser), town_hall)
    town_hall.write("manifest.json", town_hall.read("manifest.json").replace(b"2026 ", b"2027 "))
    await deputy.open()
    await deputy.sees("内容与二维码不符")
    await deputy.reads("马上告诉监票人")
    await deputy.page.goto(f"{town_hall.board}/#m={'0' * 64}")
    await deputy.sees("没有找到这次测评")
    await deputy.page.goto(f"{town_hall.board}/#m=abc")
    await deputy.reads("这个链接不完整")


async def test_a_page_without_encryption_sends_people_to_the_desk(town_hall: Hall, browser: Browser) -> None:
    page = await a_phone(browser)
    await page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    await page.goto(town_hall.entrance)
    await Deputy(page, town_hall).reads("请到签领处领纸质票")


async def test_wrong_codes(town_hall: Hall, browser: Browser) -> None:
    deputy = Deputy(await a_phone(browser), town_hall)
    await deputy.begin()
    code = deputy.page.get_by_label("码（12 位）")
    await code.fill("ABCD")
    await deputy.press("下一步")
    await deputy.reads("还差 8 位")
    right = town_hall.code("a", "d01")
    await code.fill(right[:-1] + ("0" if right[-1] != "0" else "1"))
    await deputy.press("下一步")
    await deputy.reads("这个码不对")
    assert not [seen for seen in town_hall.seen if seen.part == "a"], "a typing error is found on the phone"
    await code.fill(town_hall.code("b", "d01"))
    await deputy.press("下一步")
    await deputy.reads("这个码不对")
    await code.fill(right)
    await deputy.press("下一步")
    await deputy.reads("您是 张建国 代表吗？")
    await deputy.press("不是我")
    await deputy.reads("换回写有您名字的纸条")
    await deputy.identify("a")
    await deputy.sees("请输入 B 码")
    await code.fill(town_hall.code("b", "d02"))
    await deputy.press("下一步")
    await deputy.reads("A 码和 B 码不是同一个人的")


async def test_slips_are_scanned_in_any_order_and_leave_the_address(town_hall: Hall, browser: Browser) -> None:
    page = await a_phone(browser)
    deputy = Deputy(page, town_hall)
    await page.goto(f"{town_hall.board}/#a={town_hall.code('a', 'd01')}")
    await deputy.reads("已记下您的 A 码。现在请扫会场的二维码")
    assert town_hall.code("a", "d01") not in page.url
    await deputy.begin()
    await deputy.press("下一步")
    await deputy.press("是我，继续")
    await deputy.sees("请输入 B 码")
    await page.goto(f"{town_hall.board}/#b={town_hall.code('b', 'd01')}")
    await deputy.press("下一步")
    await deputy.press("是我，继续")
    await deputy.reads("已评 0/3")
    assert page.url == town_hall.entrance


async def test_a_recused_deputy_gets_one_ballot_less_and_a_wrong_list_is_refused(
    town_hall: Hall, browser: Browser
) -> None:
    deputy = Deputy(await a_phone(browser), town_hall, "d05")
    await deputy.collect()
    await deputy.reads("已评 0/2")
    other = Deputy(await a_phone(browser), town_hall, "d02")
    town_hall.spoil = spoiled("who", lambda told: told | {"subjects": told["subjects"][:-1]})
    await other.begin()
    await other.page.get_by_label("码（12 位）").fill(town_hall.code("a", "d02"))
    await other.press("下一步")
    await other.reads("测评对象和公布的内容对不上")


async def test_a_stamp_that_is_not_good_is_not_taken(town_hall: Hall, browser: Browser) -> None:
    def swap(told: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        values = list(told["slices"].values())
        return told | {"slices": dict(zip(told["slices"], [*values[1:], values[0]], strict=True))}

    deputy = Deputy(await a_phone(browser), town_hall)
    town_hall.spoil = spoiled("stamp", swap)
    await deputy.begin()
    await deputy.identify("a")
    await deputy.identify("b")
    await deputy.reads("A 处盖的印章不对，手机没有收下")
    town_hall.spoil = lambda _, answer: answer
    await deputy.press("再试一次")
    await deputy.reads("已评 0/3")


async def test_collecting_by_another_phone_paper_and_the_end_of_collecting(
    make_hall: MakeHall, browser: Browser
) -> None:
    town_hall = await make_hall(mode="mixed")
    first, second = Deputy(await a_phone(browser), town_hall), Deputy(await a_phone(browser), town_hall)
    await first.collect()
    await second.begin()
    await second.identify("a")
    await second.identify("b")
    await second.reads("您已经用另一部手机或另一个网页领过票")
    for issuer in town_hall.scripted.issuers.values():
        issuer.give_paper(["d02"])
    paper = Deputy(await a_phone(browser), town_hall, "d02")
    await paper.begin()
    await paper.identify("a")
    await paper.identify("b")
    await paper.reads("已经领了纸质票，不能再用手机领票")
    late = Deputy(await a_phone(browser), town_hall, "d03")
    await late.begin()
    town_hall.begin_casting()
    await late.identify("a")
    await late.identify("b")
    await late.reads("领票已经结束，不能再用手机领票。请马上到签领处，看能不能领纸质票。")


async def test_a_wrong_receipt_is_no_receipt(town_hall: Hall, browser: Browser) -> None:
    deputy = Deputy(await a_phone(browser), town_hall)
    await deputy.collect()
    await deputy.fill(ANSWERS)
    town_hall.begin_casting()
    receipts = iter(range(3))
    # Another leaf under the same signature; then an honest box; then a spoiled signature.
    spoil = [
        lambda told: told | {"leaf": "ab" * 32},
        lambda told: told,
        lambda told: told | {"signature": "00" * 64},
    ]
    town_hall.spoil = spoiled("cast", lambda told: spoil[next(receipts)](told))
    await deputy.press("投票")
    await deputy.reads("回执不对，不能算投到")
    await deputy.reads("已投 1/3")
    assert "回执齐全" not in await deputy.page.inner_text("body")
    town_hall.spoil = lambda _, answer: answer
    await deputy.press("再试一次")
    await deputy.sees("票已投，回执齐全")
    assert town_hall.in_box() == ["czs", "lys", "zhs"]


async def test_a_closed_box_says_how_many_ballots_are_not_in_it(town_hall: Hall, browser: Browser) -> None:
    deputy = Deputy(await a_phone(browser), town_hall)
    await deputy.collect()
    await deputy.fill(ANSWERS)
    town_hall.begin_casting()
    await deputy.page.get_by_role("button", name="投票", exact=True).wait_for()
    town_hall.scripted.box.close()
    await deputy.press("投票")
    await deputy.reads("有 3 张票没有投进去")
    await deputy.reads("找监票人")


async def test_a_recovery_code_brings_the_ballot_to_a_new_phone_and_the_first_envelope_stands(
    make_hall: MakeHall, browser: Browser
) -> None:
    hall = await make_hall(recovery=True)
    old, new = Deputy(await a_phone(browser), hall), Deputy(await a_phone(browser), hall)
    await old.collect()
    await old.reads("谁拿到这个码，谁就能看到并投出您的票")
    await old.press("显示恢复码")
    code = await old.page.locator(".code-shown").inner_text()
    await new.open()
    await new.press("换了手机，用恢复码")
    await new.page.get_by_label("恢复码").fill(code[:-1])
    await new.press("下一步")
    await new.reads("恢复码不对")
    await new.page.get_by_label("恢复码").fill(code.lower())
    await new.press("下一步")
    await new.identify("a")
    await new.identify("b")
    await new.reads("已评 0/3")
    await old.fill(ANSWERS)
    await new.fill(ANSWERS | {"czs": {"overall": "不称职", "ability": "不称职"}})
    hall.begin_casting()
    await old.cast()
    await new.cast()
    assert hall.in_box() == ["czs", "lys", "zhs"]
    await new.reads("以先投的那张为准")


async def test_published_files_that_lack_or_change_a_ballot_are_named(town_hall: Hall, browser: Browser) -> None:
    deputy = Deputy(await a_phone(browser), town_hall)
    await deputy.collect()
    await deputy.fill(ANSWERS)
    town_hall.begin_casting(*OTHERS)
    await deputy.cast()
    town_hall.cast_others(*OTHERS)
    town_hall.close()
    town_hall.publish()
    good = {name: town_hall.read(name) for name in ("slices.jsonl", "leaves.txt")}
    await deputy.press("查看票到哪一步了")
    await deputy.reads("您的 6 项评价全部在公布的票中")
    lines = good["slices.jsonl"].splitlines(keepends=True)
    mine = [line for line in lines if b'"incompetent"' in line and b"lys/overall" in line]
    without = b"".join(line for line in lines if line not in mine)
    changed = b"".join(line.replace(b"incompetent", b"competent") if line in mine else line for line in lines)
    for data, words in ((without, "公布的文件里没有这张票"), (changed, "公布的内容和您投的不一样")):
        town_hall.write("slices.jsonl", data)
        await deputy.press("再核对一次")
        await deputy.reads(words)
        await deputy.reads("有地方不对，请告诉监票人")
        await deputy.reads("两组监票人的开箱记录不一致，或签字不够")
    town_hall.write("slices.jsonl", good["slices.jsonl"])
    leaves = good["leaves.txt"].splitlines(keepends=True)
    town_hall.write("leaves.txt", b"".join([*leaves[:-1], b"00" * 32 + b"\n"]))
    await deputy.press("再核对一次")
    await deputy.reads("登记册的内容和签字对不上")
    assert await deputy.page.get_by_role("button", name="办完了，清除手机里的票").count() == 0
