"""Counting ballots: from the marks of one row to the counts of one item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from pydantic import BaseModel, ConfigDict, model_validator

from domain.policy.document import AppraisalPolicy, BlankRow
from domain.policy.values import Count

ABSTAIN = "abstain"
"""The mark for 弃权, and what a row with it counts as."""

INVALID = "invalid"
"""What a row counts as that expresses no single will."""


class ItemCount(BaseModel):
    """The counts of one item (the overall one or a dimension): ballots by grade, abstentions, invalid rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grades: dict[str, Count] = {}
    abstain: Count = 0
    invalid: Count = 0

    @property
    def valid(self) -> int:
        """Valid ballots 有效票: those with a grade, and abstentions."""
        return sum(self.grades.values()) + self.abstain

    @property
    def returned(self) -> int:
        """Returned ballots 收回."""
        return self.valid + self.invalid

    def passing(self, policy: AppraisalPolicy) -> int:
        """Ballots with a passing grade 称职票 (`appraisal.passing_grades`)."""
        return sum(self.grades.get(grade, 0) for grade in policy.passing_grades)


class Attendance(BaseModel):
    """Who could vote on a subject: entitled 应到 (recused deputies left out), present 实到, ballots issued 发出."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entitled: Count
    present: Count
    issued: Count

    @model_validator(mode="after")
    def _possible(self) -> Attendance:
        if fault := attendance_fault(self.entitled, self.present, self.issued):
            raise ValueError(fault)
        return self


def attendance_fault(entitled: int, present: int, issued: int) -> str | None:
    """Why such an attendance is impossible, in Chinese; None where it is possible."""
    if present > entitled:
        return f"实到 {present} 人多于应到 {entitled} 人"
    if issued > present:
        return f"发出 {issued} 张多于实到 {present} 人"
    return None


def row_of_marks(policy: AppraisalPolicy, marks: Collection[str]) -> str:
    """What a row counts as: a grade's key, `abstain` or `invalid` (`appraisal.blank_row`; several marks: invalid).

    `marks` holds the grades marked in the row, and `abstain` where 弃权 is marked. Raises `ValueError` for a mark
    that is on no ballot of this policy: that is a fault of whoever read the ballot, not of the deputy.
    """
    if strange := set(marks) - {*policy.grade_keys, ABSTAIN}:
        raise ValueError(f"no such mark on the ballot: {', '.join(sorted(strange))}")
    if not marks:
        return ABSTAIN if policy.blank_row is BlankRow.ABSTENTION else INVALID
    distinct = set(marks)
    return distinct.pop() if len(distinct) == 1 else INVALID


def count_rows(policy: AppraisalPolicy, rows: Iterable[Collection[str]]) -> ItemCount:
    """The counts of one item over the rows of all ballots; each row stands for itself, whatever the others are."""
    counted = Counter(row_of_marks(policy, row) for row in rows)
    grades = {grade: counted[grade] for grade in policy.grade_keys}
    return ItemCount(grades=grades, abstain=counted[ABSTAIN], invalid=counted[INVALID])


def count_fault(policy: AppraisalPolicy, overall: ItemCount, dimensions: dict[str, ItemCount]) -> str | None:
    """Why such counts cannot be of one poll under this policy, in Chinese; None where they can."""
    for name, item in {"综合评价": overall, **dimensions}.items():
        if strange := sorted(set(item.grades) - set(policy.grade_keys)):
            return f"{name}：没有等次 {'、'.join(strange)}"
    for key, item in dimensions.items():
        if key not in policy.dimension_keys:
            return f"没有测评项目 {key}"
        if item.returned != overall.returned:
            return f"{key}：票数 {item.returned} 与综合评价收回票数 {overall.returned} 不符"
    return None
