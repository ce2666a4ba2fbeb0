"""Rectification opinions: itemised, filed, implemented, checked."""

from __future__ import annotations

from datetime import date

from domain.acts import Refusal
from domain.cases.appraisal.commands import (
    CheckImplementation,
    FileOpinions,
    ItemiseOpinion,
    ReportImplementation,
    WaiveImplementation,
)
from domain.cases.appraisal.events import (
    ImplementationChecked,
    ImplementationReported,
    ImplementationWaived,
    OpinionItemised,
    OpinionsFiled,
)
from domain.cases.appraisal.state import AppraisalState, Opinion
from domain.events import Event
from domain.rules.questions import may_file


def opinion_itemised(state: AppraisalState, command: ItemiseOpinion, on: date) -> list[Event]:
    """One more opinion, as long as they are not filed."""
    _refuse_unreported(state)
    if state.filed_on is not None:
        raise Refusal("already_filed", f"整改意见已于 {state.filed_on.isoformat()} 备案，不能再增加。")
    if command.opinion_id in state.opinions:
        raise Refusal("opinion_exists", f"整改意见编号 {command.opinion_id} 已经使用；请另编一个。")
    return [OpinionItemised(opinion_id=command.opinion_id, text=command.text, on=on)]


def opinions_filed(state: AppraisalState, command: FileOpinions, on: date) -> list[Event]:
    """The opinions are on file; an open question bars it."""
    _refuse_unreported(state)
    if state.filed_on is not None:
        raise Refusal("already_filed", f"整改意见已于 {state.filed_on.isoformat()} 备案。")
    if not may_file(state.standings):
        raise Refusal(
            "open_questions", f"提问 {'、'.join(state.open_questions)} 未答复也未承诺；请先逐条答复或承诺，再报备案。"
        )
    return [OpinionsFiled(number=command.number, on=on, paper=command.paper)]


def implementation_reported(state: AppraisalState, command: ReportImplementation, on: date) -> list[Event]:
    """The implementation waits for its check."""
    opinion = _opinion(state, command.opinion_id)
    if opinion.reported_on is not None:
        raise Refusal("already_reported", f"整改意见 {command.opinion_id} 的落实情况已经上报。")
    return [ImplementationReported(opinion_id=command.opinion_id, on=on, paper=command.paper)]


def implementation_checked(state: AppraisalState, command: CheckImplementation, on: date) -> list[Event]:
    """Found satisfying, or to be done again."""
    opinion = _opinion(state, command.opinion_id)
    if opinion.implemented:
        raise Refusal("already_checked", f"整改意见 {command.opinion_id} 的落实情况已经检查认可。")
    if opinion.reported_on is None:
        raise Refusal(
            "implementation_not_reported", f"整改意见 {command.opinion_id} 尚未上报落实情况；请先登记落实情况。"
        )
    if on < opinion.reported_on:
        raise Refusal(
            "out_of_order", f"检查日期 {on.isoformat()} 早于上报日期 {opinion.reported_on.isoformat()}；请核对日期。"
        )
    return [
        ImplementationChecked(opinion_id=command.opinion_id, satisfied=command.satisfied, on=on, paper=command.paper)
    ]


def implementation_waived(state: AppraisalState, command: WaiveImplementation, on: date) -> list[Event]:
    """The poll need not wait for the opinions."""
    if state.decided:
        raise Refusal("already_judged", "测评已有结果，不需要同意提前测评。")
    return [ImplementationWaived(reason=command.reason, on=on, paper=command.paper)]


def _refuse_unreported(state: AppraisalState) -> None:
    if state.reported_on is None:
        raise Refusal("not_reported", "尚未述职述廉；请先登记述职报告。")


def _opinion(state: AppraisalState, opinion_id: str) -> Opinion:
    try:
        return state.opinions[opinion_id]
    except KeyError:
        raise Refusal("unknown_opinion", f"没有编号为 {opinion_id} 的整改意见；请核对编号。") from None
