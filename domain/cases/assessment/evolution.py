"""How an assessment's state follows from its events."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from domain.cases.assessment.events import (
    Annulled,
    BonusEntered,
    DeductionEntered,
    Finalised,
    Judged,
    LastDecided,
    ObjectionDecided,
    ObjectionRaised,
    Opened,
    PublicityEnded,
    RankingPublished,
    Rejudged,
    Reopened,
    ScoresEntered,
    UnitFlagged,
    UnitFlagWithdrawn,
    VetoProposed,
    VetoWithdrawn,
)
from domain.cases.assessment.state import AssessmentState, Objection, Stage
from domain.events import Event
from domain.rules.ranking import Ranking, annulled, decide_last
from domain.rules.veto import UnitFlag, Veto


def evolve(state: AssessmentState, event: Event) -> AssessmentState:
    """The state after an event."""
    match event:
        case Opened():
            return replace(
                state,
                year=event.year,
                subjects={post.id: post for post in event.subjects},
                not_assessed=frozenset(event.not_assessed),
                opened_on=event.on,
            )
        case ScoresEntered() | BonusEntered() | DeductionEntered():
            return _scored(state, event)
        case ObjectionRaised() | ObjectionDecided():
            return _objected(state, event)
        case VetoProposed() | VetoWithdrawn() | UnitFlagged() | UnitFlagWithdrawn() | Judged() | Rejudged():
            return _judged(state, event)
        case _:
            return _published(state, event)


def _scored(state: AssessmentState, event: ScoresEntered | BonusEntered | DeductionEntered) -> AssessmentState:
    subject = event.subject
    match event:
        case ScoresEntered():
            tables = state.marks.get(subject, {})
            table = {**tables.get(event.table, {}), event.method: event.marks}
            return replace(state, marks={**state.marks, subject: {**tables, event.table: table}})
        case BonusEntered():
            bonus = state.bonus.get(subject, Fraction(0)) + event.points
            return replace(state, bonus={**state.bonus, subject: bonus})
        case DeductionEntered():
            taken = state.deductions.get(subject, {})
            points = taken.get(event.table, Fraction(0)) + event.points
            return replace(state, deductions={**state.deductions, subject: {**taken, event.table: points}})


def _objected(state: AssessmentState, event: ObjectionRaised | ObjectionDecided) -> AssessmentState:
    match event:
        case ObjectionRaised():
            objection = Objection(event.objection_id, event.subject, event.text)
        case ObjectionDecided():
            raised = state.objections[event.objection_id]
            objection = replace(raised, upheld=event.upheld, reason=event.reason)
    return replace(state, objections={**state.objections, event.objection_id: objection})


def _published(state: AssessmentState, event: Event) -> AssessmentState:
    """What happens to the ranking once there is one."""
    match event:
        case RankingPublished():
            return replace(
                state,
                stage=Stage.PUBLICITY,
                rankings=event.rankings,
                published_on=event.on,
                publicity_until=event.publicity_until,
                publications=state.publications + 1,
                publicity_ended=False,
            )
        case LastDecided():
            rankings = tuple(_with_last(ranking, event) for ranking in state.rankings)
            return replace(state, rankings=rankings, judged=False, told_by_earlier=False)
        case Reopened():
            return replace(state, stage=Stage.SCORING, rankings=(), published_on=None, publicity_until=None)
        case PublicityEnded():
            return replace(state, stage=Stage.OBJECTIONS, publicity_ended=True)
        case Finalised():
            return replace(state, stage=Stage.FINAL, judged=False, told_by_earlier=False)
        case Annulled():
            return replace(
                state,
                stage=Stage.ANNULLED,
                rankings=tuple(annulled(ranking) for ranking in state.rankings),
                annulled_on=event.on,
                judged=False,
                told_by_earlier=False,
            )
        case _:
            raise ValueError(f"{event.type_name} is no event of an assessment")


def _with_last(ranking: Ranking, event: LastDecided) -> Ranking:
    fits = ranking.last_undecided and set(event.last) <= set(ranking.tied_for_last)
    if ranking.group != event.group or not fits:
        return ranking  # another group, or corrected scores have broken the tie since
    return decide_last(ranking, event.last)


def _judged(
    state: AssessmentState,
    event: VetoProposed | VetoWithdrawn | UnitFlagged | UnitFlagWithdrawn | Judged | Rejudged,
) -> AssessmentState:
    match event:
        case VetoProposed():
            veto = Veto(person=event.person, subject=event.subject, years=event.years)
            return replace(state, vetoes=(*state.vetoes, veto))
        case VetoWithdrawn():
            veto = Veto(person=event.person, subject=event.subject, years=event.years)
            return replace(state, vetoes=tuple(each for each in state.vetoes if each != veto))
        case UnitFlagged():
            return replace(state, flags=(*state.flags, UnitFlag(subject=event.subject, years=event.years)))
        case UnitFlagWithdrawn():
            flag = UnitFlag(subject=event.subject, years=event.years)
            return replace(state, flags=tuple(each for each in state.flags if each != flag))
        case Judged():
            return replace(state, judged=True, told_by_earlier=False, awaits=event.awaits)
        case Rejudged():
            return replace(state, judged=False, told_by_earlier=state.judged)
