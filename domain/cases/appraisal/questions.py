"""Questions at the report: each gets an answer or a commitment, and a commitment is followed."""

from __future__ import annotations

from datetime import date

from domain.acts import Actor, Refusal, Role
from domain.cases.appraisal.commands import AnswerQuestion, CommitToQuestion, MarkCommitment, RaiseQuestion, RateAnswer
from domain.cases.appraisal.events import (
    AnswerRated,
    CommitmentMade,
    CommitmentMarked,
    QuestionAnswered,
    QuestionRaised,
)
from domain.cases.appraisal.state import AppraisalState, Question
from domain.events import Event
from domain.rules.questions import Standing, commitment_broken


def question_raised(state: AppraisalState, command: RaiseQuestion, actor: Actor, on: date) -> list[Event]:
    """A question is put on the list, with the name of the deputy who asks."""
    deputy = command.deputy
    if actor.role is Role.DEPUTY:
        deputy = actor.on_behalf_of or actor.id
        if command.deputy not in (None, deputy):
            raise Refusal("not_yours", "代表只能以本人名义提问；代他人提问请由工作人员录入。")
    if state.reported_on is None:
        raise Refusal("not_reported", "尚未述职述廉，不能登记提问；请先登记述职报告。")
    if state.filed_on is not None:
        raise Refusal("already_filed", "整改意见已报镇纪委备案，述职提问已经结束。")
    if state.poll_id is not None or state.decided:
        raise Refusal("poll_begun", "已经进入测评，述职提问已经结束。")
    if command.question_id in state.questions:
        raise Refusal("question_exists", f"提问编号 {command.question_id} 已经使用；请另编一个。")
    return [
        QuestionRaised(question_id=command.question_id, text=command.text, deputy=deputy, on=on, paper=command.paper)
    ]


def question_answered(state: AppraisalState, command: AnswerQuestion, on: date) -> list[Event]:
    """The question is settled."""
    _refuse_unless_open(state, command.question_id)
    return [QuestionAnswered(question_id=command.question_id, text=command.text, on=on, paper=command.paper)]


def commitment_made(state: AppraisalState, command: CommitToQuestion, on: date) -> list[Event]:
    """The question is settled for now."""
    _refuse_unless_open(state, command.question_id)
    if command.due < on:
        raise Refusal(
            "due_in_the_past",
            f"承诺期限 {command.due.isoformat()} 早于承诺日期 {on.isoformat()}；请核对期限。",
        )
    return [
        CommitmentMade(
            question_id=command.question_id,
            measure=command.measure,
            owner=command.owner,
            due=command.due,
            on=on,
            paper=command.paper,
        )
    ]


def commitment_marked(state: AppraisalState, command: MarkCommitment, on: date) -> list[Event]:
    """Kept, also after its due date; broken only once that is past."""
    question = _question(state, command.question_id)
    if question.due is None:
        raise Refusal("no_commitment", f"提问 {command.question_id} 没有承诺事项，无需登记兑现情况。")
    if question.kept is not None:
        raise Refusal("already_marked", f"提问 {command.question_id} 的承诺已登记为{_kept(question.kept)}。")
    if not command.kept and not commitment_broken(question.due, command.kept, on):
        raise Refusal(
            "not_due_yet", f"承诺期限 {question.due.isoformat()} 尚未过，不能登记为未兑现；请在期限过后登记。"
        )
    return [CommitmentMarked(question_id=command.question_id, kept=command.kept, on=on, paper=command.paper)]


def answer_rated(state: AppraisalState, command: RateAnswer, actor: Actor, on: date) -> list[Event]:
    """By the deputy who asked, once there is something to rate; the staff record whose rating it is."""
    question = _question(state, command.question_id)
    whose = actor.id if actor.role is Role.DEPUTY and actor.on_behalf_of is None else actor.on_behalf_of
    if question.deputy is None or whose != question.deputy:
        raise Refusal(
            "not_yours", f"提问 {command.question_id} 只能由提问的代表本人评价；工作人员代录时请写明代谁评价。"
        )
    if question.standing is Standing.OPEN:
        raise Refusal("not_answered", f"提问 {command.question_id} 还没有答复或承诺，不能评价。")
    return [
        AnswerRated(
            question_id=command.question_id, rating=command.rating, text=command.text, on=on, paper=command.paper
        )
    ]


def _kept(kept: bool) -> str:
    return "已兑现" if kept else "未兑现"


def _question(state: AppraisalState, question_id: str) -> Question:
    try:
        return state.questions[question_id]
    except KeyError:
        raise Refusal("unknown_question", f"没有编号为 {question_id} 的提问；请核对编号。") from None


def _refuse_unless_open(state: AppraisalState, question_id: str) -> None:
    standing = _question(state, question_id).standing
    if standing is Standing.ANSWERED:
        raise Refusal("already_answered", f"提问 {question_id} 已经答复。")
    if standing is Standing.COMMITTED:
        raise Refusal("already_committed", f"提问 {question_id} 已作承诺；请登记承诺的兑现情况。")
