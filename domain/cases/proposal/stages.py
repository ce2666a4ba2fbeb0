"""Where a proposal can be, and who decides there."""

from __future__ import annotations

from enum import StrEnum

from domain.acts import Role
from domain.rules.proposal import Step


class Stage(StrEnum):
    """Where a proposal stands: with the village, before one of the bodies, or decided."""

    DRAFT = "draft"
    """Returned to the village, which amends it; then it starts again."""
    LEAD_REVIEW = "lead_review"
    PARTY_PRELIMINARY = "party_preliminary"
    DEPUTIES = "deputies"
    VILLAGE_MEETING = "village_meeting"
    FINAL_APPROVAL = "final_approval"
    IN_PROGRESS = "in_progress"
    """Approved; its progress is reported until it is done."""
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Its name on paper and screen."""
        return _LABELS.get(self) or Step(self.value).label


_LABELS = {
    Stage.DRAFT: "退村修改",
    Stage.IN_PROGRESS: "实施中",
    Stage.COMPLETED: "已办结",
    Stage.REJECTED: "未通过",
    Stage.WITHDRAWN: "已撤回",
}

TIMED = frozenset({Stage.DRAFT, *(Stage(step.value) for step in Step)})
"""The stages that have a time limit, and at which the proposal is still undecided."""

BY_VOTE = frozenset({Step.DEPUTIES, Step.VILLAGE_MEETING})
"""The steps at which a meeting votes."""

BODIES: dict[Step, frozenset[Role]] = {
    Step.LEAD_REVIEW: frozenset({Role.TOWN_LEADER}),
    Step.PARTY_PRELIMINARY: frozenset({Role.PARTY_COMMITTEE}),
    Step.DEPUTIES: frozenset({Role.PRESIDIUM}),
    Step.VILLAGE_MEETING: frozenset({Role.VILLAGE}),
    Step.FINAL_APPROVAL: frozenset({Role.PARTY_COMMITTEE, Role.TOWN_LEADER}),
}
"""Who decides at a step, beside the staff who record it."""
