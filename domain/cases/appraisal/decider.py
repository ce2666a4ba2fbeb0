"""The process of an appraisal: report, questions, opinions, implementation, poll; then what is still followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.acts import Actor, Command, Refusal
from domain.cases.appraisal.commands import (
    AnswerQuestion,
    CheckImplementation,
    CommitToQuestion,
    FileOpinions,
    ItemiseOpinion,
    MarkCommitment,
    OpenAppraisal,
    PutToPoll,
    RaiseQuestion,
    RateAnswer,
    ReplaceHead,
    ReportImplementation,
    SubmitReport,
    WaiveImplementation,
    WithdrawFromPoll,
)
from domain.cases.appraisal.events import (
    CommitmentDue,
    FilingOverdue,
    HeadReplaced,
    Judged,
    Opened,
    ReportSubmitted,
)
from domain.cases.appraisal.evolution import evolve
from domain.cases.appraisal.opinions import (
    implementation_checked,
    implementation_reported,
    implementation_waived,
    opinion_itemised,
    opinions_filed,
)
from domain.cases.appraisal.polling import poll_judged, put_to_poll, ready_since, withdrawn_from_poll
from domain.cases.appraisal.questions import (
    answer_rated,
    commitment_made,
    commitment_marked,
    question_answered,
    question_raised,
)
from domain.cases.appraisal.state import AppraisalState
from domain.cases.case import CaseFacts, CaseKind, Context, Deadline, Effect, StartCase, end_of
from domain.cases.dates import business_date
from domain.cases.poll.result import TakePollResult
from domain.cases.rectification.commands import OpenRectification
from domain.events import Event, Recorded
from domain.rules.questions import filing_due
from domain.rules.verdict import Outcome


class AppraisalDecider:
    """In-process supervision 事中监督 of one subject in one year."""

    kind = CaseKind.APPRAISAL
    commands: Sequence[type[Command]] = (
        OpenAppraisal,
        SubmitReport,
        RaiseQuestion,
        AnswerQuestion,
        CommitToQuestion,
        MarkCommitment,
        RateAnswer,
        ItemiseOpinion,
        FileOpinions,
        ReportImplementation,
        CheckImplementation,
        WaiveImplementation,
        PutToPoll,
        WithdrawFromPoll,
        TakePollResult,
        ReplaceHead,
    )

    def initial(self) -> AppraisalState:
        """The state before anything happened."""
        return AppraisalState()

    def decide(self, state: AppraisalState, command: Command, actor: Actor, context: Context) -> list[Event]:
        """The events of an act. Raises `Refusal`."""
        on = business_date(command, context, _not_before(state, command, context))
        match command:
            case OpenAppraisal():
                return [_opened(state, command, on)]
            case SubmitReport():
                return [_reported(state, command, on, context)]
            case ReplaceHead():
                return _replaced(state, command)
            case PutToPoll():
                return put_to_poll(state, command, on, context)
            case WithdrawFromPoll():
                return withdrawn_from_poll(state, command, on)
            case TakePollResult():
                return poll_judged(state, command, context)
            case _:
                return _decide_on_items(state, command, actor, on)

    def evolve(self, state: AppraisalState, recorded: Recorded) -> AppraisalState:
        """The state after an event."""
        return evolve(state, recorded.event)

    def deadlines(self, state: AppraisalState, context: Context) -> list[Deadline]:
        """The filing of the opinions, and the due dates of the commitments."""
        waiting: list[Deadline] = []
        if state.unfiled and state.filing_due is not None and not state.filing_overdue:
            waiting.append(Deadline(key=f"filing_overdue:{state.filing_due.isoformat()}", at=end_of(state.filing_due)))
        waiting += [
            Deadline(key=f"commitment_due:{question_id}:{question.due.isoformat()}", at=end_of(question.due))
            for question_id, question in state.questions.items()
            if question.followed and question.due is not None and not question.due_passed
        ]
        return sorted(waiting, key=lambda deadline: deadline.at)

    def pass_deadline(self, state: AppraisalState, deadline: Deadline, context: Context) -> list[Event]:
        """The filing is late, or a commitment is due."""
        kind, _, rest = deadline.key.partition(":")
        if kind == "filing_overdue" and state.filing_due is not None:
            return [FilingOverdue(due=state.filing_due)]
        question_id = rest.rpartition(":")[0]
        question = state.questions.get(question_id)
        if kind != "commitment_due" or question is None or question.due is None:
            raise ValueError(f"the appraisal does not wait for {deadline.key}")
        return [CommitmentDue(question_id=question_id, due=question.due)]

    def effects(self, state: AppraisalState, recorded: Recorded) -> list[Effect]:
        """A failure starts the rectification."""
        match recorded.event:
            case Judged() as event if event.verdict.verdict is Outcome.FAIL and state.holders is not None:
                opening = OpenRectification(
                    year=state.year,
                    subject=state.holders.post.model_copy(update={"responsible": event.responsible}),
                    failed=event.verdict,
                    on=event.on,
                )
                case_id = f"{state.year}-{state.subject_id}"
                return [StartCase(kind=CaseKind.RECTIFICATION, case_id=case_id, opening=opening)]
            case _:
                return []

    def facts(self, state: AppraisalState) -> CaseFacts:
        """The case in a few words."""
        name = "" if state.holders is None else state.holders.post.name
        return CaseFacts(
            stage=state.stage.value,
            year=state.year,
            subject=state.subject_id or None,
            title=f"述职测评 {name}（{state.year} 年）",
            due=_due(state),
            open=state.open,
            outcome=state.verdict.verdict.value if state.verdict is not None and state.decided else None,
        )

    def rederive(self, state: AppraisalState, event: Event, context: Context) -> Event:
        """The event with its due date or verdict computed anew from the facts entered."""
        match event:
            case ReportSubmitted():
                return event.model_copy(update={"filing_due": _filing_due(event.on, context)})
            case Judged():
                return event.model_copy(update={"verdict": event.result.verdict(context.policy.appraisal)})
            case _:
                return event


def _decide_on_items(state: AppraisalState, command: Command, actor: Actor, on: date) -> list[Event]:
    """Questions and opinions, one by one."""
    match command:
        case RaiseQuestion():
            return question_raised(state, command, actor, on)
        case AnswerQuestion():
            return question_answered(state, command, on)
        case CommitToQuestion():
            return commitment_made(state, command, on)
        case MarkCommitment():
            return commitment_marked(state, command, on)
        case RateAnswer():
            return answer_rated(state, command, actor, on)
        case ItemiseOpinion():
            return opinion_itemised(state, command, on)
        case FileOpinions():
            return opinions_filed(state, command, on)
        case ReportImplementation():
            return implementation_reported(state, command, on)
        case CheckImplementation():
            return implementation_checked(state, command, on)
        case WaiveImplementation():
            return implementation_waived(state, command, on)
        case _:
            raise Refusal("unknown_act", f"述职测评不办理“{command.act}”。")


def _opened(state: AppraisalState, command: OpenAppraisal, on: date) -> Opened:
    if state.opened_on is not None:
        raise Refusal("already_open", f"{state.subject_id} 的述职测评已经立案。")
    return Opened(year=command.year, subject=command.subject, on=on)


def _reported(state: AppraisalState, command: SubmitReport, on: date, context: Context) -> ReportSubmitted:
    if state.reported_on is not None:
        raise Refusal("already_reported", f"述职报告已于 {state.reported_on.isoformat()} 登记。")
    return ReportSubmitted(form=command.form, on=on, filing_due=_filing_due(on, context), paper=command.paper)


def _filing_due(reported_on: date, context: Context) -> date:
    return filing_due(context.policy.rectification, reported_on, context.calendar)


def _due(state: AppraisalState) -> date | None:
    dues = [question.due for question in state.questions.values() if question.followed and question.due is not None]
    if state.unfiled and state.filing_due is not None:
        dues.append(state.filing_due)
    return min(dues, default=None)


def _replaced(state: AppraisalState, command: ReplaceHead) -> list[Event]:
    if state.holders is None or state.holders.knows(command.from_, command.responsible):
        return []
    return [HeadReplaced(responsible=command.responsible, from_=command.from_)]


def _not_before(state: AppraisalState, command: Command, context: Context) -> date | None:
    """The date of the act that this one follows."""
    match command:
        case SubmitReport():
            return state.opened_on
        case AnswerQuestion() | CommitToQuestion() | MarkCommitment() | RateAnswer():
            question = state.questions.get(command.question_id)
            settled = None if question is None else question.settled_on
            return settled or state.reported_on
        case PutToPoll():
            return ready_since(state, context.policy.appraisal)
        case WithdrawFromPoll():
            return state.put_on
        case OpenAppraisal() | ReplaceHead() | TakePollResult():
            return None
        case _:
            return state.reported_on
