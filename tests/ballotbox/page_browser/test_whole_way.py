"""One deputy, the whole way, on a phone of 360×640."""

from __future__ import annotations

from tests.ballotbox.page_browser.conftest import Phone
from tests.ballotbox.page_browser.deputy import Deputy
from tests.ballotbox.page_browser.hall import Hall
from tests.browser import violations

ANSWERS = {
    "czs": {"overall": "优秀", "ability": "称职"},
    "lys": {"overall": "不称职", "ability": "弃权"},
    "zhs": {"overall": "基本称职", "ability": "不填"},
}
OTHERS = ("d02", "d03", "d04")


async def test_from_the_halls_code_to_the_count(town_hall: Hall, phone: Phone) -> None:
    page = await phone.open()
    deputy = Deputy(page, town_hall)
    await deputy.collect()
    await deputy.reads("票已领到，请等候投票")
    await deputy.fill(ANSWERS)
    await deputy.reads("投票还没有开始")
    town_hall.begin_casting(*OTHERS)
    await deputy.cast()
    assert town_hall.in_box() == ["czs", "lys", "zhs"]
    town_hall.cast_others(*OTHERS)
    town_hall.close()
    await deputy.press("查看票到哪一步了")
    await deputy.reads("您的 3 张票全部已入册")
    town_hall.publish()
    await deputy.reads("您的 6 项评价全部在公布的票中")
    await deputy.press("办完了，清除手机里的票")
    await deputy.reads("就能向别人证明您投了什么")
    await deputy.press("清除")
    await deputy.press("确定清除")
    await deputy.sees("已经清除")
    assert phone.complaints == []
    assert await violations(page) == []
    await page.goto(town_hall.board)
    await deputy.sees("请扫会场的二维码")
