"""The report, the decision on it, and what it is to be overdue."""

from __future__ import annotations

from datetime import date

from domain.acts import Refusal
from domain.cases.case import Context, end_of
from domain.cases.rectification.commands import DecideOnReport, ReportDecision, SubmitRectificationReport
from domain.cases.rectification.events import (
    Closed,
    HandlingProposed,
    HandlingReason,
    Outcome,
    Overdue,
    ReportDecided,
    ReportSubmitted,
)
from domain.cases.rectification.periods import lifted, reminders_of, running
from domain.cases.rectification.state import RectificationState, Report
from domain.events import Event
from domain.rules.rectification import HANDLING_ADDRESSEES, AfterReport, is_overdue, overdue_since, revote


def report_submitted(
    state: RectificationState, command: SubmitRectificationReport, on: date, context: Context
) -> list[Event]:
    """The report is in, also where it is late."""
    periods = running(state)
    if state.report is Report.IN:
        raise Refusal("report_in", "整改报告已经提交，正待审议；退回后才能重新提交。")
    if state.report is Report.ACCEPTED:
        raise Refusal("already_accepted", "整改报告已经通过，不需要再次提交。")
    submitted = ReportSubmitted(text=command.text, on=on, paper=command.paper)
    return [submitted] if is_overdue(periods.due.rolled, on) else [submitted, *lifted(state, context)]


def report_decided(state: RectificationState, command: DecideOnReport, on: date, context: Context) -> list[Event]:
    """Accepted, or rejected: then it was not handed in, and the case may be overdue at once."""
    periods = running(state)
    if state.report is not Report.IN:
        raise Refusal("no_report", "没有待审议的整改报告；请先登记整改报告。")
    accepted = command.decision is ReportDecision.ACCEPT
    if not accepted and not command.reason:
        raise Refusal("reason_missing", "退回整改报告须说明理由；请填写理由。")
    decided = ReportDecided(
        decision=command.decision,
        reason=command.reason,
        on=on,
        reminders=() if accepted else reminders_of(periods.due, context),
        paper=command.paper,
    )
    match revote(context.policy.rectification, accepted, revotes_so_far=0):
        case AfterReport.CLOSED:
            return [decided, Closed(outcome=Outcome.CLOSED, on=on)]
        case AfterReport.REVOTE:
            return [decided]
        case AfterReport.RESUMES:
            due = periods.due.rolled
            late = is_overdue(due, on) or context.now >= end_of(due)
            return [decided, *overdue(state, due)] if late and state.overdue_since is None else [decided]


def overdue(state: RectificationState, due: date) -> list[Event]:
    """The due date has passed and no report is in."""
    since = overdue_since(due)
    return [Overdue(due=due, since=since), handling_proposed(state, HandlingReason.OVERDUE, since)]


def handling_proposed(state: RectificationState, reason: HandlingReason, on: date) -> HandlingProposed:
    """Organisational handling of whoever holds the post is proposed."""
    responsible = "" if state.holders is None else state.holders.on(on)
    return HandlingProposed(reason=reason, to=HANDLING_ADDRESSEES, responsible=responsible, on=on)
