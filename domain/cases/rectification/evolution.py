"""How a rectification's state follows from its events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain.cases.holders import Holders
from domain.cases.rectification.commands import ReportDecision
from domain.cases.rectification.events import (
    Closed,
    ExtensionGranted,
    ExtensionRefused,
    HandlingProposed,
    HandlingReason,
    HeadReplaced,
    NoticeServed,
    Opened,
    Overdue,
    OverdueLifted,
    PlanOverdue,
    PlanSubmitted,
    PutToRevote,
    ReminderSent,
    ReportDecided,
    ReportSubmitted,
    RevoteJudged,
    WithdrawnFromRevote,
)
from domain.cases.rectification.state import RectificationState, Report
from domain.events import Event


def evolve(state: RectificationState, event: Event) -> RectificationState:
    """The state after an event.

    A timer's event about a due date that is not in force has no effect: a correction has moved the date since.
    """
    match event:
        case Opened():
            holders = Holders(event.subject)
            return replace(state, year=event.year, holders=holders, failed=event.failed, opened_on=event.on)
        case HeadReplaced() if state.holders is not None:
            return replace(state, holders=state.holders.changed(event.from_, event.responsible))
        case NoticeServed() | PlanSubmitted() | PlanOverdue() | ExtensionGranted() | ExtensionRefused():
            return _periods(state, event)
        case ReportSubmitted() | ReportDecided():
            return _report(state, event)
        case ReminderSent() | Overdue() | OverdueLifted() | HandlingProposed():
            return _warned(state, event)
        case PutToRevote() | WithdrawnFromRevote() | RevoteJudged():
            return _revote(state, event)
        case Closed():
            return replace(state, ended=event.outcome)
        case _:
            raise ValueError(f"{event.type_name} is no event of a rectification")


def _periods(
    state: RectificationState,
    event: NoticeServed | PlanSubmitted | PlanOverdue | ExtensionGranted | ExtensionRefused,
) -> RectificationState:
    match event:
        case NoticeServed():
            return replace(
                state,
                served_on=event.on,
                plan_due=event.plan_due,
                first_due=event.due,
                due=event.due,
                planned_reminders=event.reminders,
            )
        case PlanSubmitted():
            in_time = state.plan_due is not None and event.on <= state.plan_due.rolled
            return replace(state, plan_on=event.on, plan_overdue=state.plan_overdue and not in_time)
        case PlanOverdue():
            fits = state.plan_due is not None and state.plan_due.rolled == event.due
            return replace(state, plan_overdue=True) if fits else state
        case ExtensionGranted():
            # It was asked for in time, or it would not be granted: what was overdue until then never was.
            extended = replace(state, extensions=(*state.extensions, event), due=event.due)
            return _lift(replace(extended, planned_reminders=event.reminders))
        case ExtensionRefused():
            return replace(state, refused_extensions=(*state.refused_extensions, event))


def _report(state: RectificationState, event: ReportSubmitted | ReportDecided) -> RectificationState:
    match event:
        case ReportSubmitted():
            reported = replace(state, report=Report.IN, reported_on=event.on)
            in_time = state.due is not None and event.on <= state.due.rolled
            return _lift(reported) if in_time else reported
        case ReportDecided():
            if event.decision is ReportDecision.ACCEPT:
                return replace(state, report=Report.ACCEPTED, decided_on=event.on)
            return replace(state, report=Report.NONE, decided_on=event.on, planned_reminders=event.reminders)


def _warned(
    state: RectificationState, event: ReminderSent | Overdue | OverdueLifted | HandlingProposed
) -> RectificationState:
    match event:
        case ReminderSent():
            return replace(state, reminders=(*state.reminders, event))
        case Overdue():
            return replace(state, overdue_since=event.since) if _in_force(state, event.due) else state
        case OverdueLifted():
            return state  # the act that it explains has lifted it
        case HandlingProposed():
            if event.reason is HandlingReason.OVERDUE and state.overdue_since is None:
                return state
            return replace(state, handling=(*state.handling, event.reason))


def _revote(state: RectificationState, event: PutToRevote | WithdrawnFromRevote | RevoteJudged) -> RectificationState:
    match event:
        case PutToRevote():
            return replace(state, poll_id=event.poll_id, put_on=event.on, responsible_at_poll=event.responsible)
        case WithdrawnFromRevote():
            return _without_poll(state)
        case RevoteJudged():
            judged = replace(state, revote=event.verdict, past_polls=state.past_polls | {event.poll_id})
            return _without_poll(judged)


def _without_poll(state: RectificationState) -> RectificationState:
    return replace(state, poll_id=None, put_on=None, responsible_at_poll=None)


def _lift(state: RectificationState) -> RectificationState:
    if state.overdue_since is None:
        return state
    handling = tuple(reason for reason in state.handling if reason is not HandlingReason.OVERDUE)
    return replace(state, overdue_since=None, lifted=state.lifted + 1, handling=handling)


def _in_force(state: RectificationState, due: date) -> bool:
    return state.due is not None and state.due.rolled == due
