"""A form as it is typed: its rows in order, and a ballot for each subject out of the fields that were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ballotbox.ballots import Ballot
from domain.acts import Refusal
from domain.cases.poll.forms import ABSTENTION, FormSeries, FormSubject, PollForms
from domain.policy.values import Term

BLANK = "blank"
"""Sent for a row with no mark, so that a row that was forgotten is not taken for one."""


@dataclass(frozen=True)
class Row:
    """A row to be typed."""

    field: str
    subject: FormSubject
    question: Term
    first: bool
    """Whether it is its subject's first."""


@dataclass(frozen=True)
class Choice:
    """A mark, with the key that makes it."""

    value: str
    name: str
    key: str
    """`1` to `9`, `0` for 弃权, a space for a blank row."""
    key_name: str


def choices(forms: PollForms) -> list[Choice]:
    """The marks of a row: the scale, 弃权, blank."""
    scale = [Choice(grade.key, grade.name, str(index), str(index)) for index, grade in enumerate(forms.grades, start=1)]
    return [
        *scale,
        Choice(ABSTENTION.key, ABSTENTION.name, "0", f"0或{len(scale) + 1}"),
        Choice(BLANK, "空白", " ", "空格"),
    ]


def rows(forms: PollForms, series: FormSeries) -> list[Row]:
    """The rows of a form, from the top to the bottom."""
    return [
        Row(f"m{number}-{index}", subject, question, first=index == 0)
        for number, subject in enumerate(series.subjects)
        for index, question in enumerate(forms.questions)
    ]


def marks_of(ballot: Ballot | None, question: str) -> tuple[str, ...]:
    """What is ticked in a row of a ballot that was typed before; nothing where none was."""
    if ballot is None:
        return ()
    return ballot.rows[question] or (BLANK,)


def ballots(forms: PollForms, asked: Sequence[Row], sent: Mapping[str, Sequence[str]]) -> dict[str, Ballot]:
    """The ballots of a form by subject. Refused: `rows_missing`; `blank_and_marked`, a row that means nothing."""
    known = {choice.value for choice in choices(forms)}
    marks: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in asked:
        given = tuple(dict.fromkeys(value for value in sent.get(row.field, ()) if value in known))
        where = f"“{row.subject.name}”的“{row.question.name}”"
        if not given:
            raise Refusal("rows_missing", f"{where}还没有录：没有打勾的行请按空格（空白）。")
        if BLANK in given and len(given) > 1:
            raise Refusal("blank_and_marked", f"{where}既录了空白又录了勾，请改正。")
        marks.setdefault(row.subject.subject, {})[row.question.key] = () if given == (BLANK,) else given
    return {subject: Ballot(rows=each) for subject, each in marks.items()}
