"""What a batch of acts would change, as the page before confirming says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.acts import Command
from domain.cases.assessment.commands import EnterBonus, EnterDeduction, EnterScores
from domain.printing import print_score
from projections.year_end import SubjectFigures, YearFigures
from web.yearend.sheet import number_text


@dataclass(frozen=True)
class Change:
    """What happens to a subject."""

    name: str
    lines: tuple[str, ...]
    """What is recorded."""
    before: str
    after: str
    """The totals; `—` where one is not complete."""


def changed(before: YearFigures, after: YearFigures, acts: Sequence[Command]) -> list[Change]:
    """The changes by subject, in the order of the subjects."""
    said: dict[str, list[str]] = {}
    for act in acts:
        if isinstance(act, EnterScores | EnterBonus | EnterDeduction):
            said.setdefault(act.subject, []).append(_words(before, act))
    changes = []
    for subject in before.subjects:
        lines = said.get(subject.post.id)
        then = after.subject(subject.post.id)
        if lines and then is not None:
            changes.append(Change(subject.post.name, tuple(lines), _total(subject), _total(then)))
    return changes


def _total(subject: SubjectFigures) -> str:
    return print_score(subject.total.total) if subject.total is not None else "—"


def _words(figures: YearFigures, act: EnterScores | EnterBonus | EnterDeduction) -> str:
    names = {table.key: table.name for table in figures.policy.tables}
    match act:
        case EnterScores():
            marks = "、".join(number_text(mark) for mark in act.marks)
            subject = figures.subject(act.subject)
            parts = (
                [] if subject is None else [p for t in subject.tables if t.table.key == act.table for p in t.methods]
            )
            old = next((part.marks for part in parts if part.method is act.method), ())
            instead = f"（原为 {'、'.join(number_text(mark) for mark in old)}）" if old else ""
            return f"{names[act.table]} · {act.method.label}：{marks}{instead}"
        case EnterBonus():
            word = "加分" if act.points > 0 else "从总分扣"
            return f"{word} {number_text(abs(act.points))}：{act.reason}"
        case EnterDeduction():
            return f"扣{names[act.table]}分 {number_text(act.points)}：{act.reason}"
