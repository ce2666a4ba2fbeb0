"""What a poll found, as a table for the timeline: one line an item, and the verdict with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.cases.poll.result import PollResult
from domain.events import Event
from domain.policy.document import AppraisalPolicy
from domain.printing import print_rate_with_basis
from domain.rules.counting import ItemCount
from domain.rules.verdict import Verdict

SHOWN = frozenset({"result", "results", "verdict"})
"""The fields of events that these tables stand for."""


@dataclass(frozen=True)
class Counted:
    """One subject's part of a poll."""

    subject: str | None
    """None where the case is that subject's own."""
    said: str
    """The verdict, its rate and basis."""
    attendance: str
    grades: Sequence[str]
    """Heads of the columns before abstentions and invalid rows; empty: a breakdown would expose voters."""
    lines: Sequence[tuple[str, Sequence[int]]]


def counted_of(event: Event, policy: AppraisalPolicy, names: Mapping[str, str]) -> list[Counted]:
    """The tables of an event; none where it tells no count. `names`: of the subjects, by id."""
    result, results = getattr(event, "result", None), getattr(event, "results", None)
    if isinstance(result, PollResult):
        verdict = getattr(event, "verdict", None)
        return [_table(None, result, verdict if isinstance(verdict, Verdict) else result.verdict(policy), policy)]
    if isinstance(results, dict):
        return [_table(names.get(key, key), each, each.verdict(policy), policy) for key, each in results.items()]
    return []


def _table(subject: str | None, result: PollResult, verdict: Verdict, policy: AppraisalPolicy) -> Counted:
    said = verdict.verdict.label
    if verdict.rate_printed is not None and verdict.denominator_name is not None:
        basis = print_rate_with_basis(
            verdict.passing or 0, verdict.denominator or 0, verdict.denominator_name.label, verdict.rate_printed
        )
        said = f"{said}，称职率 {basis}"
    if result.reason is not None:
        said = f"{said}：{result.reason.label}"
    there = result.attendance
    figures = [
        ("应到", there.entitled if there else None),
        ("实到", there.present if there else None),
        ("发出", there.issued if there else None),
        ("收回", result.returned),
    ]
    attendance = "，".join(f"{word} {figure}" for word, figure in figures if figure is not None)
    if result.overall is None or not verdict.breakdown_shown:
        return Counted(subject, said, attendance, (), ())
    keys = [grade.key for grade in policy.grades]
    items = [("综合评价", result.overall)]
    items += [(each.name, result.dimensions[each.key]) for each in policy.dimensions if each.key in result.dimensions]
    lines = [(name, _line(item, keys)) for name, item in items]
    return Counted(subject, said, attendance, [grade.name for grade in policy.grades], lines)


def _line(item: ItemCount, keys: Sequence[str]) -> list[int]:
    return [*(item.grades.get(key, 0) for key in keys), item.abstain, item.invalid]
