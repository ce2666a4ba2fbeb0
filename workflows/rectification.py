"""Rectification by a deadline 限期整改, with its reminders, extension, report, re-vote and escalation."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.case import CaseKind
    from domain.cases.registry import GOVERNED
    from workflows.acts import takes
    from workflows.case import CaseWorkflow
    from workflows.messages import CaseInput


@workflow.defn(name="Rectification")
@takes(*GOVERNED[CaseKind.RECTIFICATION].commands)
class Rectification(CaseWorkflow):
    """Rectification by a deadline 限期整改, with its reminders, extension, report, re-vote and escalation."""

    decider = GOVERNED[CaseKind.RECTIFICATION]

    @workflow.run
    async def run(self, case: CaseInput) -> str | None:
        """Runs until nothing more can happen in the case. Returns its outcome."""
        return await self.conduct(case)
