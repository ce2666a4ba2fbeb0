"""The cases that a year starts, and what it tells them."""

from __future__ import annotations

from datetime import date

from domain.cases.appraisal.commands import OpenAppraisal, ReplaceHead
from domain.cases.assessment.commands import OpenAssessment
from domain.cases.case import CaseKind, Effect, StartCase, TellCase
from domain.cases.cycle.events import (
    AppraisalStarted,
    AssessmentStarted,
    HeadChanged,
    HeadTookOver,
    PollCalled,
    ProposalRegistered,
)
from domain.cases.cycle.state import CycleState
from domain.cases.poll.commands import OpenPollCase
from domain.cases.proposal.commands import SubmitProposal
from domain.cases.rectification.commands import ReplaceHeadInRectification
from domain.events import Event


def effects_of(state: CycleState, event: Event) -> list[Effect]:
    """What must follow an event of the year outside it."""
    match event:
        case ProposalRegistered():
            return [_start_proposal(state, event)]
        case AppraisalStarted():
            return [_start_appraisal(state, event)]
        case PollCalled():
            return [_start_poll(state, event)]
        case HeadChanged() if event.from_ <= event.on:
            return _tell_of_head(state, event.subject, event.from_)
        case HeadTookOver():
            return _tell_of_head(state, event.subject, event.from_)
        case AssessmentStarted():
            return [_start_assessment(state, event)]
        case _:
            return []


def _start_proposal(state: CycleState, event: ProposalRegistered) -> StartCase:
    opening = SubmitProposal(
        proposal_id=event.proposal_id,
        year=state.year,
        village=event.village,
        title=event.title,
        text=event.text,
        deputies=state.deputies,
        on=event.on,
        paper=event.paper,
    )
    return StartCase(kind=CaseKind.PROPOSAL, case_id=f"{state.year}-{event.proposal_id}", opening=opening)


def _start_appraisal(state: CycleState, event: AppraisalStarted) -> StartCase:
    opening = OpenAppraisal(year=state.year, subject=event.subject, on=event.on)
    return StartCase(kind=CaseKind.APPRAISAL, case_id=f"{state.year}-{event.subject.id}", opening=opening)


def _start_assessment(state: CycleState, event: AssessmentStarted) -> StartCase:
    opening = OpenAssessment(year=state.year, subjects=event.subjects, not_assessed=event.not_assessed, on=event.on)
    return StartCase(kind=CaseKind.ASSESSMENT, case_id=str(state.year), opening=opening)


def _start_poll(state: CycleState, event: PollCalled) -> StartCase:
    opening = OpenPollCase(
        poll_id=event.poll_id,
        year=state.year,
        date=event.day,
        mode=event.mode,
        revote=event.revote,
        items=event.items,
        dimensions=event.dimensions,
        session=event.session,
        on=event.on,
    )
    return StartCase(kind=CaseKind.POLL, case_id=f"{state.year}-{event.poll_id}", opening=opening)


def _tell_of_head(state: CycleState, subject: str, from_: date) -> list[Effect]:
    """The subject's appraisal, and a rectification it led to, go on with whoever holds the post from the day on."""
    case_id = f"{state.year}-{subject}"
    if not state.has(CaseKind.APPRAISAL, case_id):
        return []
    holder = state.holder(subject, from_)
    appraisal = ReplaceHead(responsible=holder, from_=from_)
    rectification = ReplaceHeadInRectification(responsible=holder, from_=from_)
    return [
        TellCase(kind=CaseKind.APPRAISAL, case_id=case_id, command=appraisal, optional=True),
        TellCase(kind=CaseKind.RECTIFICATION, case_id=case_id, command=rectification, optional=True),
    ]
