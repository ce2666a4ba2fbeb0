"""`marks.json`: which verdicts 发出 − 收回, or the envelopes set aside, could have turned under the policy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from ballotbox.ballots import OVERALL
from ballotbox.secret.counted import INVALID, QuestionRows
from ballotbox.secret.encoding import Hex32, canonical, read_canonical
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import Close
from ballotbox.secret.tally import Tally
from domain.policy.document import AppraisalPolicy
from domain.rules.counting import ABSTAIN, Attendance, ItemCount
from domain.rules.flipping import could_flip

BLANK = "blank"
_QUOTIENT = re.compile(r"[0-9]{1,12}/[1-9][0-9]{0,11}")


def _rate(text: str) -> str:
    if not _QUOTIENT.fullmatch(text) or Fraction(text) > 1:
        raise ValueError("a rate is written 3/5")
    return text


class _Rule(BaseModel):
    """What the published policy says of the verdict, as `AppraisalPolicy.model_dump_json` writes it."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    passing_grades: tuple[str, ...]
    pass_rate: Annotated[str, AfterValidator(_rate)]
    denominator: Literal["valid", "valid_without_abstentions", "returned", "present", "entitled"]
    overall_from: Literal["overall", "mean_of_dimensions", "every_dimension"]
    blank_row: Literal["abstention", "invalid"]


class SubjectMarks(BaseModel):
    """A subject's marks: whether these ballots, by themselves, could have turned its verdict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    unreturned: bool
    set_aside: bool


class Marks(BaseModel):
    """`marks.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["jiandu-ballot-marks/1"] = "jiandu-ballot-marks/1"
    manifest: Hex32
    subjects: dict[str, SubjectMarks]

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json"))

    @classmethod
    def from_bytes(cls, data: bytes) -> Marks:
        """Raises `ValueError` for bytes that are no canonical marks."""
        read_canonical(data)
        return cls.model_validate_json(data)


def rule_of(poll: Poll, policy: bytes) -> AppraisalPolicy:
    """The published policy, as far as it decides a verdict, over the poll's grades and questions.

    Raises `ValueError` for one that is not of this poll.
    """
    rule = _Rule.model_validate_json(policy)
    grades = [code for code in poll.manifest.codes if code not in (ABSTAIN, BLANK)]
    dimensions = [question for question in poll.manifest.questions if question != OVERALL]
    if OVERALL not in poll.manifest.questions or not rule.passing_grades or not set(rule.passing_grades) <= set(grades):
        raise ValueError("the policy is not of this poll's questions and grades")
    if rule.overall_from != "overall" and not dimensions:
        raise ValueError("there are no dimensions to decide on")
    return AppraisalPolicy.model_validate(
        {
            "grades": [{"key": key, "name": key} for key in grades],
            "dimensions": [{"key": key, "name": key} for key in dimensions],
            "passing_grades": rule.passing_grades,
            "pass_rate": rule.pass_rate,
            "denominator": rule.denominator,
            "overall_from": rule.overall_from,
            "blank_row": rule.blank_row,
        }
    )


def marks_of(poll: Poll, rule: AppraisalPolicy, close: Close, tally: Tally, rows: Iterable[QuestionRows]) -> Marks:
    """The marks of a counted poll. A subject of which nothing was opened has none."""
    items: dict[str, dict[str, ItemCount]] = {subject: {} for subject in poll.recused}
    for row in rows:
        if row.total.counts is not None:
            items[row.subject][row.question] = item_of(rule, row.total.counts)
    return Marks(
        manifest=poll.hash.hex(),
        subjects={
            subject: _marks(rule, close, tally, subject, counted) if counted else _NONE
            for subject, counted in items.items()
        },
    )


_NONE = SubjectMarks(unreturned=False, set_aside=False)


def item_of(rule: AppraisalPolicy, counts: Mapping[str, int]) -> ItemCount:
    """A row's counts as the rules read them: a blank row is what `appraisal.blank_row` says."""
    blank = counts.get(BLANK, 0)
    blank_is_invalid = rule.blank_row.value == "invalid"
    return ItemCount(
        grades={grade: counts[grade] for grade in rule.grade_keys},
        abstain=counts.get(ABSTAIN, 0) + (0 if blank_is_invalid else blank),
        invalid=counts[INVALID] + (blank if blank_is_invalid else 0),
    )


def _marks(
    rule: AppraisalPolicy, close: Close, tally: Tally, subject: str, items: Mapping[str, ItemCount]
) -> SubjectMarks:
    turnout = close.turnout[subject]
    attendance = Attendance(entitled=turnout.entitled, present=turnout.present, issued=turnout.issued)
    overall = items[OVERALL]
    dimensions = {question: item for question, item in items.items() if question != OVERALL}
    unreturned, set_aside = turnout.issued - turnout.returned, tally.subjects[subject].set_aside
    return SubjectMarks(
        unreturned=could_flip(rule, attendance, overall, dimensions, unreturned=unreturned),
        set_aside=could_flip(rule, attendance, overall, dimensions, set_aside=set_aside),
    )
