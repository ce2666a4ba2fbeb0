"""Acts are recorded once, in one order, whatever is repeated, raced or cut off in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.acts import Actor, Refusal, Role
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import ChangeHead, OpenCycle, StartAppraisal
from domain.cases.governance_commands import ConfirmCorrection, ProposeCorrection, VoidCase
from domain.cases.proposal.commands import DecideStep, Decision, ReportProgress, SubmitProposal, WithdrawProposal
from domain.roster.posts import Post, SubjectKind
from domain.rules.proposal import Step, VillageForm, Votes
from tests.workflows.conftest import CALENDAR, OPENED_AT, STAFF, Stack
from workflows.client import CaseClient
from workflows.messages import CaseInput, Opening

CASE = "2025-canal"
SUBMITTED = SubmitProposal(proposal_id="canal", year=2025, village="唐家会村", title="修建防渗渠", deputies=60)


async def approved(stack: Stack) -> None:
    """A proposal that every body has approved: from now on its progress is reported."""
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    for step in (
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
    ):
        await stack.act(CaseKind.PROPOSAL, CASE, step)


async def test_a_proposal_passes_its_five_bodies(stack: Stack) -> None:
    await approved(stack)
    view = await stack.cases.view(CaseKind.PROPOSAL, CASE)
    assert view.facts is not None
    assert (view.facts.stage, view.facts.outcome, view.facts.open) == ("in_progress", "approved", True)
    assert view.next_deadline is None


async def test_three_hundred_acts_at_once_are_each_recorded_once(stack: Stack) -> None:
    await approved(stack)
    before = len(await stack.events(f"proposal-{CASE}"))
    ids = [uuid4().hex for _ in range(300)]
    clients = [CaseClient(stack.client, stack.cases.town, stack.store, stack.task_queue) for _ in range(3)]
    receipts = await asyncio.gather(
        *(
            clients[number % 3].act(
                CaseKind.PROPOSAL,
                CASE,
                ReportProgress(text=f"第 {number} 次", percent=number % 100),
                actor=STAFF,
                command_id=command_id,
            )
            for number, command_id in enumerate(ids)
        )
    )
    assert [receipt.command_id for receipt in receipts] == ids
    recorded = (await stack.store.read_stream(stack.cases.town, f"proposal-{CASE}"))[before:]
    assert Counter(each.metadata.command_id for each in recorded) == Counter(ids)


async def test_of_two_acts_that_exclude_each_other_one_is_refused(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    done = await asyncio.gather(
        stack.act(CaseKind.PROPOSAL, CASE, DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE)),
        stack.act(
            CaseKind.PROPOSAL, CASE, DecideStep(step=Step.LEAD_REVIEW, decision=Decision.REJECT, reason="不可行")
        ),
        return_exceptions=True,
    )
    refusals = [each for each in done if isinstance(each, Refusal)]
    assert len(refusals) == 1
    assert refusals[0].message
    assert (await stack.events(f"proposal-{CASE}")).count("proposal.step_decided") == 1


async def test_a_repeated_act_is_told_its_first_answer(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED, command_id="click-1")
    again = await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED, command_id="click-1")
    approve = DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE)
    first = await stack.act(CaseKind.PROPOSAL, CASE, approve, command_id="click-2")
    second = await stack.act(CaseKind.PROPOSAL, CASE, approve, command_id="click-2")
    assert [each.version for each in again.events] == [0]
    assert second.repeated
    assert second.events == first.events


async def test_the_same_act_before_and_after_continue_as_new_is_one_event(stack: Stack) -> None:
    case = CaseInput(
        town=stack.cases.town,
        kind=CaseKind.PROPOSAL,
        case_id=CASE,
        policy=stack.policy,
        calendar=CALENDAR,
        opening=Opening(command=SUBMITTED, actor=STAFF, command_id="open"),
        acts_per_run=3,
    )
    await stack.cases.run(case)
    first_run = (await stack.cases.handle(CaseKind.PROPOSAL, CASE).describe()).run_id
    approve = DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE)
    await stack.act(CaseKind.PROPOSAL, CASE, approve, command_id="approve")
    for number in range(4):
        with pytest.raises(Refusal):
            await stack.act(CaseKind.PROPOSAL, CASE, approve, command_id=f"late-{number}")
        await stack.act(
            CaseKind.PROPOSAL,
            CASE,
            DecideStep(step=Step.PARTY_PRELIMINARY, decision=Decision.RETURN, to="lead_review", reason="预算不清"),
            command_id=f"return-{number}",
        )
        await stack.act(CaseKind.PROPOSAL, CASE, approve, command_id=f"again-{number}")
    assert (await stack.cases.handle(CaseKind.PROPOSAL, CASE).describe()).run_id != first_run

    # Past the client's own look into the store: what the workflow itself makes of an id it saw in an earlier run.
    class Blind:
        async def find_command(self, town: str, command_id: str) -> list[object]:
            return []

    blind = CaseClient(stack.client, stack.cases.town, Blind(), stack.task_queue)  # type: ignore[arg-type]
    before = await stack.events(f"proposal-{CASE}")
    receipt = await blind.act(CaseKind.PROPOSAL, CASE, approve, actor=STAFF, command_id="approve")
    assert receipt.repeated
    assert await stack.events(f"proposal-{CASE}") == before


async def test_a_case_cannot_be_opened_twice(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    with pytest.raises(Refusal) as refusal:
        await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    assert refusal.value.code == "already_open"
    assert len(await stack.events(f"proposal-{CASE}")) == 1


async def test_an_act_in_a_case_that_is_not_there_is_refused(stack: Stack) -> None:
    with pytest.raises(Refusal) as refusal:
        await stack.act(CaseKind.PROPOSAL, "2025-nobody", WithdrawProposal(reason="误报"))
    assert refusal.value.code == "not_running"


async def test_an_act_of_the_wrong_role_is_refused_and_leaves_no_trace(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    before = await stack.events(f"proposal-{CASE}")
    with pytest.raises(Refusal) as refusal:
        await stack.act(
            CaseKind.PROPOSAL,
            CASE,
            DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE),
            actor=Actor(id="deputy-7", role=Role.DEPUTY),
        )
    assert refusal.value.code == "not_allowed"
    assert await stack.events(f"proposal-{CASE}") == before


async def test_a_step_nobody_decides_runs_overdue_and_stays_open(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    for _ in range(30):
        view = await stack.cases.view(CaseKind.PROPOSAL, CASE)
        if view.next_deadline is None:
            break
        await stack.move(CaseKind.PROPOSAL, CASE, view.next_deadline - view.now + timedelta(seconds=1))
    events = await stack.events(f"proposal-{CASE}")
    assert events.count("proposal.step_overdue") == 1
    assert events.count("proposal.reminder_sent") == 3
    receipt = await stack.act(CaseKind.PROPOSAL, CASE, DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE))
    assert receipt.next_deadline is not None


async def test_a_case_that_has_ended_is_corrected_by_two_persons(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    reject = DecideStep(step=Step.LEAD_REVIEW, decision=Decision.REJECT, reason="与规化不符")
    await stack.act(CaseKind.PROPOSAL, CASE, reject)
    assert await stack.cases.handle(CaseKind.PROPOSAL, CASE).result() == "rejected"
    decided = (await stack.store.read_stream(stack.cases.town, f"proposal-{CASE}"))[1]
    wrong_word = ProposeCorrection(version=decided.version, changes={"reason": "与规划不符"}, reason="错字")
    proposed = await stack.act(CaseKind.PROPOSAL, CASE, wrong_word)
    confirm = ConfirmCorrection(proposal_version=proposed.version)
    with pytest.raises(Refusal) as refusal:
        await stack.act(CaseKind.PROPOSAL, CASE, confirm)
    assert refusal.value.code == "same_person"
    await stack.act(CaseKind.PROPOSAL, CASE, confirm, actor=Actor(id="presidium-1", role=Role.PRESIDIUM))
    assert (await stack.events(f"proposal-{CASE}"))[-1] == "governance.corrected"
    with pytest.raises(Refusal) as refusal:
        await stack.act(CaseKind.PROPOSAL, CASE, WithdrawProposal(reason="不再办理"))
    assert refusal.value.code != "not_running"
    assert refusal.value.message


async def test_two_cases_that_tell_each_other_do_not_wait_for_each_other(stack: Stack) -> None:
    """The cycle tells an appraisal its new head while the appraisal tells the cycle its outcome."""
    posts = tuple(
        Post(id=f"s{number}", name=f"站所{number}", kind=SubjectKind.STATION, responsible=f"p-{number}")
        for number in range(6)
    )
    await stack.start(CaseKind.CYCLE, "2025", OpenCycle(year=2025, subjects=posts, deputies=60))
    for post in posts:
        await stack.act(CaseKind.CYCLE, "2025", StartAppraisal(subject=post.id))
    heads = [
        stack.act(CaseKind.CYCLE, "2025", ChangeHead(subject=post.id, responsible="p-new", from_=OPENED_AT.date()))
        for post in posts
    ]
    ends = [stack.act(CaseKind.APPRAISAL, f"2025-{post.id}", VoidCase(reason="误立")) for post in posts]
    async with asyncio.timeout(8):  # shorter than one attempt at an effect: waiting for each other would outlast it
        await asyncio.gather(*heads, *ends)
    assert (await stack.events("cycle-2025")).count("cycle.outcome_recorded") == len(posts)
