"""The scrutineers' page: what is missing, slips that are used and never kept, two teams, two persons."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest

from ballotbox.in_memory import InMemoryParties
from ballotbox.poll_box import PollBox
from ballotbox.polls import PollSetup
from domain.acts import SYSTEM, Actor, Command, Role
from domain.cases.case import CaseKind
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, OpenPollCase, PollItem, RecordCount
from domain.cases.poll.objections import DecidePollObjection, ObjectToPoll
from domain.policy.document import BallotMode
from eventstore.database import create_engine
from tests.ballotbox.polls import DEPUTIES, marks, setup
from tests.web.conftest import TOWN, Pages
from transparency.signed_note import text_of
from web.acts.counter import Counter
from web.app import create_app
from web.findings import Finding
from web.site import Site
from workflows.client import CaseClient
from workflows.messages import Receipt

YEAR = datetime.now(UTC).year
CASE = f"{YEAR}-P1"
DEPUTY = Actor(id="d1", role=Role.DEPUTY)
PAGE = f"/polls/{CASE}/scrutineers"


class CountingCounter(Counter):
    """Records acts as the workflow would, and has the box counted when the poll is closed."""

    def __init__(self, pages: Pages, box: PollBox, polled: PollSetup) -> None:
        async def nowhere() -> CaseClient:
            raise AssertionError("no engine here")

        super().__init__(pages.store, TOWN, nowhere)
        self._pages = pages
        self._box = box
        self._polled = polled

    async def do(self, kind: CaseKind, case_id: str, command: Command, actor: Actor, command_id: str) -> Receipt:
        await self._pages.record(kind, case_id, command, actor)
        if isinstance(command, ClosePoll):
            counted = await self._box.close(self._polled.key)
            await self._pages.record(
                kind, case_id, RecordCount(counts=counted.subjects, unopened=counted.reason), SYSTEM
            )
        return Receipt(command_id=command_id, version=0, next_deadline=None, events=[], repeated=False)


@dataclass
class Opening:
    """A poll whose box is closed and co-signed, with its scrutineers at the page."""

    pages: Pages
    parties: InMemoryParties
    polled: PollSetup
    client: httpx.AsyncClient

    def slips(self, *numbers: int) -> dict[str, str]:
        """What three scrutineers type."""
        slips = self.parties.dealings[self.polled.key].slips
        return {f"slip{place}": slips[n].encode() for place, n in enumerate(numbers, 1)}

    async def post(self, path: str, **fields: str) -> httpx.Response:
        origin = {"origin": "http://jiandu.test", "sec-fetch-site": "same-origin"}
        return await self.client.post(f"{PAGE}/{path}", data=fields, headers=origin)


@pytest.fixture
async def opening(pages: Pages, postgres_url: str) -> AsyncIterator[Opening]:
    engine = create_engine(postgres_url, pool_size=2)
    parties = InMemoryParties()
    box = PollBox(engine, parties.offices)
    polled = setup(poll_id=CASE, town=TOWN)
    items = (
        PollItem(subject="czs", case_kind=ItemKind.APPRAISAL, case_id=f"{YEAR}-czs", entitled=5),
        PollItem(subject="lys", case_kind=ItemKind.APPRAISAL, case_id=f"{YEAR}-lys", entitled=4, recused=1),
    )
    today = datetime.now(UTC).date()
    call = OpenPollCase(poll_id="P1", year=YEAR, date=today, mode=BallotMode.PHONES, items=items)
    await pages.record(CaseKind.POLL, CASE, call)
    await pages.record(CaseKind.POLL, CASE, OpenPoll(present=5))
    await box.open(polled)
    await parties.phones.collect(polled.key, DEPUTIES)
    await box.begin_casting(polled.key)
    ballots = {deputy: {"czs": marks("excellent"), "lys": marks("competent")} for deputy in DEPUTIES}
    ballots["d5"].pop("lys")
    await parties.phones.cast(polled.key, ballots)
    site = Site(
        town=TOWN,
        town_name="测试镇",
        engine=pages.store.engine,
        ready=_nothing,
        status=_nothing,
        counter=CountingCounter(pages, box, polled),
        box=box,
        offices=parties.offices,
    )
    transport = httpx.ASGITransport(app=create_app(site))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://jiandu.test") as client:
            yield Opening(pages, parties, polled, client)
    finally:
        parties.close()
        await engine.dispose()


async def _nothing() -> Sequence[Finding]:
    return ()


async def close_and_witness(opening: Opening, box_witnesses: int = 3) -> None:
    key = opening.polled.key
    await PollBox(opening.pages.store.engine, opening.parties.offices).end_casting(key)
    dealing = opening.parties.dealings[key]
    manifest = dealing.poll.hash.hex()
    note = (await opening.parties.box.contents(manifest)).checkpoint
    for number in range(1, box_witnesses + 1):
        opening.parties.box.cosign(manifest, dealing.witnesses[number].sign(text_of(note)))


async def test_before_the_witnesses_have_signed_nothing_is_opened(opening: Opening) -> None:
    page = (await opening.client.get(PAGE)).text
    assert "✔ 已办</b> 分发密钥并试开" in page
    assert "○ 未办</b> 投票结束、封箱" in page
    assert "第 1 组开箱</button>" not in page
    assert "只相当于盖一个章" in page
    refused = await opening.post("open", team="1", **opening.slips(1, 2, 3))
    assert (refused.status_code, "投票还没有结束" in refused.text) == (422, True)
    await close_and_witness(opening, 2)
    refused = await opening.post("open", team="1", **opening.slips(1, 2, 3))
    assert "只有 2 名见证人签名" in refused.text


async def test_two_teams_open_two_persons_publish_and_objections_hold_the_destruction(
    opening: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await close_and_witness(opening)
    answers = [await opening.post("open", team="1", **opening.slips(1, 2, 3))]
    assert "两组结果完全一致" not in answers[0].text
    answers.append(await opening.post("open", team="2", **opening.slips(3, 4, 5)))
    assert "✔ 两组结果完全一致" in answers[1].text
    assert answers[1].text.count('<p class="root">') == 2
    assert "没有无效信封" in answers[1].text
    first = await opening.post("publish", person="张三")
    assert "请另一人确认" in first.text
    assert "须由两人确认" in (await opening.post("publish", person="张三")).text
    published = await opening.post("publish", person="李四")
    assert "已提交公布" in published.text
    assert "已计票" in (await opening.client.get(PAGE)).text
    await opening.pages.record(CaseKind.POLL, CASE, ObjectToPoll(objection_id="y1", reason="请解释"), DEPUTY)
    page = (await opening.client.get(PAGE)).text
    assert "尚未决定" in page
    assert "签署并销毁" not in page
    refused = await opening.post("destroy", **opening.slips(2, 3, 4))
    assert "尚未决定，不能销毁" in refused.text
    decision = DecidePollObjection(objection_id="y1", upheld=False, reason="已说明")
    await opening.pages.record(CaseKind.POLL, CASE, decision)
    destroyed = await opening.post("destroy", **opening.slips(2, 3, 4))
    assert "密文已销毁" in destroyed.text
    answers += [first, published, refused, destroyed]
    secrets = [each for slip in opening.parties.dealings[opening.polled.key].slips.values() for each in slip.groups()]
    shown = "".join(answer.text for answer in answers) + caplog.text
    assert not any(group in shown for group in secrets)
    assert all(answer.headers["cache-control"] == "no-store" for answer in answers)


async def test_a_typo_is_named_by_field_and_group_and_another_team_needs_other_shares(opening: Opening) -> None:
    await close_and_witness(opening)
    slips = opening.slips(1, 2, 3)
    wrong = slips["slip2"].split(" ")
    wrong[1] = "00000" if wrong[1] != "00000" else "11111"
    typo = await opening.post("open", team="1", **slips | {"slip2": " ".join(wrong)})
    assert typo.status_code == 422
    assert "第 2 格：第 2 组（第 1 行第 2 个）有误" in typo.text
    assert wrong[2] not in typo.text
    await opening.post("open", team="1", **slips)
    same = await opening.post("open", team="2", **slips)
    assert "两组用了同样的三份密钥" in same.text


async def test_an_unknown_poll_has_no_page(opening: Opening) -> None:
    assert (await opening.client.get("/polls/2020-nothing/scrutineers")).status_code == 404
