"""Post supervision 事后监督: the double-hundred assessment 双百分, its publicity, and the veto 一票否决."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.case import CaseKind
    from domain.cases.registry import GOVERNED
    from workflows.acts import takes
    from workflows.case import CaseWorkflow
    from workflows.messages import CaseInput


@workflow.defn(name="YearEndAssessment")
@takes(*GOVERNED[CaseKind.ASSESSMENT].commands)
class YearEndAssessment(CaseWorkflow):
    """Post supervision 事后监督: the double-hundred assessment 双百分, its publicity, and the veto 一票否决."""

    decider = GOVERNED[CaseKind.ASSESSMENT]

    @workflow.run
    async def run(self, case: CaseInput) -> str | None:
        """Runs until nothing more can happen in the case. Returns its outcome."""
        return await self.conduct(case)
