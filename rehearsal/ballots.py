"""Ballots that come to the figures of a scenario. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ballotbox.ballots import OVERALL, Ballot, CountedRows
from domain.policy.document import AppraisalPolicy
from domain.rules.counting import ABSTAIN, INVALID, ItemCount, row_of_marks
from rehearsal.scenario.polls import BLANK, RevotePoll, Rows

Mark = tuple[str, ...]
"""The marks of one row of one ballot."""


def ballots_of(figures: RevotePoll, policy: AppraisalPolicy, questions: Sequence[str]) -> list[Ballot]:
    """One ballot for each that came back, so that their count gives the figures.

    A dimension left out follows the overall item.
    """
    overall = _column(figures.overall or {}, policy)
    columns = {
        question: _column(figures.dimensions[question], policy) if question in figures.dimensions else overall
        for question in questions
        if question != OVERALL
    }
    return [
        Ballot(rows={OVERALL: overall[number], **{question: column[number] for question, column in columns.items()}})
        for number in range(len(overall))
    ]


def counted_rows(figures: RevotePoll, policy: AppraisalPolicy) -> CountedRows:
    """The figures as two persons enter them from paper."""
    return CountedRows(
        overall=_count(figures.overall or {}, policy),
        dimensions={key: _count(rows, policy) for key, rows in figures.dimensions.items()},
    )


def _column(rows: Rows, policy: AppraisalPolicy) -> list[Mark]:
    """The rows of one item, in the order of the scale; an invalid one has two marks."""
    marks: dict[str, Mark] = {grade: (grade,) for grade in policy.grade_keys}
    marks[ABSTAIN] = (ABSTAIN,)
    marks[INVALID] = policy.grade_keys[:2]
    marks[BLANK] = ()
    return [mark for key, mark in marks.items() for _ in range(rows.get(key, 0))]


def _count(rows: Rows, policy: AppraisalPolicy) -> ItemCount:
    counted = dict(rows)
    blanks_are = row_of_marks(policy, ())
    counted[blanks_are] = counted.get(blanks_are, 0) + counted.pop(BLANK, 0)
    return ItemCount(
        grades={grade: counted.get(grade, 0) for grade in policy.grade_keys},
        abstain=counted.get(ABSTAIN, 0),
        invalid=counted.get(INVALID, 0),
    )
