"""A town's year: registers the proposals, appraisals, polls and the assessment, and hears what came of each."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.case import CaseKind
    from domain.cases.registry import GOVERNED
    from workflows.acts import takes
    from workflows.case import CaseWorkflow
    from workflows.messages import CaseInput


@workflow.defn(name="SupervisionCycle")
@takes(*GOVERNED[CaseKind.CYCLE].commands)
class SupervisionCycle(CaseWorkflow):
    """A town's year: registers the proposals, appraisals, polls and the assessment, and hears what came of each."""

    decider = GOVERNED[CaseKind.CYCLE]

    @workflow.run
    async def run(self, case: CaseInput) -> str | None:
        """Runs until nothing more can happen in the case. Returns its outcome."""
        return await self.conduct(case)
