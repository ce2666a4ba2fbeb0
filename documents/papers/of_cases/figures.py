"""A poll's figures as papers print them: from the verdict that was recorded, never computed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from documents.papers.facts import tag
from domain.cases.poll.result import PollResult
from domain.policy.appraisal import AppraisalPolicy
from domain.printing import print_rate, print_rate_with_basis
from domain.rules.counting import ItemCount
from domain.rules.verdict import Verdict


@dataclass(frozen=True)
class FigureRow:
    """An item of the ballot 测评项目 with its figures."""

    name: str = tag("测评项目")
    counts: str = tag("各等次票数，如 优秀12、称职19")
    passing: str = tag("称职票数（分子）")
    denominator: str = tag("口径票数（分母）")
    rate: str = tag("称职率")
    warning: str = tag("低于合格线时：低于合格线")


def text(figure: int | None) -> str:
    """A figure; empty where it was not counted."""
    return "" if figure is None else str(figure)


def rate_line(verdict: Verdict) -> str:
    """The rate with numerator, denominator and 口径; empty where there is no rate."""
    if verdict.rate_printed is None or verdict.passing is None or verdict.denominator is None:
        return ""
    label = "" if verdict.denominator_name is None else verdict.denominator_name.label
    return print_rate_with_basis(verdict.passing, verdict.denominator, label, verdict.rate_printed)


def pass_line(policy: AppraisalPolicy) -> str:
    """The line below which a subject fails."""
    return print_rate(policy.pass_rate)


def warnings_of(verdict: Verdict, policy: AppraisalPolicy) -> str:
    """What has to be said beside a verdict: sensitive to its denominator, weak dimensions, ballots not returned."""
    said = []
    if verdict.sensitive_to_denominator:
        others = "、".join(each.label for each in verdict.sensitive_under)
        said.append(f"口径敏感：按{others}计算，结论相反")
    names = {each.key: each.name for each in policy.dimensions}
    if verdict.dimension_warnings:
        said.append("低于合格线的项目：" + "、".join(names.get(key, key) for key in verdict.dimension_warnings))
    if verdict.unreturned_could_flip:
        said.append("未收回的票可能改变结论")
    return "；".join(said)


def counts_text(item: ItemCount, policy: AppraisalPolicy) -> str:
    """Ballots by grade, abstentions and invalid rows."""
    grades = [f"{grade.name}{item.grades.get(grade.key, 0)}" for grade in policy.grades]
    return "、".join([*grades, f"弃权{item.abstain}", f"无效{item.invalid}"])


def figure_rows(verdict: Verdict, result: PollResult | None, policy: AppraisalPolicy) -> tuple[FigureRow, ...]:
    """The overall item and the dimensions; none where nothing was counted.

    Counts by grade are left out where they would expose voters (`appraisal.minimum_group`).
    """
    if verdict.rate_printed is None:
        return ()
    names = {each.key: each.name for each in policy.dimensions}
    counted = result if verdict.breakdown_shown else None
    rows = [
        FigureRow(
            name="综合评价",
            counts=_counts(None if counted is None else counted.overall, policy),
            passing=text(verdict.passing),
            denominator=text(verdict.denominator),
            rate=verdict.rate_printed,
        )
    ]
    rows += [
        FigureRow(
            name=names.get(figure.key, figure.key),
            counts=_counts(None if counted is None else counted.dimensions.get(figure.key), policy),
            passing=text(figure.passing),
            denominator=text(figure.denominator),
            rate=figure.rate_printed or "",
            warning="低于合格线" if figure.below else "",
        )
        for figure in verdict.dimensions
    ]
    return tuple(rows)


def _counts(item: ItemCount | None, policy: AppraisalPolicy) -> str:
    return "" if item is None else counts_text(item, policy)


def turnout(verdict: Verdict) -> str:
    """应到、实到、发出、收回, as far as they are known."""
    pairs: Sequence[tuple[str, int | None]] = (
        ("应到", verdict.entitled),
        ("实到", verdict.present),
        ("发出", verdict.issued),
        ("收回", verdict.returned),
        ("有效", verdict.valid),
        ("无效", verdict.invalid),
        ("弃权", verdict.abstentions),
    )
    return "，".join(f"{name} {figure}" for name, figure in pairs if figure is not None)
