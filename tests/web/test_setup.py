"""The first-run guide: each step's state is what is there, and the first page leads to it until a year has begun."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.cases.case import CaseKind
from domain.cases.cycle.commands import OpenCycle
from domain.policy.document import Policy
from domain.roster.books import POLICY, TOWN
from domain.roster.standing import AdoptPolicy
from eventstore.books import read_book, write_book
from tests.web.books import POSTS, Town, with_roster
from tests.web.books import town as town
from tests.web.conftest import STAFF
from tests.web.conftest import TOWN as KEY
from web.setup.steps import read_setup


async def missing(town: Town) -> list[str]:
    setup = await read_setup(town.site, no_accounts=False)
    return [step.key for step in setup.steps if not step.done]


async def test_steps_are_done_by_what_they_are_about(town: Town) -> None:
    year = town.site.today().year
    town.site.town_name = KEY  # as an installation starts that has no name yet
    assert await missing(town) == ["town", "policy", "roster", "cycle"]
    first = (await town.client.get("/")).text
    assert "还差 5 步就能办理" in first
    assert 'href="/setup"' in first
    assert (await town.client.post("/setup/name", data={"name": "  青石镇 "})).status_code == 303
    assert (await read_book(town.store, KEY, TOWN)).name == "青石镇"
    page = (await town.client.get("/setup")).text
    assert "<small>青石镇</small>" in page
    assert f"{year + 1} 年度放假安排尚未公布" in page
    await town.client.post(f"/workdays/{year}/official")
    assert await missing(town) == ["policy", "roster", "cycle"]
    act = AdoptPolicy(policy=Policy())
    await write_book(town.store, KEY, POLICY, act, actor=STAFF, command_id="policy", now=datetime.now(UTC))
    await with_roster(town)
    assert await missing(town) == ["cycle"]
    await town.record(CaseKind.CYCLE, str(year), OpenCycle(year=year, subjects=POSTS, deputies=2))
    assert await missing(town) == []
    assert "就能办理" not in (await town.client.get("/")).text


async def test_a_name_that_is_none_is_refused(town: Town) -> None:
    for name in ("", "  ", "镇" * 41):
        answer = await town.client.post("/setup/name", data={"name": name})
        assert answer.status_code == 422
        assert "镇名是 1 到 40 个字" in answer.text
    assert (await read_book(town.store, KEY, TOWN)).name is None
