"""The policy document: every key of the rules with its default, each section a frozen model.

`Policy()` is the default policy. Files are read by `domain.policy.loading`, which reports every fault with its line.
A cycle pins `Policy.version`, so a later policy never changes an earlier result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from domain.policy.assessment import AssessmentPolicy
from domain.policy.values import Count, Positive, Rate, Switch, Term

GRADES = (
    Term(key="excellent", name="优秀"),
    Term(key="competent", name="称职"),
    Term(key="basically_competent", name="基本称职"),
    Term(key="incompetent", name="不称职"),
)
DIMENSIONS = (
    Term(key="thought", name="思想品德"),
    Term(key="ability", name="工作能力"),
    Term(key="style", name="工作作风"),
    Term(key="achievement", name="工作实绩"),
    Term(key="integrity", name="廉洁自律"),
)
RESERVED_GRADES = frozenset({"abstain", "invalid", "blank"})
"""Words that say what became of a row; no grade may have such a key."""


class Section(BaseModel):
    """Base of the sections: frozen, and no key that the rules do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(StrEnum):
    """`appraisal.order`"""

    AFTER_IMPLEMENTATION = "after_implementation"
    SAME_DAY = "same_day"


class Denominator(StrEnum):
    """`appraisal.denominator` (口径)"""

    VALID = "valid"
    VALID_WITHOUT_ABSTENTIONS = "valid_without_abstentions"
    RETURNED = "returned"
    PRESENT = "present"
    ENTITLED = "entitled"

    @property
    def label(self) -> str:
        """Its name on paper and screen."""
        return _DENOMINATOR_LABELS[self]


_DENOMINATOR_LABELS = {
    Denominator.VALID: "有效票",
    Denominator.VALID_WITHOUT_ABSTENTIONS: "有效票（不含弃权）",
    Denominator.RETURNED: "收回票",
    Denominator.PRESENT: "实到代表",
    Denominator.ENTITLED: "应到代表",
}


class Quorum(StrEnum):
    """`appraisal.quorum`"""

    MORE_THAN_HALF = "more_than_half"
    TWO_THIRDS = "two_thirds"


class BlankRow(StrEnum):
    """`appraisal.blank_row`"""

    ABSTENTION = "abstention"
    INVALID = "invalid"


class OverallFrom(StrEnum):
    """`appraisal.overall_from`"""

    OVERALL = "overall"
    MEAN_OF_DIMENSIONS = "mean_of_dimensions"
    EVERY_DIMENSION = "every_dimension"


def _terms(value: Any, known: tuple[Term, ...]) -> Any:
    """Known terms may be written as their key or their name alone."""
    if not isinstance(value, list | tuple):
        return value
    by_word = {word: term for term in known for word in (term.key, term.name)}
    return [by_word.get(item, item) if isinstance(item, str) else item for item in value]


def _distinct(terms: tuple[Term, ...], what: str) -> tuple[Term, ...]:
    for words in ([term.key for term in terms], [term.name for term in terms]):
        if twice := sorted({word for word in words if words.count(word) > 1}):
            raise ValueError(f"{what}重复：{'、'.join(twice)}")
    return terms


class AppraisalPolicy(Section):
    """Democratic appraisal 民主测评."""

    order: Order = Order.AFTER_IMPLEMENTATION
    grades: Annotated[tuple[Term, ...], Field(min_length=2)] = GRADES
    """The scale, best first. Known grades may be written as their key or name alone."""
    dimensions: tuple[Term, ...] = DIMENSIONS
    passing_grades: Annotated[tuple[str, ...], Field(min_length=1, validate_default=True)] = ("excellent", "competent")
    """Keys (or names) of the grades that count as 称职票."""
    denominator: Denominator = Denominator.VALID
    pass_rate: Rate = Fraction(3, 5)
    sensitivity_warning: Switch = True
    quorum: Quorum = Quorum.MORE_THAN_HALF
    more_returned_than_issued: Literal["void"] = "void"
    """The law leaves no choice (选举法 44); the key is here so that a policy can state it."""
    blank_row: BlankRow = BlankRow.ABSTENTION
    overall_from: Annotated[OverallFrom, Field(validate_default=True)] = OverallFrom.OVERALL
    recusal: Switch = True
    minimum_group: Positive = 3

    @field_validator("grades", mode="before")
    @classmethod
    def _known_grades(cls, value: Any) -> Any:
        return _terms(value, GRADES)

    @field_validator("dimensions", mode="before")
    @classmethod
    def _known_dimensions(cls, value: Any) -> Any:
        return _terms(value, DIMENSIONS)

    @field_validator("grades")
    @classmethod
    def _a_scale(cls, grades: tuple[Term, ...]) -> tuple[Term, ...]:
        if reserved := [grade.key for grade in grades if grade.key in RESERVED_GRADES]:
            raise ValueError(f"等次不能以 {'、'.join(reserved)} 为键，它们另有含义")
        return _distinct(grades, "等次")

    @field_validator("dimensions")
    @classmethod
    def _distinct_dimensions(cls, dimensions: tuple[Term, ...]) -> tuple[Term, ...]:
        if any(dimension.key == "overall" for dimension in dimensions):
            raise ValueError("测评项目不能以 overall 为键，它指综合评价")
        return _distinct(dimensions, "测评项目")

    @field_validator("passing_grades")
    @classmethod
    def _of_the_scale(cls, passing: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        grades: tuple[Term, ...] | None = info.data.get("grades")
        if grades is None:  # the scale itself is at fault and reported
            return passing
        by_word = {word: grade.key for grade in grades for word in (grade.key, grade.name)}
        if strange := [word for word in passing if word not in by_word]:
            scale = "、".join(grade.key for grade in grades)
            raise ValueError(f"称职票等次 {'、'.join(strange)} 不在等次表中（{scale}）")
        keys = {by_word[word] for word in passing}
        return tuple(grade.key for grade in grades if grade.key in keys)

    @field_validator("overall_from")
    @classmethod
    def _has_dimensions(cls, value: OverallFrom, info: ValidationInfo) -> OverallFrom:
        if value is not OverallFrom.OVERALL and info.data.get("dimensions") == ():
            raise ValueError("没有测评项目（dimensions），总评只能取自 overall")
        return value

    @property
    def grade_keys(self) -> tuple[str, ...]:
        """Keys of the scale, best first."""
        return tuple(grade.key for grade in self.grades)

    @property
    def dimension_keys(self) -> tuple[str, ...]:
        """Keys of the items graded beside the overall one."""
        return tuple(dimension.key for dimension in self.dimensions)


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
