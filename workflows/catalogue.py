"""All workflows, by the kind of case they run."""

from __future__ import annotations

from domain.cases.case import CaseKind
from workflows.case import CaseWorkflow
from workflows.duty_appraisal import DutyAppraisal
from workflows.poll import Poll
from workflows.proposal_vetting import ProposalVetting
from workflows.rectification import Rectification
from workflows.schedules import CheckpointSealing, YearOpening
from workflows.supervision_cycle import SupervisionCycle
from workflows.year_end_assessment import YearEndAssessment

CASE_WORKFLOWS: dict[CaseKind, type[CaseWorkflow]] = {
    CaseKind.CYCLE: SupervisionCycle,
    CaseKind.PROPOSAL: ProposalVetting,
    CaseKind.APPRAISAL: DutyAppraisal,
    CaseKind.POLL: Poll,
    CaseKind.RECTIFICATION: Rectification,
    CaseKind.ASSESSMENT: YearEndAssessment,
}

WORKFLOWS: list[type] = [*CASE_WORKFLOWS.values(), CheckpointSealing, YearOpening]
"""What a worker registers."""
