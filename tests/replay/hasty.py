"""A change to a workflow that looks harmless and would break every running case."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.case import CaseKind
    from domain.cases.registry import GOVERNED
    from workflows.acts import takes
    from workflows.case import CaseWorkflow
    from workflows.messages import CaseInput


@workflow.defn(name="ProposalVetting")
@takes(*GOVERNED[CaseKind.PROPOSAL].commands)
class HastyProposalVetting(CaseWorkflow):
    """A pause before the case begins."""

    decider = GOVERNED[CaseKind.PROPOSAL]

    @workflow.run
    async def run(self, case: CaseInput) -> str | None:
        """Runs as production does, but for the pause."""
        await workflow.sleep(timedelta(seconds=1))
        return await self.conduct(case)
