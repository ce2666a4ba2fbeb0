"""The notice, the plan and the extension: what sets or moves the periods of a rectification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.acts import Refusal
from domain.calendar import DueDate
from domain.cases.case import Context
from domain.cases.dates import plan_reminders
from domain.cases.rectification.commands import AskExtension, ServeNotice, SubmitPlan
from domain.cases.rectification.events import (
    ExtensionGranted,
    ExtensionRefused,
    NoticeServed,
    OverdueLifted,
    PlanSubmitted,
)
from domain.cases.rectification.state import RectificationState, Report
from domain.events import Event
from domain.rules.rectification import ExtensionRefusal, extension, months, plan_days


@dataclass(frozen=True)
class Running:
    """The periods of a rectification whose notice is served."""

    served_on: date
    due: DueDate


def running(state: RectificationState) -> Running:
    """The periods in force. Raises `Refusal` `not_served` before there are any."""
    if state.served_on is None or state.due is None:
        raise Refusal("not_served", "整改通知尚未送达，整改期尚未开始；请先登记送达。")
    return Running(state.served_on, state.due)


def reminders_of(due: DueDate, context: Context) -> tuple[int, ...]:
    """How many days before a due date it will still be recalled."""
    return plan_reminders(due.rolled, context.policy.rectification.reminders, context.now)


def notice_served(state: RectificationState, command: ServeNotice, on: date, context: Context) -> list[Event]:
    """All periods begin."""
    if state.served_on is not None:
        raise Refusal("already_served", f"整改通知已于 {state.served_on.isoformat()} 送达，不能重复送达。")
    return [served(on, context, command.paper)]


def served(on: date, context: Context, paper: str | None) -> NoticeServed:
    """The notice with the periods that run from it."""
    policy = context.policy.rectification
    due = months(policy, on, context.calendar)
    return NoticeServed(
        on=on,
        plan_due=plan_days(policy, on, context.calendar),
        due=due,
        reminders=reminders_of(due, context),
        paper=paper,
    )


def plan_submitted(state: RectificationState, command: SubmitPlan, on: date) -> list[Event]:
    """The plan is there."""
    running(state)
    if state.plan_on is not None:
        raise Refusal("already_submitted", f"整改方案已于 {state.plan_on.isoformat()} 提交。")
    return [PlanSubmitted(text=command.text, on=on, paper=command.paper)]


def extension_asked(state: RectificationState, command: AskExtension, on: date, context: Context) -> list[Event]:
    """Granted or refused; a refusal is recorded too."""
    periods = running(state)
    if state.report is Report.ACCEPTED:
        raise Refusal("already_accepted", "整改报告已经通过，不需要延期。")
    answer = extension(
        context.policy.rectification,
        periods.served_on,
        periods.due,
        len(state.extensions),
        on,
        command.months,
        command.agreed,
        context.calendar,
    )
    if isinstance(answer, ExtensionRefusal):
        return [ExtensionRefused(months=command.months, on=on, reason=answer, paper=command.paper)]
    granted = ExtensionGranted(
        months=command.months, on=on, due=answer, reminders=reminders_of(answer, context), paper=command.paper
    )
    return [granted, *lifted(state, context)]


def lifted(state: RectificationState, context: Context) -> list[Event]:
    """What follows from an act that was done in time and is entered after the case was found overdue."""
    return [] if state.overdue_since is None else [OverdueLifted(since=state.overdue_since, on=context.today)]


def rederived_extension(state: RectificationState, event: ExtensionGranted, context: Context) -> ExtensionGranted:
    """The extension counted from corrected dates. Raises `ValueError` where it would not have been granted."""
    if state.served_on is None or state.due is None:
        return event  # without effect now, see `evolve`
    answer = extension(
        context.policy.rectification,
        state.served_on,
        state.due,
        len(state.extensions),
        event.on,
        event.months,
        True,
        context.calendar,
    )
    if isinstance(answer, ExtensionRefusal):
        raise ValueError(f"{event.on.isoformat()} 的延期不能成立（{answer.label}）")
    return event.model_copy(update={"due": answer, "reminders": reminders_of(answer, context)})
