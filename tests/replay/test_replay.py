"""A change of the code breaks no running case: recorded histories replay, and a change that would break one is refused.

A change that fails here needs `workflow.patched`, or the domain's old decision kept for old events; never a new
recording alone. After an intended addition, `make record-histories` adds to what is replayed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import NondeterminismError

from tests.replay.hasty import HastyProposalVetting
from tests.replay.recording import HISTORIES, recording_converter
from worker import PASSED_THROUGH
from workflows.catalogue import CASE_WORKFLOWS, WORKFLOWS

RECORDED = sorted(HISTORIES.glob("*.json"))


def replayer(workflows: list[type]) -> Replayer:
    return Replayer(
        workflows=workflows,
        data_converter=recording_converter(),
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        ),
    )


def history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))


def test_every_kind_of_case_has_a_recorded_history() -> None:
    """Otherwise a change to it would be replayed against nothing."""
    recorded = {file.stem.partition("-")[0] for file in RECORDED}
    assert recorded >= {kind.value for kind in CASE_WORKFLOWS}


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_a_recorded_history_replays(file: Path) -> None:
    await replayer(WORKFLOWS).replay_workflow(history(file))


async def test_a_change_that_would_break_a_running_case_is_refused() -> None:
    recorded = next(file for file in RECORDED if file.stem.startswith("proposal"))
    with pytest.raises(NondeterminismError):
        await replayer([HastyProposalVetting]).replay_workflow(history(recorded))
