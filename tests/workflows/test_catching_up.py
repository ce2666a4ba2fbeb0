"""Cases that do not know what the store holds of them are found."""

from __future__ import annotations

from domain.cases.case import CaseKind
from tests.workflows.conftest import Stack
from tests.workflows.test_cut_off import APPROVE, CASE, SUBMITTED, recorded_without_the_engine
from worker import LogOf
from workflows.catching_up import CatchingUp


async def test_a_case_cut_off_is_found_and_told_once(stack: Stack) -> None:
    await stack.start(CaseKind.PROPOSAL, CASE, SUBMITTED)
    await stack.start(CaseKind.PROPOSAL, "2025-road", SUBMITTED.model_copy(update={"proposal_id": "road"}))
    await recorded_without_the_engine(stack, CaseKind.PROPOSAL, CASE, APPROVE, "cut-off")
    watch = CatchingUp(LogOf(stack.store), stack.services.client_of(stack.client, stack.task_queue))
    assert await watch.look() == 1
    view = await stack.cases.view(CaseKind.PROPOSAL, CASE)
    assert view.facts is not None
    assert (view.version, view.facts.stage) == (1, "party_preliminary")
    assert await watch.look() == 0
