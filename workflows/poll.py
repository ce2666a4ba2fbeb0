"""One meeting's ballot 民主测评 on any number of subjects. It knows that it opened and closed, and the counts."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.case import CaseKind
    from domain.cases.registry import GOVERNED
    from workflows.acts import takes
    from workflows.case import CaseWorkflow
    from workflows.messages import CaseInput


@workflow.defn(name="Poll")
@takes(*GOVERNED[CaseKind.POLL].commands)
class Poll(CaseWorkflow):
    """One meeting's ballot 民主测评 on any number of subjects. It knows that it opened and closed, and the counts."""

    decider = GOVERNED[CaseKind.POLL]

    @workflow.run
    async def run(self, case: CaseInput) -> str | None:
        """Runs until nothing more can happen in the case. Returns its outcome."""
        return await self.conduct(case)
