"""What was filled in, and which acts bring the assessment to it: marks that differ, entries that are not there yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from domain.acts import Command
from domain.cases.assessment.commands import EnterBonus, EnterDeduction, EnterScores
from domain.policy.assessment import Method
from projections.year_end import YearFigures

MarksOf = tuple[str, str, Method]
"""Subject, table, method."""


@dataclass(frozen=True)
class NewEntry:
    """A bonus (`table` None; below 0 points off the total) or a deduction from a table."""

    subject: str
    table: str | None
    points: Fraction
    reason: str
    paper: str | None = None


@dataclass(frozen=True)
class Filled:
    """Everything that was filled in; what was left blank is not there and stays as it is."""

    marks: Mapping[MarksOf, tuple[Fraction, ...]]
    papers: Mapping[MarksOf, str] = field(default_factory=dict)
    entries: tuple[NewEntry, ...] = ()
    notices: tuple[str, ...] = ()


def changes_of(figures: YearFigures, filled: Filled) -> list[Command]:
    """The acts, in the order of subjects and tables. What is entered already needs none, so the same file again,
    or the rest of one that was cut off, does nothing twice."""
    acts: list[Command] = []
    for subject in figures.subjects:
        for table in subject.tables:
            for part in table.methods:
                key = (subject.post.id, table.table.key, part.method)
                marks = filled.marks.get(key)
                if marks and marks != part.marks:
                    acts.append(
                        EnterScores(
                            subject=key[0], table=key[1], method=key[2], marks=marks, paper=filled.papers.get(key)
                        )
                    )
    there = Counter(
        (subject.post.id, entry.table, entry.points, entry.reason)
        for subject in figures.subjects
        for entry in subject.entries
    )
    for new in filled.entries:
        same = (new.subject, new.table, new.points, new.reason)
        if there[same]:
            there[same] -= 1
        else:
            acts.append(_entry(new))
    return acts


def _entry(new: NewEntry) -> Command:
    if new.table is None:
        return EnterBonus(subject=new.subject, points=new.points, reason=new.reason, paper=new.paper)
    return EnterDeduction(subject=new.subject, table=new.table, points=new.points, reason=new.reason, paper=new.paper)
