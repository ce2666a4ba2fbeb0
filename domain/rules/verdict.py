"""The verdict of a poll on one subject: its figures, exact, with the name of their denominator."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.policy.document import Denominator
from domain.policy.values import ExactFraction
from domain.rules.counting import Attendance


class Outcome(StrEnum):
    """What came of a poll; only `pass` and `fail` decide anything."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    VOID = "void"
    NO_QUORUM = "no_quorum"
    NO_VALID_BALLOTS = "no_valid_ballots"
    REFUSED = "refused"
    PENDING = "pending"

    @property
    def label(self) -> str:
        """Its name on paper and screen."""
        return _LABELS[self]


_LABELS = {
    Outcome.PASS: "合格",
    Outcome.FAIL: "不合格",
    Outcome.VOID: "作废，须重新测评",
    Outcome.NO_QUORUM: "未达法定人数",
    Outcome.NO_VALID_BALLOTS: "无有效票，不能计算",
    Outcome.REFUSED: "不得开始测评",
    Outcome.PENDING: "尚未测评",
}


class DimensionFigure(BaseModel):
    """One dimension beside the overall item."""

    model_config = ConfigDict(frozen=True)

    key: str
    passing: int
    denominator: int
    rate: ExactFraction | None
    rate_printed: str | None
    below: bool
    """Below the pass rate: a warning."""


class Verdict(BaseModel):
    """A poll's figures of one subject. What was not counted, or must not be shown, is None.

    `passing` of `denominator` is `rate`, always; under `mean_of_dimensions` they are the sums over the dimensions.
    """

    model_config = ConfigDict(frozen=True)

    verdict: Outcome
    entitled: int | None = None
    present: int | None = None
    issued: int | None = None
    returned: int | None = None
    invalid: int | None = None
    valid: int | None = None
    abstentions: int | None = None
    passing: int | None = None
    denominator: int | None = None
    denominator_name: Denominator | None = None
    rate: ExactFraction | None = None
    rate_printed: str | None = None
    sensitive_to_denominator: bool = False
    """口径敏感 (`appraisal.sensitivity_warning`)."""
    sensitive_under: tuple[Denominator, ...] = ()
    """The denominators under which the verdict would be the other one."""
    unreturned_could_flip: bool = False
    """Whether the ballots issued and not returned 发出 − 收回 could have turned the verdict."""
    dimensions: tuple[DimensionFigure, ...] = ()
    """Empty where a breakdown would expose voters (`appraisal.minimum_group`)."""
    dimension_warnings: tuple[str, ...] = ()
    breakdown_shown: bool = False
    """Whether counts by grade and dimension may be shown."""

    @property
    def decides(self) -> bool:
        """Whether the poll decided; otherwise a new poll may follow."""
        return self.verdict in (Outcome.PASS, Outcome.FAIL)


REFUSED = Verdict(verdict=Outcome.REFUSED)
"""A poll that may not open: no figures."""

PENDING = Verdict(verdict=Outcome.PENDING)
"""A poll that was not held: no figures."""


def without_count(outcome: Outcome, attendance: Attendance, returned: int | None) -> Verdict:
    """A verdict for which no ballot was opened: nothing is counted, no rate exists."""
    return Verdict(
        verdict=outcome,
        entitled=attendance.entitled,
        present=attendance.present,
        issued=attendance.issued,
        returned=returned,
    )
