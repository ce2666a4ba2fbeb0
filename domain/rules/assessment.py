"""Year-end assessment 双百分: from scorers' marks to totals (rules `assessment.*`).

Ranking is in `domain.rules.ranking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from pydantic import BaseModel, ConfigDict

from domain.calendar import WorkCalendar
from domain.policy.assessment import AssessmentPolicy, Groups, Method, ScoreTable
from domain.policy.values import ExactFraction, Score

FULL_MARK = Fraction(100)
"""Scorers mark out of this."""


class SubjectScores(BaseModel):
    """What was scored of one subject in a year: marks out of 100 by table and method, one for each scorer.

    `bonus` above the cap is cut; a negative one is a deduction from the total. `deductions` are points off a table.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    tables: dict[str, dict[Method, tuple[Score, ...]]]
    bonus: Score = Fraction(0)
    deductions: dict[str, Score] = {}


class Total(BaseModel):
    """A subject's total with its parts, exact."""

    model_config = ConfigDict(frozen=True)

    subject: str
    total: ExactFraction
    tables: dict[str, ExactFraction]
    """Points of each table, after deductions."""
    methods: dict[Method, ExactFraction]
    """Weighted points of each method, summed over the tables, before deductions: what ties are broken by."""
    bonus: ExactFraction


def scores_fault(policy: AssessmentPolicy, scores: SubjectScores) -> str | None:
    """Why such scores cannot be totalled under this policy, in Chinese; None where they can."""
    for table in policy.table_keys:
        if table not in scores.tables:
            return f"缺少计分表 {table}"
    for table, methods in scores.tables.items():
        if table not in policy.table_keys:
            return f"没有计分表 {table}"
        for method in Method:
            marks = methods.get(method, ())
            if not marks:
                return f"{table}：缺少{method.label}（{method}）的评分"
            if any(not 0 <= mark <= FULL_MARK for mark in marks):
                return f"{table}：{method.label}（{method}）的评分应在 0 至 100 之间"
    for table, deduction in scores.deductions.items():
        if table not in policy.table_keys:
            return f"没有计分表 {table}"
        if deduction < 0:
            return f"{table}：扣分不能小于 0"
    return None


def scorers(policy: AssessmentPolicy, marks: Sequence[Fraction]) -> Fraction:
    """`assessment.scorers`: the raw score, the mean of the scorers' marks; with 5 or more, without one highest and one
    lowest. Raises `ValueError` for no mark or one outside 0 to 100."""
    if not marks:
        raise ValueError("no marks")
    if any(not 0 <= mark <= FULL_MARK for mark in marks):
        raise ValueError("a mark lies outside 0 to 100")
    counted = sorted(marks)
    if len(counted) >= policy.scorers.drop_extremes_from:
        counted = counted[1:-1]
    return sum(counted, Fraction(0)) / len(counted)


raw_score = scorers
"""The same under the name of what it returns."""


def after_deduction(points: Fraction, deduction: Fraction) -> Fraction:
    """`assessment.bonus_cap`: an item's points after a deduction, never below 0."""
    return max(Fraction(0), points - deduction)


def mark_of_items(table: ScoreTable, points: Mapping[str, Fraction], deductions: Mapping[str, Fraction]) -> Fraction:
    """A scorer's mark out of 100 from a score sheet with items: each item's points after its deduction, never below 0.

    Raises `ValueError` for an item that is missing, unknown, or above its full score.
    """
    full = {item.key: item.full for item in table.items}
    if set(points) != set(full) or not set(deductions) <= set(full):
        raise ValueError(f"the sheet's items are not those of table {table.key}")
    if any(not 0 <= points[key] <= full[key] for key in full):
        raise ValueError("points outside an item's full score")
    earned = (after_deduction(points[key], deductions.get(key, Fraction(0))) for key in full)
    return sum(earned, Fraction(0)) / table.full * FULL_MARK


def methods(policy: AssessmentPolicy, table: ScoreTable, raw: Mapping[Method, Fraction]) -> dict[Method, Fraction]:
    """`assessment.methods`: the weighted points of each method within a table with its full score."""
    return {method: raw[method] * policy.methods.weight(method) * table.full / FULL_MARK for method in Method}


def tables(policy: AssessmentPolicy, table: ScoreTable, raw: Mapping[Method, Fraction]) -> Fraction:
    """`assessment.tables`: a table's score, the sum of its methods' weighted points."""
    return sum(methods(policy, table, raw).values(), Fraction(0))


def bonus_cap(policy: AssessmentPolicy, bonus: Fraction) -> Fraction:
    """`assessment.bonus_cap`: the bonus that counts."""
    return min(bonus, policy.bonus_cap)


def total(policy: AssessmentPolicy, scores: SubjectScores) -> Total:
    """A subject's total over all tables, with bonus. Raises `ValueError` for what `scores_fault` names."""
    if fault := scores_fault(policy, scores):
        raise ValueError(f"{scores.subject}: {fault}")
    by_table: dict[str, Fraction] = {}
    by_method = dict.fromkeys(Method, Fraction(0))
    for table in policy.tables:
        raw = {method: scorers(policy, scores.tables[table.key][method]) for method in Method}
        for method, points in methods(policy, table, raw).items():
            by_method[method] += points
        deduction = scores.deductions.get(table.key, Fraction(0))
        by_table[table.key] = after_deduction(tables(policy, table, raw), deduction)
    bonus = bonus_cap(policy, scores.bonus)
    return Total(
        subject=scores.subject,
        total=max(Fraction(0), sum(by_table.values(), Fraction(0)) + bonus),
        tables=by_table,
        methods=by_method,
        bonus=bonus,
    )


def groups(policy: AssessmentPolicy, kinds: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """`assessment.groups`: the lines in which subjects are ranked, by name: the kind, or `all`.

    `kinds` gives each subject's kind; the order of subjects is kept.
    """
    lines: dict[str, list[str]] = {}
    for subject, kind in kinds.items():
        lines.setdefault("all" if policy.groups is Groups.ALL else kind, []).append(subject)
    return {name: tuple(subjects) for name, subjects in lines.items()}


def publicity_days(policy: AssessmentPolicy, published_on: date, calendar: WorkCalendar) -> date:
    """`assessment.publicity_days`: the last day on which the ranking is public and may be objected to before it is
    final (working days after the day of publication, which is not counted)."""
    return calendar.add_working_days(published_on, policy.publicity_days)
