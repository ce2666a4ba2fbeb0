"""Whom an event tells: a decision on a proposal tells whoever has it next, wherever it went."""

from __future__ import annotations

from datetime import date

import pytest

from domain.acts import Role
from domain.cases.proposal.events import StepDecided, StepOutcome
from domain.cases.proposal.stages import Stage
from domain.rules.proposal import Step
from projections.notices import notice_of

EXPECTED = {
    Stage.DRAFT: Role.VILLAGE,
    Stage.PARTY_PRELIMINARY: Role.PARTY_COMMITTEE,
    Stage.DEPUTIES: Role.PRESIDIUM,
    Stage.VILLAGE_MEETING: Role.VILLAGE,
    Stage.FINAL_APPROVAL: Role.TOWN_LEADER,
    Stage.LEAD_REVIEW: Role.TOWN_LEADER,
}


@pytest.mark.parametrize("stage", list(Stage))
def test_a_decision_tells_whoever_has_the_proposal_next(stage: Stage) -> None:
    decided = StepDecided(
        step=Step.LEAD_REVIEW, decision=StepOutcome.APPROVE, on=date(2026, 3, 2), next_stage=stage, limit=None
    )
    notice = notice_of(decided)
    assert notice is not None
    assert notice.to >= {Role.STAFF, EXPECTED.get(stage, Role.VILLAGE)}
