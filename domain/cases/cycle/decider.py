"""The process of a town's year: it starts the cases that belong to it and hears what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.acts import Actor, Command, Refusal
from domain.cases.case import CaseFacts, CaseKind, Context, Deadline, Effect, start_of
from domain.cases.cycle.commands import (
    CallPoll,
    ChangeHead,
    CloseCycle,
    OpenCycle,
    RecordOutcome,
    RegisterProposal,
    StartAppraisal,
    StartAssessment,
)
from domain.cases.cycle.events import (
    AppraisalStarted,
    AssessmentStarted,
    Closed,
    HeadChanged,
    HeadTookOver,
    Opened,
    OutcomeRecorded,
    PollCalled,
    ProposalRegistered,
)
from domain.cases.cycle.evolution import evolve
from domain.cases.cycle.openings import effects_of
from domain.cases.cycle.state import CaseOfYear, Change, CycleState, Stage
from domain.cases.cycle.subjects import refuse_unknown
from domain.cases.dates import business_date
from domain.cases.poll.commands import ItemKind
from domain.events import Event, Recorded


class CycleDecider:
    """A year of a town: prior, in-process and post supervision."""

    kind = CaseKind.CYCLE
    commands: Sequence[type[Command]] = (
        OpenCycle,
        RegisterProposal,
        StartAppraisal,
        CallPoll,
        StartAssessment,
        ChangeHead,
        RecordOutcome,
        CloseCycle,
    )

    def initial(self) -> CycleState:
        """The state before anything happened."""
        return CycleState()

    def decide(self, state: CycleState, command: Command, actor: Actor, context: Context) -> list[Event]:
        """The events of an act. Raises `Refusal`."""
        on = business_date(command, context)
        if isinstance(command, RecordOutcome):
            return _outcome(state, command, on)
        if state.stage is Stage.CLOSED:
            raise Refusal("closed", f"{state.year} 年度监督工作已经结束，不能再办理；请在当年度办理。")
        match command:
            case OpenCycle():
                return [_opened(state, command, on)]
            case RegisterProposal():
                return _proposal(state, command, on)
            case StartAppraisal():
                return _appraisal(state, command, on)
            case CallPoll():
                return _poll(state, command, on)
            case StartAssessment():
                return _assessment(state, command, on)
            case ChangeHead():
                return _head(state, command, on)
            case CloseCycle():
                return _closed(state, command, on)
            case _:
                raise Refusal("unknown_act", f"年度监督不办理“{command.act}”。")

    def evolve(self, state: CycleState, recorded: Recorded) -> CycleState:
        """The state after an event."""
        return evolve(state, recorded.event)

    def deadlines(self, state: CycleState, context: Context) -> list[Deadline]:
        """The days on which heads change that were entered before them."""
        if state.stage is Stage.CLOSED:
            return []
        ahead = sorted((change for change in state.changes if not change.told), key=lambda change: change.from_)
        return [Deadline(key=_key(change), at=start_of(change.from_)) for change in ahead]

    def pass_deadline(self, state: CycleState, deadline: Deadline, context: Context) -> list[Event]:
        """A head takes over."""
        change = next(change for change in state.changes if not change.told and _key(change) == deadline.key)
        return [HeadTookOver(subject=change.subject, responsible=change.responsible, from_=change.from_)]

    def effects(self, state: CycleState, recorded: Recorded) -> list[Effect]:
        """The cases that an event starts or tells."""
        return effects_of(state, recorded.event)

    def facts(self, state: CycleState) -> CaseFacts:
        """The case in a few words."""
        return CaseFacts(
            stage=state.stage.value,
            year=state.year,
            subject=None,
            title=f"{state.year} 年度监督",
            due=None,
            open=state.stage is not Stage.CLOSED,
            outcome=Stage.CLOSED.value if state.stage is Stage.CLOSED else None,
        )


def _key(change: Change) -> str:
    return f"head:{change.subject}:{change.from_.isoformat()}:{change.responsible}"


def _opened(state: CycleState, command: OpenCycle, on: date) -> Opened:
    if state.since is not None:
        raise Refusal("already_open", f"{state.year} 年度监督工作已经开始。")
    return Opened(year=command.year, subjects=command.subjects, deputies=command.deputies, on=on)


def _proposal(state: CycleState, command: RegisterProposal, on: date) -> list[Event]:
    if state.has(CaseKind.PROPOSAL, f"{state.year}-{command.proposal_id}"):
        raise Refusal("proposal_exists", f"议案编号 {command.proposal_id} 本年度已经使用；请另编一个。")
    return [
        ProposalRegistered(
            proposal_id=command.proposal_id,
            village=command.village,
            title=command.title,
            text=command.text,
            on=on,
            paper=command.paper,
        )
    ]


def _appraisal(state: CycleState, command: StartAppraisal, on: date) -> list[Event]:
    refuse_unknown(state, command.subject)
    if state.has(CaseKind.APPRAISAL, f"{state.year}-{command.subject}"):
        raise Refusal("appraisal_exists", f"{state.subjects[command.subject].name} 本年度述职测评已经开始。")
    return [AppraisalStarted(subject=state.post(command.subject, on), on=on)]


def _poll(state: CycleState, command: CallPoll, on: date) -> list[Event]:
    if state.has(CaseKind.POLL, f"{state.year}-{command.poll_id}"):
        raise Refusal("poll_exists", f"测评编号 {command.poll_id} 本年度已经使用；请另编一个。")
    for item in command.items:
        refuse_unknown(state, item.subject)
        if item.case_kind is ItemKind.APPRAISAL and not state.has(CaseKind.APPRAISAL, item.case_id):
            raise Refusal(
                "appraisal_not_started", f"{state.subjects[item.subject].name} 的述职测评尚未开始；请先开始再召集测评。"
            )
    return [
        PollCalled(
            poll_id=command.poll_id,
            day=command.date,
            mode=command.mode,
            revote=command.revote,
            items=command.items,
            dimensions=command.dimensions,
            session=command.session,
            on=on,
        )
    ]


def _assessment(state: CycleState, command: StartAssessment, on: date) -> list[Event]:
    if state.has(CaseKind.ASSESSMENT, str(state.year)):
        raise Refusal("assessment_exists", f"{state.year} 年度考核已经开始。")
    for subject in command.not_assessed:
        refuse_unknown(state, subject)
    subjects = tuple(state.post(subject, on) for subject in state.subjects)
    return [AssessmentStarted(subjects=subjects, not_assessed=command.not_assessed, on=on)]


def _head(state: CycleState, command: ChangeHead, on: date) -> list[Event]:
    refuse_unknown(state, command.subject)
    if any(change.names(command.subject, command.responsible, command.from_) for change in state.changes):
        return []
    return [HeadChanged(subject=command.subject, responsible=command.responsible, from_=command.from_, on=on)]


def _outcome(state: CycleState, command: RecordOutcome, on: date) -> list[Event]:
    told = CaseOfYear(command.kind, command.case_id, command.outcome or None, command.open)
    if state.cases.get(told.stream) == told:
        return []
    return [
        OutcomeRecorded(kind=command.kind, case_id=command.case_id, outcome=command.outcome, open=command.open, on=on)
    ]


def _closed(state: CycleState, command: CloseCycle, on: date) -> list[Event]:
    waiting = [case.stream for case in state.undecided()]
    if waiting and not command.reason:
        raise Refusal(
            "cases_open",
            f"还有 {len(waiting)} 件未办结：{'、'.join(waiting)}。请先办结，或写明理由后结束年度（未结案件继续办理）。",
        )
    return [Closed(reason=command.reason, still_open=tuple(waiting), on=on)]
