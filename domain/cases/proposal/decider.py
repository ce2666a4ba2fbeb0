"""The process of a proposal: each body in its turn, with its time limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from domain.acts import Actor, Command, Refusal
from domain.cases.case import CaseFacts, CaseKind, Context, Deadline, Effect, end_of, reminder_time
from domain.cases.dates import business_date, plan_reminders
from domain.cases.proposal.commands import (
    AmendProposal,
    CompleteProposal,
    DecideStep,
    ReportProgress,
    SubmitProposal,
    WithdrawProposal,
)
from domain.cases.proposal.events import (
    Amended,
    Completed,
    ProgressReported,
    ReminderSent,
    StepDecided,
    StepOutcome,
    StepOverdue,
    Submitted,
    TimeLimit,
    Withdrawn,
)
from domain.cases.proposal.evolution import evolve
from domain.cases.proposal.stages import TIMED, Stage
from domain.cases.proposal.state import ProposalState
from domain.cases.proposal.voting import outcome_of, refuse_out_of_turn, vote_outcome
from domain.events import Event, Recorded
from domain.rules.proposal import Step, next_step, posting_until, step_due


class ProposalDecider:
    """Prior supervision 事前监督 of one proposal."""

    kind = CaseKind.PROPOSAL
    commands: Sequence[type[Command]] = (
        SubmitProposal,
        DecideStep,
        AmendProposal,
        WithdrawProposal,
        ReportProgress,
        CompleteProposal,
    )

    def initial(self) -> ProposalState:
        """The state before anything happened."""
        return ProposalState()

    def decide(self, state: ProposalState, command: Command, actor: Actor, context: Context) -> list[Event]:
        """The events of an act. Raises `Refusal`."""
        on = business_date(command, context, not_before=state.since)
        match command:
            case SubmitProposal():
                return [_submitted(state, command, on, context)]
            case DecideStep():
                return [_decided(state, command, actor, on, context)]
            case AmendProposal():
                return [_amended(state, command, on, context)]
            case WithdrawProposal():
                _refuse_decided(state, "撤回")
                return [Withdrawn(reason=command.reason, on=on, paper=command.paper)]
            case ReportProgress():
                _refuse_not_in_progress(state)
                return [ProgressReported(text=command.text, percent=command.percent, on=on, paper=command.paper)]
            case CompleteProposal():
                _refuse_not_in_progress(state)
                return [Completed(text=command.text, on=on, paper=command.paper)]
            case _:
                raise Refusal("unknown_act", f"议案不办理“{command.act}”。")

    def evolve(self, state: ProposalState, recorded: Recorded) -> ProposalState:
        """The state after an event."""
        return evolve(state, recorded.event)

    def deadlines(self, state: ProposalState, context: Context) -> list[Deadline]:
        """The reminders of the step in hand and the end of its time limit."""
        if state.limit is None or state.overdue_recorded:
            return []
        due = state.limit.due
        name = f"{state.stage.value}:{due.isoformat()}:{state.turn}"
        waiting = [
            Deadline(key=f"reminder:{name}:{days}", at=reminder_time(due - timedelta(days=days)))
            for days in state.limit.reminders
            if days not in state.reminded
        ]
        waiting.append(Deadline(key=f"overdue:{name}", at=end_of(due)))
        return sorted(waiting, key=lambda deadline: deadline.at)

    def pass_deadline(self, state: ProposalState, deadline: Deadline, context: Context) -> list[Event]:
        """A reminder is sent, or the step is late."""
        if state.limit is None:
            raise ValueError(f"the proposal waits for nothing, yet {deadline.key} came")
        due = state.limit.due
        if deadline.key.startswith("overdue:"):
            return [StepOverdue(step=state.stage, due=due)]
        days = int(deadline.key.rpartition(":")[2])
        return [ReminderSent(step=state.stage, due=due, days_before=days, on=due - timedelta(days=days))]

    def effects(self, state: ProposalState, recorded: Recorded) -> list[Effect]:
        """None of its own: every case tells its cycle what came of it."""
        return []

    def facts(self, state: ProposalState) -> CaseFacts:
        """The case in a few words."""
        return CaseFacts(
            stage=state.stage.value,
            year=state.year,
            subject=state.village or None,
            title=f"议案 {state.village}：{state.title}",
            due=state.limit.due if state.limit is not None else None,
            open=state.open,
            outcome=state.outcome.value if state.outcome is not None else None,
        )

    def rederive(self, state: ProposalState, event: Event, context: Context) -> Event:
        """The event with its dates, and a vote's result, computed anew from the facts entered."""
        match event:
            case Submitted() | Amended():
                return event.model_copy(update={"limit": _limit(event.on, context)})
            case StepDecided():
                return _rederived(state, event, context)
            case _:
                return event


