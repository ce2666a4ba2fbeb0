"""Dates of acts and of reminders: the checks that every case shares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from domain.acts import Command, Refusal
from domain.cases.case import Context, reminder_time


def business_date(command: Command, context: Context, not_before: date | None = None) -> date:
    """The business date of an act.

    Raises `Refusal` `in_the_future` for a date after today and `out_of_order` for one before `not_before`, the date of
    the act that this one follows.
    """
    day = context.date_of(command)
    if day > context.today:
        raise Refusal(
            "in_the_future", f"日期 {day.isoformat()} 在今天（{context.today.isoformat()}）之后；请填写实际发生的日期。"
        )
    if not_before is not None and day < not_before:
        raise Refusal(
            "out_of_order",
            f"日期 {day.isoformat()} 早于上一步的日期（{not_before.isoformat()}）；请核对后重新填写日期。",
        )
    return day


def plan_reminders(due: date, days_before: Iterable[int], now: datetime) -> tuple[int, ...]:
    """How many days before `due` reminders will be sent, earliest first: those whose hour is past at `now` are skipped.

    `now` is the business time at which the due date is set, aware.
    """
    return tuple(
        days for days in sorted(set(days_before), reverse=True) if reminder_time(due - timedelta(days=days)) > now
    )
