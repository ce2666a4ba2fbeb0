"""The policy document: every key of the rules with its default, each section a frozen model.

`Policy()` is the default policy. Files are read by `domain.policy.loading`, which reports every fault with its line.
A cycle pins `Policy.version`, so a later policy never changes an earlier result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from domain.policy.appraisal import (
    AppraisalPolicy,
    BlankRow,
    Denominator,
    Order,
    OverallFrom,
    Quorum,
)
from domain.policy.assessment import AssessmentPolicy
from domain.policy.values import Count, Positive, Section, Switch

__all__ = [
    "AppraisalPolicy",
    "AssessmentPolicy",
    "BallotAudience",
    "BallotMode",
    "BallotPolicy",
    "BallotSlice",
    "BlankRow",
    "Denominator",
    "ExtensionPolicy",
    "MissingYear",
    "Order",
    "OverallFrom",
    "Policy",
    "ProposalPolicy",
    "Quorum",
    "RectificationPolicy",
    "VetoFollows",
    "VetoPolicy",
]

TOTAL_MONTHS = 6
"""A rectification never lasts longer than this, extensions included (`rectification.extension`)."""

DaysBefore = Annotated[tuple[Count, ...], Field(max_length=30)]
"""Numbers of days before a due date."""


def _descending(days: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(days)) != len(days):
        raise ValueError("提醒天数重复")
    return tuple(sorted(days, reverse=True))


class ExtensionPolicy(Section):
    """`rectification.extension`: how often, by how many months at most, and the longest total from service."""

    times: Count = 1
    months: Positive = 1
    total_months: Annotated[Positive, Field(le=TOTAL_MONTHS)] = TOTAL_MONTHS


class RectificationPolicy(Section):
    """Rectification by a deadline 限期整改. Days are calendar days except `filing_days` (working days)."""

    plan_days: Positive = 15
    extension: ExtensionPolicy = ExtensionPolicy()
    months: Annotated[Positive, Field(validate_default=True)] = 3
    lights: Count = 7
    """Days before the due date from which the light is yellow."""
    reminders: DaysBefore = (30, 7, 1, 0)
    filing_days: Positive = 5
    revote: Switch = True

    _order_of_reminders = field_validator("reminders")(_descending)

    @field_validator("months")
    @classmethod
    def _within_the_total(cls, months: int, info: ValidationInfo) -> int:
        extension: ExtensionPolicy | None = info.data.get("extension")
        if extension is not None and months > extension.total_months:
            raise ValueError(f"整改期 {months} 个月超过总期限 {extension.total_months} 个月")
        return months


class VetoFollows(StrEnum):
    """`veto.follows`"""

    UNIT_AND_PERSON = "unit_and_person"
    PERSON = "person"
    UNIT = "unit"


class MissingYear(StrEnum):
    """`veto.missing_year`"""

    BREAKS = "breaks"
    BRIDGED = "bridged"


class VetoPolicy(Section):
    """Veto 一票否决."""

    streak: Positive = 3
    follows: VetoFollows = VetoFollows.UNIT_AND_PERSON
    missing_year: MissingYear = MissingYear.BREAKS
    part_year_months: Annotated[Positive, Field(le=12)] = 6


class ProposalPolicy(Section):
    """Prior supervision 事前监督: `step_days` working days a step, reminders in calendar days before its due date."""

    step_days: Positive = 10
    reminders: DaysBefore = (3, 1, 0)

    _order_of_reminders = field_validator("reminders")(_descending)


class BallotMode(StrEnum):
    """`ballot.mode`"""

    PAPER = "paper"
    PHONES = "phones"
    MIXED = "mixed"


class BallotSlice(StrEnum):
    """`ballot.slice`: what one anonymous slip of a ballot holds."""

    QUESTION = "question"
    SUBJECT = "subject"


class BallotAudience(StrEnum):
    """`ballot.audience`: to whom the count is published."""

    DEPUTIES = "deputies"
    PUBLIC = "public"


class BallotPolicy(Section):
    """How ballots are cast and published."""

    mode: BallotMode = BallotMode.PAPER
    slice: BallotSlice = BallotSlice.QUESTION
    minimum_path: Positive = 8
    """Fewest ballots a path in use (phones, paper) must have before anything is opened."""
    audience: BallotAudience = BallotAudience.DEPUTIES


class Policy(Section):
    """A town's policy; what is left out has its default."""

    appraisal: AppraisalPolicy = AppraisalPolicy()
    rectification: RectificationPolicy = RectificationPolicy()
    assessment: AssessmentPolicy = AssessmentPolicy()
    veto: VetoPolicy = VetoPolicy()
    proposal: ProposalPolicy = ProposalPolicy()
    ballot: BallotPolicy = BallotPolicy()

    def document(self) -> Mapping[str, Any]:
        """The whole policy as JSON-ready values, defaults written out; `Policy.model_validate` makes it again."""
        return self.model_dump(mode="json")

    @property
    def version(self) -> str:
        """16 hex digits that name this policy: the same for equal policies, on every machine."""
        canonical = json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]
