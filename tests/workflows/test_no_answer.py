"""Whoever asks the engine gets an answer, or is told in time that there is none: nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.cases.case import CaseKind
from domain.cases.cycle.events import ProposalRegistered
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.events import Metadata
from domain.policy.document import Policy
from domain.rules.proposal import Step
from eventstore.contract import AppendRequest
from tests.workflows.conftest import CALENDAR, OPENED_AT, STAFF, Stack
from workflows import patience
from workflows.client import UNANSWERED, CaseClient, EngineUnavailable, workflow_id
from workflows.messages import Act, CaseInput, CaseView, Receipt

CASE = "2025-canal"
SUBMITTED = SubmitProposal(proposal_id="canal", year=2025, village="唐家会村", title="修建防渗渠", deputies=60)
APPROVE = DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE)


class Slow:
    """A case that takes acts at once and answers after `pause`: long enough to be asked anew, or never."""

    pause = timedelta(days=1)

    def __init__(self) -> None:
        self._asked = 0

    @workflow.update
    async def await_opened(self) -> CaseView:
        await workflow.sleep(self.pause)
        return self.view()

    @workflow.update
    async def decide_step(self, act: Act[DecideStep]) -> Receipt:
        self._asked += 1
        await workflow.sleep(self.pause)
        return Receipt(command_id=act.command_id, repeated=False, events=[], version=self._asked, next_deadline=None)

    @workflow.update
    async def catch_up(self) -> CaseView:
        await workflow.sleep(self.pause)
        return self.view()

    @workflow.query
    def view(self) -> CaseView:
        now = datetime.now(UTC)
        return CaseView(version=self._asked or -1, facts=None, next_deadline=None, now=now, busy=True, epoch=0)


@workflow.defn(name="ProposalVetting")
class Silent(Slow):
    """It never answers."""

    @workflow.run
    async def run(self, _case: CaseInput) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn(name="ProposalVetting")
class Prompt(Slow):
    """It answers after a second."""

    pause = timedelta(seconds=1)

    @workflow.run
    async def run(self, _case: CaseInput) -> None:
        await workflow.wait_condition(lambda: False)


async def start(cases: CaseClient) -> Receipt:
    return await cases.start(
        CaseKind.PROPOSAL, CASE, SUBMITTED, actor=STAFF, command_id="start", policy=Policy(), calendar=CALENDAR
    )


async def act(cases: CaseClient) -> Receipt:
    return await cases.act(CaseKind.PROPOSAL, CASE, APPROVE, actor=STAFF, command_id="act")


async def view(cases: CaseClient) -> CaseView:
    return await cases.view(CaseKind.PROPOSAL, CASE)


@dataclass(frozen=True)
class Asked:
    """A town whose one case is of a kind made for the test, and the way to it, with little patience."""

    stack: Stack
    cases: CaseClient

    @property
    def town(self) -> str:
        return self.stack.cases.town


@asynccontextmanager
async def conducted_by(case: type[Slow] | None, stack: Stack, seconds: float) -> AsyncIterator[Asked]:
    """The case runs, as `case` conducts it; None: no worker is there for it at all."""
    task_queue = f"no-answer-{uuid4().hex[:8]}"
    cases = CaseClient(
        stack.client, stack.cases.town, stack.store, task_queue, in_flight=1, patience=timedelta(seconds=seconds)
    )
    given = CaseInput(town=cases.town, kind=CaseKind.PROPOSAL, case_id=CASE, policy=stack.policy, calendar=CALENDAR)
    id_ = workflow_id(cases.town, CaseKind.PROPOSAL, CASE)
    await stack.client.start_workflow("ProposalVetting", given, id=id_, task_queue=task_queue)
    async with AsyncExitStack() as at_work:
        if case is not None:
            worker = Worker(
                stack.client, task_queue=task_queue, workflows=[case], workflow_runner=UnsandboxedWorkflowRunner()
            )
            await at_work.enter_async_context(worker)
        yield Asked(stack, cases)
        await cases.handle(CaseKind.PROPOSAL, CASE).terminate()


NOBODY, SILENT = None, Silent


@pytest.mark.parametrize("ask", [start, act], ids=["start", "act"])
@pytest.mark.parametrize("conducted", [NOBODY, SILENT], ids=["no-worker", "taken-but-never-answered"])
async def test_who_gets_no_answer_is_told_so_in_time(
    stack: Stack, ask: Callable[[CaseClient], Awaitable[Receipt]], conducted: type[Slow] | None
) -> None:
    async with conducted_by(conducted, stack, seconds=1.5) as asked, asyncio.timeout(30):
        with pytest.raises(EngineUnavailable, match="同一编号"):
            await ask(asked.cases)


async def test_a_look_at_a_case_without_a_worker_ends_in_time(stack: Stack) -> None:
    async with conducted_by(NOBODY, stack, seconds=1.5) as asked, asyncio.timeout(30):
        with pytest.raises(EngineUnavailable):
            await view(asked.cases)


@pytest.mark.parametrize("conducted", [NOBODY, SILENT], ids=["no-worker", "taken-but-never-answered"])
async def test_a_case_that_does_not_hear_of_the_store_keeps_nobody_waiting(
    stack: Stack, conducted: type[Slow] | None
) -> None:
    async with conducted_by(conducted, stack, seconds=1.5) as asked, asyncio.timeout(30):
        with pytest.raises(UNANSWERED):
            await asked.cases.catch_up(CaseKind.PROPOSAL, CASE, 0)


async def test_who_waits_behind_others_is_told_in_time_as_well(stack: Stack) -> None:
    """One act at a time, as on a foreign cluster: the second waits for the first, which is never answered."""
    async with conducted_by(SILENT, stack, seconds=1.5) as asked, asyncio.timeout(30):
        both = await asyncio.gather(act(asked.cases), act(asked.cases), return_exceptions=True)
        assert [type(each) for each in both] == [EngineUnavailable, EngineUnavailable]


async def test_an_act_that_is_recorded_is_answered_though_what_follows_waits(stack: Stack) -> None:
    async with conducted_by(SILENT, stack, seconds=3) as asked, asyncio.timeout(30):
        acting = asyncio.create_task(act(asked.cases))
        await asyncio.sleep(0.2)
        registered = ProposalRegistered(
            proposal_id="canal", village="唐家会村", title="渠", text="", on=OPENED_AT.date()
        )
        metadata = Metadata(actor=STAFF, command_id="act", business_time=datetime.now(UTC))
        await stack.store.append(
            AppendRequest(
                town=asked.town,
                stream=f"proposal-{CASE}",
                expected_version=-1,
                events=(registered,),
                metadata=metadata,
            )
        )
        receipt = await acting
        assert (receipt.command_id, receipt.version, receipt.repeated) == ("act", 0, True)


async def test_a_slow_answer_is_waited_for_and_its_act_done_once(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked five times while the answer is made: all are one question to the case."""
    monkeypatch.setattr(patience, "ATTEMPT", timedelta(seconds=0.2))
    async with conducted_by(Prompt, stack, seconds=30) as asked, asyncio.timeout(60):
        receipt = await act(asked.cases)
        assert (receipt.command_id, receipt.version, receipt.repeated) == ("act", 1, False)
        assert (await view(asked.cases)).version == 1
