"""A box restored from an old backup gets every envelope again, from each phone, and nothing else."""

from __future__ import annotations

from itertools import count

from playwright.async_api import Route

from tests.ballotbox.page_browser.conftest import Phone
from tests.ballotbox.page_browser.deputy import Deputy
from tests.ballotbox.page_browser.hall import SUBJECTS, Hall, Seen
from tests.ballotbox.page_browser.test_interruptions import ALL, answer_lost, never, reopened
from tests.ballotbox.page_browser.test_whole_way import ANSWERS, OTHERS

AGAIN = "票箱在恢复，您的票已重新送达；回执不变"


def bare(cast: Seen) -> dict[str, str]:
    """What a request tells besides its length."""
    return {name: value for name, value in cast.headers.items() if name != "content-length"}


async def test_the_same_envelopes_once_for_each_announcement(town_hall: Hall, phone: Phone) -> None:
    deputy = Deputy(await phone.open(), town_hall)
    await deputy.collect()
    await deputy.fill(ANSWERS)
    town_hall.begin_casting(*OTHERS)
    await deputy.cast()
    numbers = await deputy.page.locator(".receipts .number").all_inner_texts()
    await phone.kill()
    sent = {envelope.to_bytes() for envelope in town_hall.cast_order}
    headers = bare(town_hall.casts()[0])
    town_hall.cast_others(*OTHERS)
    town_hall.show("casting")
    town_hall.restore_old_box()
    assert town_hall.in_box() == []
    # The first arrives and so does its receipt, the second's receipt does not, and then the tab is closed.
    requests = count(1)

    async def half(route: Route) -> None:
        number = next(requests)
        await (route.continue_() if number == 1 else answer_lost(route) if number == 2 else never(route))

    phone.route_next("**/cast/**", half)
    page, deputy = await reopened(phone, town_hall)
    await deputy.reads("正在重新送达您的票")
    page, deputy = await reopened(phone, town_hall)
    await deputy.reads(AGAIN)
    await deputy.sees("票已投，回执齐全")
    assert town_hall.in_box() == ALL
    assert await page.locator(".receipts .number").all_inner_texts() == numbers
    assert {envelope.to_bytes() for envelope in town_hall.cast_order} == sent
    assert all(bare(cast) == headers for cast in town_hall.casts())
    # Once: the next looks at the board and a new tab send nothing.
    casts = len(town_hall.casts())
    for _ in range(2):
        # A look comes every 3 to 5 s; it did not in 30 s once, in a run of the whole suite on a busy machine.
        await page.wait_for_event(
            "requestfinished", lambda request: request.url.endswith("phase.json"), timeout=120_000
        )
    page, deputy = await reopened(phone, town_hall)
    await deputy.reads(AGAIN)
    assert len(town_hall.casts()) == casts
    # Another announcement, and a box whose receipts are others.
    town_hall.spoil = lambda kind, told: told | {"signature": "00" * 64} if kind == "cast" else told
    town_hall.announce_missing(5)
    await deputy.reads(f"“{SUBJECTS['czs']}”这张票的回执和先前的不一样")
    assert AGAIN not in await page.inner_text("body")
    assert await page.locator(".receipts .number").all_inner_texts() == numbers
    town_hall.spoil = lambda _, told: told
    await deputy.reads(AGAIN)
    assert town_hall.in_box() == ALL
    assert {envelope.to_bytes() for envelope in town_hall.cast_order} == sent
    await deputy.press("查看票到哪一步了")
    await deputy.reads("投票还在进行")
    assert await page.get_by_role("button", name="清除").count() == 0, "nothing is erased before it is published"
