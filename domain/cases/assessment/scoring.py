"""Scores as they are entered, and the rankings that follow from them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from fractions import Fraction

from domain.acts import Refusal
from domain.cases.assessment.commands import EnterBonus, EnterDeduction, EnterScores
from domain.cases.assessment.events import BonusEntered, DeductionEntered, ScoresEntered
from domain.cases.assessment.state import AssessmentState, Stage
from domain.events import Event
from domain.policy.assessment import AssessmentPolicy
from domain.rules.assessment import FULL_MARK, groups, scores_fault, total
from domain.rules.ranking import Ranking, rank


def scores_entered(state: AssessmentState, command: EnterScores, on: date, policy: AssessmentPolicy) -> list[Event]:
    """The marks of one subject, table and method. Raises `Refusal`."""
    _refuse_closed(state, command.subject)
    _refuse_unknown_table(command.table, policy.table_keys)
    if wrong := [mark for mark in command.marks if not 0 <= mark <= FULL_MARK]:
        raise Refusal(
            "mark_out_of_range", f"评分 {'、'.join(str(mark) for mark in wrong)} 不在 0 至 100 之间；请核对。"
        )
    return [
        ScoresEntered(
            subject=command.subject,
            table=command.table,
            method=command.method,
            marks=command.marks,
            on=on,
            paper=command.paper,
        )
    ]


def bonus_entered(state: AssessmentState, command: EnterBonus, on: date) -> list[Event]:
    """Bonus points; no points say nothing. Raises `Refusal`."""
    _refuse_closed(state, command.subject)
    if command.points == 0:
        return []
    return [
        BonusEntered(subject=command.subject, points=command.points, reason=command.reason, on=on, paper=command.paper)
    ]


def deduction_entered(
    state: AssessmentState, command: EnterDeduction, on: date, policy: AssessmentPolicy
) -> list[Event]:
    """Points off a table. Raises `Refusal`."""
    _refuse_closed(state, command.subject)
    _refuse_unknown_table(command.table, policy.table_keys)
    if command.points <= Fraction(0):
        raise Refusal("deduction_not_positive", "扣分应大于 0；如需加分请登记加分。")
    return [
        DeductionEntered(
            subject=command.subject,
            table=command.table,
            points=command.points,
            reason=command.reason,
            on=on,
            paper=command.paper,
        )
    ]


def rankings_of(state: AssessmentState, policy: AssessmentPolicy) -> tuple[Ranking, ...]:
    """The ranking of every group. Raises `Refusal` where a score is missing, naming each."""
    scores = {subject: state.scores_of(subject) for subject in state.assessed}
    faults = [
        f"{state.subjects[subject].name}（{subject}）{fault}"
        for subject, each in scores.items()
        if (fault := scores_fault(policy, each)) is not None
    ]
    if faults:
        raise Refusal("scores_missing", f"评分不完整，不能公示：{'；'.join(faults)}。请补录后再公示。")
    kinds = {subject: state.subjects[subject].kind.value for subject in state.assessed}
    return tuple(
        rank(policy, group, [total(policy, scores[subject]) for subject in members])
        for group, members in groups(policy, kinds).items()
    )


def _refuse_closed(state: AssessmentState, subject: str) -> None:
    if state.stage is not Stage.SCORING:
        raise Refusal(
            "ranking_published", "排名已经公示，不能再录入评分；录入有误请走更正（两人签署），或待异议成立后重新公示。"
        )
    if subject not in state.subjects:
        raise Refusal("unknown_subject", f"{subject} 不是本年度考核对象；请从名单中选择。")
    if subject in state.not_assessed:
        raise Refusal("not_assessed", f"{state.subjects[subject].name}（{subject}）本年度不参加考核，不录入评分。")


def _refuse_unknown_table(table: str, known: Collection[str]) -> None:
    if table not in known:
        raise Refusal("unknown_table", f"没有计分表 {table}；可选：{'、'.join(known)}。")
