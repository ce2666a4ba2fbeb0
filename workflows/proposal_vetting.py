"""Prior supervision 事前监督: one village proposal through its five bodies, then its progress until done."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.cases.case import CaseKind
    from domain.cases.registry import GOVERNED
    from workflows.acts import takes
    from workflows.case import CaseWorkflow
    from workflows.messages import CaseInput


@workflow.defn(name="ProposalVetting")
@takes(*GOVERNED[CaseKind.PROPOSAL].commands)
class ProposalVetting(CaseWorkflow):
    """Prior supervision 事前监督: one village proposal through its five bodies, then its progress until done."""

    decider = GOVERNED[CaseKind.PROPOSAL]

    @workflow.run
    async def run(self, case: CaseInput) -> str | None:
        """Runs until nothing more can happen in the case. Returns its outcome."""
        return await self.conduct(case)
