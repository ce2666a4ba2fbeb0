"""What a crash leaves between the event store and the engine is mended: nothing lost, nothing waiting for ever."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from ballotbox.polls import PollKey
from domain.acts import Actor, Command, Role
from domain.cases.appraisal.commands import PutToPoll, SubmitReport
from domain.cases.case import CaseKind, Context, fold
from domain.cases.cycle.commands import CallPoll, OpenCycle, RegisterProposal, StartAppraisal
from domain.cases.governance_commands import ConfirmCorrection, ProposeCorrection
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, PollItem, VoidPoll
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.cases.registry import GOVERNED
from domain.events import Metadata
from domain.policy.document import BallotMode
from domain.roster.books import ROSTER
from domain.roster.commands import EnterDeputy, EnterSubject
from domain.roster.posts import Post, SubjectKind
from domain.rules.proposal import Step
from eventstore.books import write_book
from eventstore.contract import AppendRequest, Verdict
from tests.workflows.conftest import CALENDAR, OPENED_AT, STAFF, Stack
from workflows.ended import NotRunning
from workflows.messages import CaseInput
from workflows.recovery import recover

CASE = "2025-canal"
SUBMITTED = SubmitProposal(proposal_id="canal", year=2025, village="唐家会村", title="修建防渗渠", deputies=60)
APPROVE = DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE)
FORESTRY = Post(id="lys", name="林业站", kind=SubjectKind.STATION, responsible="p-107")


async def recorded_without_the_engine(stack: Stack, kind: CaseKind, case_id: str, command: Command, act: str) -> None:
    """An act as a worker leaves it that lost its power after the commit: in the store, and nowhere in the engine."""
    decider = GOVERNED[kind]
    stream = f"{kind.value}-{case_id}"
    before = await stack.store.read_stream(stack.cases.town, stream)
    context = Context(town=stack.cases.town, case_id=case_id, policy=stack.policy, calendar=CALENDAR, now=OPENED_AT)
    events = decider.decide(fold(decider, before), command, STAFF, context)
    result = await stack.store.append(
        AppendRequest(
            town=stack.cases.town,
            stream=stream,
            expected_version=before[-1].version,
            events=tuple(events),
            metadata=Metadata(actor=STAFF, command_id=act, business_time=OPENED_AT),
        )
    )
    assert result.verdict is Verdict.APPENDED


async def test_an_ended_case_that_a_correction_opens_again_goes_on(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    await stack.act(
        CaseKind.PROPOSAL, CASE, DecideStep(step=Step.LEAD_REVIEW, decision=Decision.REJECT, reason="不可行")
    )
    await stack.cases.handle(CaseKind.PROPOSAL, CASE).result()
    decided = (await stack.store.read_stream(stack.cases.town, f"proposal-{CASE}"))[1]
    changes = {"decision": "approve"}
    proposed = await stack.act(
        CaseKind.PROPOSAL, CASE, ProposeCorrection(version=decided.version, changes=changes, reason="误录")
    )
    confirm = ConfirmCorrection(proposal_version=proposed.version)
    await stack.act(CaseKind.PROPOSAL, CASE, confirm, actor=Actor(id="presidium-1", role=Role.PRESIDIUM))
    next_step = DecideStep(step=Step.PARTY_PRELIMINARY, decision=Decision.APPROVE)
    await stack.act(CaseKind.PROPOSAL, CASE, next_step)
    view = await stack.cases.view(CaseKind.PROPOSAL, CASE)
    assert view.facts is not None
    assert (view.facts.stage, view.facts.open) == ("deputies", True)
    assert view.next_deadline is not None


async def test_a_repeated_act_tells_a_workflow_that_never_heard_of_it(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    await recorded_without_the_engine(stack, CaseKind.PROPOSAL, CASE, APPROVE, "cut-off")
    receipt = await stack.act(CaseKind.PROPOSAL, CASE, APPROVE, command_id="cut-off")
    assert receipt.repeated
    view = await stack.cases.view(CaseKind.PROPOSAL, CASE)
    assert view.facts is not None
    assert (view.version, view.facts.stage) == (1, "party_preliminary")


async def test_what_follows_an_act_cut_off_is_done_with_the_next_one(stack: Stack) -> None:
    await stack.start(CaseKind.CYCLE, "2025", OpenCycle(year=2025, subjects=(FORESTRY,), deputies=60))
    await recorded_without_the_engine(
        stack, CaseKind.CYCLE, "2025", RegisterProposal(proposal_id="canal", village="唐家会村", title="渠"), "cut-off"
    )
    await stack.act(CaseKind.CYCLE, "2025", StartAppraisal(subject="lys"))
    async with asyncio.timeout(8):
        while not await stack.events(f"proposal-{CASE}"):  # noqa: ASYNC110 - the store offers no event to wait for
            await asyncio.sleep(0.05)


async def test_a_store_behind_its_engine_is_said_and_not_asked_for_ever(stack: Stack) -> None:
    """The database of last night under the engine of today, before recovery: no act is taken, none spins."""
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    await stack.act(CaseKind.PROPOSAL, CASE, APPROVE)
    with psycopg.connect(superuser_of(stack), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "DELETE FROM event WHERE town = %s AND stream = %s AND version = 1", (stack.cases.town, f"proposal-{CASE}")
        )
    async with asyncio.timeout(15):
        with pytest.raises(NotRunning):
            await stack.act(CaseKind.PROPOSAL, CASE, DecideStep(step=Step.PARTY_PRELIMINARY, decision=Decision.APPROVE))


def superuser_of(stack: Stack) -> str:
    return stack.store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


async def test_an_act_given_up_by_its_caller_is_given_up(stack: Stack) -> None:
    """A page that is closed, a worker that stops: nobody goes on asking for them."""
    case = CaseInput(
        town=stack.cases.town, kind=CaseKind.PROPOSAL, case_id="2025-road", policy=stack.policy, calendar=CALENDAR
    )
    await stack.client.start_workflow(
        "ProposalVetting", case, id=f"{stack.cases.town}/proposal-2025-road", task_queue=f"nobody-{uuid4().hex}"
    )
    asking = asyncio.create_task(stack.act(CaseKind.PROPOSAL, "2025-road", APPROVE))
    await asyncio.sleep(0.3)
    asking.cancel()
    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await asking


async def called_poll(stack: Stack) -> None:
    """A poll on phones with three deputies, all of whom are said to be present."""
    town = stack.cases.town
    entries: list[Command] = [EnterSubject(post=FORESTRY)]
    entries += [EnterDeputy(deputy={"id": f"d{n}", "name": "王某", "group": "一组"}) for n in range(3)]
    for number, entry in enumerate(entries):
        act = f"{town}-{number}"
        await write_book(stack.store, town, ROSTER, entry, actor=STAFF, command_id=act, now=datetime.now(UTC))
    await stack.start(CaseKind.CYCLE, "2025", OpenCycle(year=2025, subjects=(FORESTRY,), deputies=3))
    await stack.act(CaseKind.CYCLE, "2025", StartAppraisal(subject="lys"))
    items = (PollItem(subject="lys", case_kind=ItemKind.APPRAISAL, case_id="2025-lys", entitled=3),)
    await stack.act(CaseKind.APPRAISAL, "2025-lys", SubmitReport(form="spoken"))
    await stack.act(CaseKind.APPRAISAL, "2025-lys", PutToPoll(poll_id="2025-june"))
    phones = CallPoll(poll_id="june", date=OPENED_AT.date(), items=items, mode=BallotMode.PHONES)
    await stack.act(CaseKind.CYCLE, "2025", phones)
    await stack.act(CaseKind.POLL, "2025-june", OpenPoll(present=3))


async def test_recovery_leaves_an_open_box_as_it_is(stack: Stack) -> None:
    """A deputy who is entered after the opening has no ballot in it, and is no reason to refuse the box."""
    await called_poll(stack)
    late = EnterDeputy(deputy={"id": "d9", "name": "李某", "group": "一组"})
    town = stack.cases.town
    await write_book(stack.store, town, ROSTER, late, actor=STAFF, command_id=f"{town}-late", now=datetime.now(UTC))
    await recover(stack.cases, stack.store, {stack.policy.version: stack.policy}, CALENDAR)
    async with asyncio.timeout(15):
        while (await stack.cases.view(CaseKind.POLL, "2025-june")).busy:  # noqa: ASYNC110 - a query, no event
            await asyncio.sleep(0.05)
        await stack.act(CaseKind.POLL, "2025-june", VoidPoll(reason="改期"))
        await stack.cases.handle(CaseKind.POLL, "2025-june").result()
    assert "case.effect_refused" not in await stack.events("poll-2025-june")


async def test_a_count_that_its_poll_refuses_does_not_stop_the_poll(stack: Stack) -> None:
    """Three ballots issued to two who, it turns out, were present: refused, and said to be; recovery asks again."""
    await called_poll(stack)
    box, poll = stack.services.box, PollKey(stack.cases.town, "2025-june")
    await stack.parties.phones.collect(poll, [f"d{n}" for n in range(3)])
    await box.begin_casting(poll)
    attendance = {"lys": {"entitled": 3, "present": 2, "issued": 2}}
    wrong = ProposeCorrection(version=1, changes={"present": 2, "attendance": attendance}, reason="签到有误")
    proposed = await stack.act(CaseKind.POLL, "2025-june", wrong)
    confirm = ConfirmCorrection(proposal_version=proposed.version)
    await stack.act(CaseKind.POLL, "2025-june", confirm, actor=Actor(id="presidium-1", role=Role.PRESIDIUM))
    receipt = await stack.act(CaseKind.POLL, "2025-june", ClosePoll())
    assert receipt.warnings
    assert (await stack.events("poll-2025-june"))[-2:] == ["poll.closed", "case.effect_refused"]
    await recover(stack.cases, stack.store, {stack.policy.version: stack.policy}, CALENDAR)
    async with asyncio.timeout(15):
        await stack.act(CaseKind.POLL, "2025-june", VoidPoll(reason="发票有误"))
        assert await stack.cases.handle(CaseKind.POLL, "2025-june").result() == "void"
