"""How an appraisal's state follows from its events."""

from __future__ import annotations

from dataclasses import replace

from domain.cases.appraisal.events import (
    AnswerRated,
    CommitmentDue,
    CommitmentMade,
    CommitmentMarked,
    Criticised,
    FilingOverdue,
    HeadReplaced,
    ImplementationChecked,
    ImplementationReported,
    ImplementationWaived,
    Judged,
    Opened,
    OpinionItemised,
    OpinionsFiled,
    PollRefused,
    PutToPoll,
    QuestionAnswered,
    QuestionRaised,
    ReportSubmitted,
    WithdrawnFromPoll,
)
from domain.cases.appraisal.state import AppraisalState, Opinion, Question
from domain.cases.holders import Holders
from domain.events import Event
from domain.rules.questions import Standing
from domain.rules.verdict import REFUSED


def evolve(state: AppraisalState, event: Event) -> AppraisalState:
    """The state after an event.

    A timer's event about a due date that is not in force has no effect: a correction has moved the date since.
    """
    match event:
        case Opened():
            return replace(state, year=event.year, holders=Holders(event.subject), opened_on=event.on)
        case HeadReplaced() if state.holders is not None:
            return replace(state, holders=state.holders.changed(event.from_, event.responsible))
        case ReportSubmitted():
            return replace(state, form=event.form, reported_on=event.on, filing_due=event.filing_due)
        case (
            QuestionRaised()
            | QuestionAnswered()
            | CommitmentMade()
            | CommitmentDue()
            | CommitmentMarked()
            | AnswerRated()
        ):
            return _with_question(state, event.question_id, _question(state, event))
        case OpinionItemised() | ImplementationReported() | ImplementationChecked():
            opinions = {**state.opinions, event.opinion_id: _opinion(state, event)}
            return replace(state, opinions=opinions)
        case OpinionsFiled():
            in_time = state.filing_due is not None and event.on <= state.filing_due
            return replace(state, filed_on=event.on, filing_overdue=state.filing_overdue and not in_time)
        case FilingOverdue():
            return replace(state, filing_overdue=True) if event.due == state.filing_due else state
        case ImplementationWaived():
            return replace(state, waived=event.reason)
        case PutToPoll() | PollRefused() | WithdrawnFromPoll() | Judged() | Criticised():
            return _polled(state, event)
        case _:
            raise ValueError(f"{event.type_name} is no event of an appraisal")


def _question(
    state: AppraisalState,
    event: QuestionRaised | QuestionAnswered | CommitmentMade | CommitmentDue | CommitmentMarked | AnswerRated,
) -> Question:
    question = state.questions.get(event.question_id, Question())
    match event:
        case QuestionRaised():
            return replace(question, deputy=event.deputy)
        case QuestionAnswered():
            return replace(question, standing=Standing.ANSWERED, settled_on=event.on)
        case CommitmentMade():
            return replace(question, standing=Standing.COMMITTED, settled_on=event.on, due=event.due)
        case CommitmentDue():
            return replace(question, due_passed=question.due_passed or event.due == question.due)
        case CommitmentMarked():
            return replace(question, kept=event.kept, marked_on=event.on)
        case AnswerRated():
            return replace(question, rating=event.rating)


def _with_question(state: AppraisalState, question_id: str, question: Question) -> AppraisalState:
    return replace(state, questions={**state.questions, question_id: question})


def _opinion(state: AppraisalState, event: OpinionItemised | ImplementationReported | ImplementationChecked) -> Opinion:
    opinion = state.opinions.get(event.opinion_id, Opinion())
    match event:
        case OpinionItemised():
            return opinion
        case ImplementationReported():
            return replace(opinion, reported_on=event.on)
        case ImplementationChecked():
            return replace(opinion, checked_on=event.on) if event.satisfied else Opinion()


def _polled(
    state: AppraisalState, event: PutToPoll | PollRefused | WithdrawnFromPoll | Judged | Criticised
) -> AppraisalState:
    match event:
        case PutToPoll():
            return replace(state, poll_id=event.poll_id, put_on=event.on, responsible_at_poll=event.responsible)
        case PollRefused():
            return replace(state, verdict=REFUSED)
        case WithdrawnFromPoll():
            return replace(state, poll_id=None, put_on=None, responsible_at_poll=None)
        case Judged():
            return replace(
                state,
                poll_id=None,
                put_on=None,
                responsible_at_poll=None,
                past_polls=state.past_polls | {event.poll_id},
                verdict=event.verdict,
                judged_on=event.on,
                responsible=event.responsible,
            )
        case Criticised():
            return replace(state, criticised=state.failed)
