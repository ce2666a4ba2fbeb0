"""The section of the policy on democratic appraisal (民主测评)."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from domain.policy.values import Positive, Rate, Section, Switch, Term

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
