"""The public board: nothing before an event makes it public, what it then is, and nothing of anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.acts import SYSTEM, Actor, Command, Role
from domain.cases.assessment.commands import (
    AnnulYear,
    DecideObjection,
    EnterBonus,
    EnterScores,
    PublishRanking,
    RaiseObjection,
)
from domain.cases.case import TOWN_ZONE, CaseKind
from domain.cases.governance_commands import VoidCase
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, OpenPollCase, PollItem, RecordCount
from domain.cases.poll.objections import DecidePollObjection, ObjectToPoll
from domain.cases.poll.result import SubjectCount
from domain.cases.proposal.commands import DecideStep, Decision, ReportProgress, SubmitProposal
from domain.cases.proposal.stages import Stage
from domain.cases.registry import GOVERNED
from domain.policy.assessment import Method
from domain.policy.document import Policy
from domain.roster.books import POLICY, ROSTER
from domain.roster.commands import Deputy, ImportRoster
from domain.roster.posts import Post, SubjectKind
from domain.roster.standing import AdoptPolicy
from domain.rules.counting import ItemCount
from domain.rules.proposal import Step, VillageForm, Votes
from eventstore.books import write_book
from tests.web.conftest import STAFF, TOWN, Pages
from tests.web.yearend import D_LAST, YEAR, A, DeskOfCases, counting, opening

SECRETS = ("甲", "乙", "丙", "丁", "迟报材料", "计分有误")
"""Heads, reasons and what somebody objected: never on the board."""
PROPOSAL = f"{YEAR}-P1"
POLL = f"{YEAR}-M1"
PUBLIC = Policy.model_validate({"ballot": {"audience": "public"}})


async def board(pages: Pages, path: str = "/board", year: int = YEAR) -> str:
    """As anybody sees it."""
    pages.client.cookies.clear()
    answer = await pages.client.get(path, params={"year": year})
    assert answer.status_code == 200
    return answer.text


async def scored(pages: Pages) -> None:
    for subject, mark in D_LAST.items():
        for table in ("work", "party"):
            for method in Method:
                await pages.record(A, str(YEAR), EnterScores(subject=subject, table=table, method=method, marks=[mark]))
    await pages.record(A, str(YEAR), EnterBonus(subject="b", points=-1, reason="迟报材料"))


async def test_a_ranking_is_on_the_board_from_its_publication_on_and_names_nobody(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    await pages.record(A, str(YEAR), opening())
    await scored(pages)
    for path in ("/board", "/board/screen"):
        before = await board(pages, path)
        assert "还没有公布的事项" in before
        assert "a村" not in before
    await pages.record(A, str(YEAR), PublishRanking())
    await pages.record(A, str(YEAR), RaiseObjection(objection_id="Y1", subject="d", text="计分有误"))
    for path in ("/board", "/board/screen"):
        public = await board(pages, path)
        assert [public.index(each) for each in ("180.00", "169.00", "160.00", "140.00")] == sorted(
            public.index(each) for each in ("180.00", "169.00", "160.00", "140.00")
        )
        assert "公示中，至" in public
        assert [secret for secret in SECRETS if secret in public] == []
    assert "a村" not in await board(pages, year=YEAR - 1)


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        (
            [
                RaiseObjection(objection_id="Y1", subject="d", text="计分有误"),
                DecideObjection(objection_id="Y1", upheld=True, reason="漏计"),
            ],
            "还没有公布的事项",
        ),
        ([AnnulYear(reason="程序不合规定")], "其结果已按规定取消"),
        ([VoidCase(reason="误开")], "还没有公布的事项"),
    ],
)
async def test_a_ranking_that_was_taken_back_is_not_shown(pages: Pages, acts: list[Command], said: str) -> None:
    await pages.record(A, str(YEAR), opening())
    await scored(pages)
    await pages.record(A, str(YEAR), PublishRanking())
    for act in acts:
        await pages.record(A, str(YEAR), act)
    after = await board(pages)
    assert said in after
    for each in ("a村", "180.00", "程序不合规定"):
        assert each not in after


async def test_a_final_ranking_says_so(pages: Pages) -> None:
    async with counting(pages) as desk:
        await desk.open(YEAR, opening())
        await scored(pages)
        await pages.record(A, str(YEAR), PublishRanking())
        await desk.end_publicity(YEAR)
        final = await board(pages)
    assert "最终结果" in final
    assert "向镇人大提出" not in final


async def test_a_proposal_is_posted_with_the_villages_decision_and_gone_when_that_is_returned(pages: Pages) -> None:
    def step(of: Step, **fields: Any) -> DecideStep:
        return DecideStep(step=of, **fields)

    async def act(command: Command) -> str:
        await pages.record(CaseKind.PROPOSAL, PROPOSAL, command)
        return await board(pages)

    meeting = step(
        Step.VILLAGE_MEETING,
        form=VillageForm.REPRESENTATIVES,
        entitled=30,
        present=24,
        votes=Votes(in_favour=20, against=3, abstain=1),
    )
    submitted = SubmitProposal(proposal_id="P1", year=YEAR, village="唐家会村", title="修建防渗渠", deputies=60)
    assert "修建防渗渠" not in await act(submitted)
    await act(step(Step.LEAD_REVIEW, decision=Decision.APPROVE))
    await act(step(Step.PARTY_PRELIMINARY, decision=Decision.APPROVE))
    assert "修建防渗渠" not in await act(step(Step.DEPUTIES, votes=Votes(in_favour=45, against=8, abstain=2)))
    posted = await act(meeting)
    assert "修建防渗渠" in posted
    assert "镇党委政府审定" in posted
    back = step(Step.FINAL_APPROVAL, decision=Decision.RETURN, to=Stage.VILLAGE_MEETING, reason="补充预算")
    assert "修建防渗渠" not in await act(back)
    rejected = await act(meeting.model_copy(update={"votes": Votes(in_favour=3, against=20, abstain=1)}))
    assert "修建防渗渠" not in rejected


async def test_an_approved_proposal_shows_its_progress(pages: Pages) -> None:
    submitted = SubmitProposal(proposal_id="P1", year=YEAR, village="唐家会村", title="修建防渗渠", deputies=60)
    for command in (
        submitted,
        DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE),
        DecideStep(step=Step.PARTY_PRELIMINARY, decision=Decision.APPROVE),
        DecideStep(step=Step.DEPUTIES, votes=Votes(in_favour=45, against=8, abstain=2)),
        DecideStep(
            step=Step.VILLAGE_MEETING,
            form=VillageForm.REPRESENTATIVES,
            entitled=30,
            present=24,
            votes=Votes(in_favour=20, against=3, abstain=1),
        ),
        DecideStep(step=Step.FINAL_APPROVAL, decision=Decision.APPROVE),
        ReportProgress(text="完成渠基", percent=40),
    ):
        await pages.record(CaseKind.PROPOSAL, PROPOSAL, command)
    assert "实施中，40%" in await board(pages)
    assert "40%" in await board(pages, "/board/screen")


async def counted(pages: Pages, policy: Policy) -> DeskOfCases:
    """A poll on two posts under a policy: of one 60 ballots, of the other 2."""
    now = datetime.now(UTC)
    posts = [Post(id=each, name=f"{each}站", kind=SubjectKind.STATION, responsible="甲") for each in ("lin", "shui")]
    roster = ImportRoster(deputies=(Deputy(id="d1", name="王代表", group="一组"),), subjects=tuple(posts))
    await write_book(pages.store, TOWN, ROSTER, roster, actor=STAFF, command_id="roster", now=now)
    adopted = AdoptPolicy(policy=policy)
    await write_book(pages.store, TOWN, POLICY, adopted, actor=STAFF, command_id="policy", now=now)
    desk = DeskOfCases(pages.store, policy)
    items = tuple(
        PollItem(subject=post.id, case_kind=ItemKind.APPRAISAL, case_id=f"{YEAR}-{post.id}", entitled=60)
        for post in posts
    )
    day = now.astimezone(TOWN_ZONE).date()
    call = OpenPollCase(poll_id="M1", year=YEAR, date=day, items=items, dimensions=False)
    decider = GOVERNED[CaseKind.POLL]
    opened = decider.decide(decider.initial(), call, STAFF, desk.context(POLL))
    await desk.record(CaseKind.POLL, POLL, opened, STAFF, "call")
    for command in (OpenPoll(present=60), ClosePoll()):
        await desk.act(CaseKind.POLL, POLL, command, actor=STAFF, command_id=command.act)
    return desk


async def count(desk: DeskOfCases) -> None:
    def of(passing: int, failing: int, invalid: int) -> SubjectCount:
        overall = ItemCount(grades={"competent": passing, "incompetent": failing}, invalid=invalid)
        return SubjectCount(overall=overall, issued=60, returned=overall.returned)

    counts = {"lin": of(45, 15, 0), "shui": of(1, 1, 58)}
    await desk.act(CaseKind.POLL, POLL, RecordCount(counts=counts), actor=SYSTEM, command_id="count")


async def test_a_count_for_deputies_alone_is_behind_the_door(pages: Pages) -> None:
    desk = await counted(pages, Policy())
    await count(desk)
    assert "75.00%" not in await board(pages)
    await pages.log_in(Role.DEPUTY)
    inside = (await pages.client.get("/board/inside", params={"year": YEAR})).text
    assert "75.00%（45/60，口径：有效票）" in inside


async def test_a_public_count_has_no_rate_of_a_small_group_and_goes_with_an_upheld_objection(pages: Pages) -> None:
    desk = await counted(pages, PUBLIC)
    assert "lin站" not in await board(pages)
    await count(desk)
    public = await board(pages)
    assert "75.00%（45/60，口径：有效票）" in public
    assert "票数太少，不公布得票率" in public
    assert "50.00%" not in public
    assert "王代表" not in public
    objection = ObjectToPoll(objection_id="o", reason="清点有误")
    scrutineer = Actor(id="j1", role=Role.SCRUTINEER)
    await desk.act(CaseKind.POLL, POLL, objection, actor=scrutineer, command_id="object")
    assert "有异议待决定" in await board(pages)
    upheld = DecidePollObjection(objection_id="o", upheld=True, reason="重新清点")
    await desk.act(CaseKind.POLL, POLL, upheld, actor=STAFF, command_id="upheld")
    assert "lin站" not in await board(pages)


async def test_the_board_offers_strangers_no_room_and_no_search(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    page = await board(pages)
    assert 'id="menu"' not in page
    assert 'role="search"' not in page
    assert (await pages.client.get("/board/inside")).status_code == 303
