"""How a year's state follows from its events."""

from __future__ import annotations

from dataclasses import replace

from domain.cases.case import CaseKind
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
from domain.cases.cycle.state import CaseOfYear, Change, CycleState, Stage
from domain.events import Event


def evolve(state: CycleState, event: Event) -> CycleState:
    """The state after an event."""
    match event:
        case Opened():
            return replace(
                state,
                year=event.year,
                deputies=event.deputies,
                subjects={post.id: post for post in event.subjects},
                since=event.on,
            )
        case HeadChanged():
            change = Change(event.subject, event.responsible, event.from_, told=event.from_ <= event.on)
            return replace(state, changes=(*state.changes, change))
        case HeadTookOver():
            changes = tuple(
                replace(change, told=True) if change.names(event.subject, event.responsible, event.from_) else change
                for change in state.changes
            )
            return replace(state, changes=changes)
        case OutcomeRecorded():
            case = CaseOfYear(event.kind, event.case_id, event.outcome or None, event.open)
            return replace(state, cases={**state.cases, case.stream: case})
        case Closed():
            return replace(state, stage=Stage.CLOSED, closed_on=event.on)
        case _:
            return _started(state, event)


def _started(state: CycleState, event: Event) -> CycleState:
    """A case of the year was started."""
    match event:
        case ProposalRegistered():
            case = CaseOfYear(CaseKind.PROPOSAL, f"{state.year}-{event.proposal_id}")
            stage = Stage.PRIOR
        case AppraisalStarted():
            case = CaseOfYear(CaseKind.APPRAISAL, f"{state.year}-{event.subject.id}")
            stage = Stage.IN_PROCESS
        case PollCalled():
            case = CaseOfYear(CaseKind.POLL, f"{state.year}-{event.poll_id}")
            stage = Stage.IN_PROCESS
        case AssessmentStarted():
            case = CaseOfYear(CaseKind.ASSESSMENT, str(state.year))
            stage = Stage.POST
        case _:
            raise ValueError(f"{event.type_name} is no event of a cycle")
    # A case that ended before it was noted here has told its outcome already.
    cases = {case.stream: case, **state.cases}
    return replace(state, cases=cases, stage=state.stage.at_least(stage))