def _limit(on: date, context: Context) -> TimeLimit:
    policy = context.policy.proposal
    due = step_due(policy, on, context.calendar)
    return TimeLimit(due=due, reminders=plan_reminders(due, policy.reminders, context.now))


def _submitted(state: ProposalState, command: SubmitProposal, on: date, context: Context) -> Submitted:
    if state.submitted:
        raise Refusal("already_open", f"议案 {state.proposal_id} 已经提交。")
    return Submitted(
        proposal_id=command.proposal_id,
        year=command.year,
        village=command.village,
        title=command.title,
        text=command.text,
        deputies=command.deputies,
        on=on,
        limit=_limit(on, context),
        paper=command.paper,
    )


def _decided(state: ProposalState, command: DecideStep, actor: Actor, on: date, context: Context) -> StepDecided:
    refuse_out_of_turn(state, command, actor)
    outcome = outcome_of(state, command)
    decided = StepDecided(
        step=command.step,
        decision=outcome,
        on=on,
        reason=command.reason,
        votes=command.votes,
        form=command.form,
        entitled=state.deputies if command.step is Step.DEPUTIES else command.entitled,
        present=command.present,
        next_stage=command.to or state.stage,
        limit=None,
        paper=command.paper,
    )
    return _with_consequences(state, decided, context)


def _rederived(state: ProposalState, event: StepDecided, context: Context) -> StepDecided:
    if event.step.value != state.stage.value:
        return event  # without effect now, see `evolve`
    outcome = event.decision
    if event.votes is not None and outcome is not StepOutcome.RETURN:
        entered = DecideStep(
            step=event.step, votes=event.votes, form=event.form, entitled=event.entitled, present=event.present
        )
        outcome = vote_outcome(state.deputies, entered)
    return _with_consequences(state, event.model_copy(update={"decision": outcome}), context)


def _with_consequences(state: ProposalState, event: StepDecided, context: Context) -> StepDecided:
    """The decision with where it sends the proposal, and until when the next body decides."""
    posted = None
    match event.decision:
        case StepOutcome.NO_QUORUM:
            return event.model_copy(update={"next_stage": state.stage, "limit": state.limit, "posted_until": None})
        case StepOutcome.APPROVE:
            following = next_step(event.step)
            stage = Stage.IN_PROGRESS if following is None else Stage(following.value)
            posted = posting_until(event.on) if event.step is Step.VILLAGE_MEETING else None
        case StepOutcome.RETURN:
            stage = event.next_stage
        case StepOutcome.REJECT:
            stage = Stage.REJECTED
        case _:
            assert_never(event.decision)
    limit = _limit(event.on, context) if stage in TIMED else None
    return event.model_copy(update={"next_stage": stage, "limit": limit, "posted_until": posted})


def _amended(state: ProposalState, command: AmendProposal, on: date, context: Context) -> Amended:
    _refuse_decided(state, "修改")
    if command.title is None and command.text is None:
        raise Refusal("nothing_amended", "没有填写修改内容；请填写新的标题或正文。")
    return Amended(title=command.title, text=command.text, on=on, limit=_limit(on, context), paper=command.paper)


def _refuse_decided(state: ProposalState, what: str) -> None:
    if not state.undecided:
        raise Refusal("already_decided", f"议案{state.stage.label}，不能再{what}；如有新情况请另行提出议案。")


def _refuse_not_in_progress(state: ProposalState) -> None:
    if state.stage is not Stage.IN_PROGRESS:
        raise Refusal("not_in_progress", f"议案{state.stage.label}，不在实施中，没有进展可报。")
