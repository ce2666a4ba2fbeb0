"""How a proposal's state follows from its events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

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
from domain.cases.proposal.stages import Stage
from domain.cases.proposal.state import Overdue, Progress, ProposalState
from domain.events import Event


def evolve(state: ProposalState, event: Event) -> ProposalState:
    """The state after an event.

    An event that does not fit has no effect: a correction of an earlier one has sent the proposal elsewhere since.
    """
    match event:
        case Submitted():
            begun = replace(
                state,
                proposal_id=event.proposal_id,
                year=event.year,
                village=event.village,
                title=event.title,
                text=event.text,
                deputies=event.deputies,
            )
            return _turn(begun, Stage.LEAD_REVIEW, event.on, event.limit)
        case StepDecided() if event.step.value == state.stage.value:
            overdue = state.overdue
            if state.overdue_recorded and state.limit is not None and event.on <= state.limit.due:
                overdue = overdue[:-1]  # decided in time and entered late
            decided = replace(state, steps=(*state.steps, event), overdue=overdue, since=event.on)
            if event.decision is StepOutcome.NO_QUORUM:
                return decided  # nothing was decided: the step and its time limit stay
            return _turn(decided, event.next_stage, event.on, event.limit)
        case Amended() if state.undecided:
            amended = replace(
                state,
                title=state.title if event.title is None else event.title,
                text=state.text if event.text is None else event.text,
            )
            return _turn(amended, Stage.LEAD_REVIEW, event.on, event.limit)
        case Withdrawn() if state.undecided:
            return _turn(state, Stage.WITHDRAWN, event.on, None)
        case _:
            return _evolve_aside(state, event)


def _evolve_aside(state: ProposalState, event: Event) -> ProposalState:
    """What does not send the proposal to another body: timers, and how the work comes along."""
    match event:
        case StepOverdue() if _in_force(state, event.step, event.due):
            return replace(state, overdue=(*state.overdue, Overdue(event.step, event.due)), overdue_recorded=True)
        case ReminderSent() if _in_force(state, event.step, event.due):
            return replace(state, reminded=state.reminded | {event.days_before})
        case ProgressReported() if state.stage is Stage.IN_PROGRESS:
            return _reported(state, Progress(event.on, event.percent, event.text), state.stage)
        case Completed() if state.stage is Stage.IN_PROGRESS:
            return _reported(state, Progress(event.on, 100, event.text), Stage.COMPLETED)
        case _:
            return state


def _turn(state: ProposalState, stage: Stage, on: date, limit: TimeLimit | None) -> ProposalState:
    """The proposal in another place, with a time limit of its own."""
    return replace(
        state,
        stage=stage,
        since=on,
        limit=limit,
        turn=state.turn + 1,
        overdue_recorded=False,
        reminded=frozenset(),
    )


def _reported(state: ProposalState, report: Progress, stage: Stage) -> ProposalState:
    return replace(state, stage=stage, since=report.on, progress=(*state.progress, report))


def _in_force(state: ProposalState, step: Stage, due: date) -> bool:
    """Whether a timer's event is about the time limit in force; a correction may have moved it."""
    return state.stage is step and state.limit is not None and state.limit.due == due
