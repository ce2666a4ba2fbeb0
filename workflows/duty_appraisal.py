"""In-process supervision 事中监督: report on duty and integrity, questions, opinions, implementation, verdict."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.case import CaseKind
    from domain.cases.registry import GOVERNED
    from workflows.acts import takes
    from workflows.case import CaseWorkflow
    from workflows.messages import CaseInput


@workflow.defn(name="DutyAppraisal")
@takes(*GOVERNED[CaseKind.APPRAISAL].commands)
class DutyAppraisal(CaseWorkflow):
    """In-process supervision 事中监督: report on duty and integrity, questions, opinions, implementation, verdict."""

    decider = GOVERNED[CaseKind.APPRAISAL]

    @workflow.run
    async def run(self, case: CaseInput) -> str | None:
        """Runs until nothing more can happen in the case. Returns its outcome."""
        return await self.conduct(case)
