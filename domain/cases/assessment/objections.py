"""Objections to a published ranking: raised within the publicity period, and decided before the ranking is final."""

from __future__ import annotations

from datetime import date

from domain.acts import Refusal
from domain.cases.assessment.commands import DecideObjection, RaiseObjection
from domain.cases.assessment.events import Annulled, Finalised, ObjectionDecided, ObjectionRaised, Reopened
from domain.cases.assessment.state import AssessmentState, Stage
from domain.events import Event


def objection_raised(state: AssessmentState, command: RaiseObjection, on: date) -> list[Event]:
    """An objection, if the ranking is public. Raises `Refusal`."""
    if state.published_on is None or state.publicity_until is None:
        raise Refusal("not_published", "排名尚未公示，公示期内才能提出异议。")
    if state.settled or on > state.publicity_until:
        raise Refusal("publicity_over", f"公示期已于 {state.publicity_until.isoformat()} 结束，不再受理异议。")
    if on < state.published_on:
        raise Refusal("not_published", f"{on.isoformat()} 排名尚未公示（{state.published_on.isoformat()} 公示）。")
    if command.objection_id in state.objections:
        raise Refusal("objection_exists", f"异议 {command.objection_id} 已经登记；请使用新的编号。")
    if command.subject not in state.subjects:
        raise Refusal("unknown_subject", f"{command.subject} 不是本年度考核对象；请从名单中选择。")
    return [
        ObjectionRaised(
            objection_id=command.objection_id,
            subject=command.subject,
            text=command.text,
            on=on,
            paper=command.paper,
        )
    ]


def objection_decided(state: AssessmentState, command: DecideObjection, on: date) -> list[Event]:
    """The decision, and what follows: the year annulled, the ranking withdrawn, or final. Raises `Refusal`."""
    objection = state.objections.get(command.objection_id)
    if objection is None:
        raise Refusal("unknown_objection", f"没有异议 {command.objection_id}；请先登记。")
    if objection.upheld is not None:
        raise Refusal("objection_decided", f"异议 {command.objection_id} 已有处理结果。")
    if state.settled:
        raise Refusal("settled", "年度考核已有最终结果，不再处理异议。")
    decided = ObjectionDecided(
        objection_id=command.objection_id, upheld=command.upheld, reason=command.reason, on=on, paper=command.paper
    )
    if command.annul:
        return [decided, Annulled(reason=command.reason, on=on)]
    if command.upheld and state.stage is not Stage.SCORING:
        return [decided, Reopened(objection_id=command.objection_id, on=on)]
    others = [key for key in state.pending_objections if key != command.objection_id]
    if state.stage is Stage.OBJECTIONS and not others:
        return [decided, Finalised(undecided=state.undecided_groups, on=on)]
    return [decided]
