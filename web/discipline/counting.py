"""How a date was computed, step by step, as somebody would check it with a calendar in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar import DueDate, WorkCalendar, add_months, unannounced_warning
from domain.cases.rectification.state import RectificationState

_DAY = timedelta(days=1)
_WEEKDAYS = "一二三四五六日"
_MOST_MONTHS = 36


@dataclass(frozen=True)
class Step:
    """A step: what was done, the date that it led to, and the rule."""

    words: str
    day: date
    rule: str


@dataclass(frozen=True)
class Count:
    """The working days left or gone by, and the days that are none of them."""

    working: int
    start: date
    end: date
    past: bool
    weekend: int
    """Saturdays and Sundays without work."""
    holidays: tuple[date, ...]
    """Days off on a Monday to Friday."""
    made_up: tuple[date, ...]
    """Saturdays and Sundays that are worked (调休)."""


def named(day: date) -> str:
    """A day with its weekday."""
    return f"{day.isoformat()}（周{_WEEKDAYS[day.weekday()]}）"


def steps_of(state: RectificationState, calendar: WorkCalendar) -> list[Step]:
    """From the service of the notice to the date in force, extensions included."""
    if state.served_on is None or state.first_due is None or state.due is None:
        return []
    steps = [Step("整改通知送达，当日不计", state.served_on, "民法典第二百零一条")]
    steps += _counted(state.served_on, state.first_due, calendar)
    before = state.first_due
    for granted in state.extensions:
        steps.append(
            Step(f"主席团同意延期 {granted.months} 个月，从原到期日（顺延前）起算", before.unrolled, "制度：延期")
        )
        steps += _counted(before.unrolled, granted.due, calendar)
        before = granted.due
    return steps


def plan_steps(state: RectificationState, calendar: WorkCalendar) -> list[Step]:
    """From the service of the notice to the plan's due date."""
    if state.served_on is None or state.plan_due is None:
        return []
    days = (state.plan_due.unrolled - state.served_on).days
    counted = Step(f"加 {days} 日", state.plan_due.unrolled, "民法典第二百零一条")
    return [counted, *_rolled(state.plan_due, calendar)]


def _counted(start: date, due: DueDate, calendar: WorkCalendar) -> list[Step]:
    months = next((each for each in range(1, _MOST_MONTHS) if add_months(start, each) == due.unrolled), None)
    if months is not None:
        last = "；该月没有这一天，取月末" if due.unrolled.day != start.day else ""
        first = Step(f"加 {months} 个月{last}", due.unrolled, "民法典第二百零二条")
    else:
        first = Step(f"加 {(due.unrolled - start).days} 日", due.unrolled, "民法典第二百零一条")
    return [first, *_rolled(due, calendar)]


def _rolled(due: DueDate, calendar: WorkCalendar) -> list[Step]:
    if due.rolled == due.unrolled:
        return [Step("当日是工作日，不顺延", due.rolled, "民法典第二百零三条")]
    skipped = [due.unrolled + _DAY * each for each in range((due.rolled - due.unrolled).days)]
    rest = "、".join(named(day) for day in skipped if not calendar.is_working_day(day))
    return [Step(f"遇休息日（{rest}）顺延到下一个工作日", due.rolled, "民法典第二百零三条")]


def count_of(calendar: WorkCalendar, today: date, due: date) -> Count:
    """The working days from today to a due date, neither's first day counted; or those since it passed."""
    past = due < today
    start, end = (due, today) if past else (today, due)
    days = [start + _DAY * each for each in range(1, (end - start).days + 1)]
    rest = [day for day in days if not calendar.is_working_day(day)]
    return Count(
        working=len(days) - len(rest),
        start=start,
        end=end,
        past=past,
        weekend=sum(day.weekday() >= 5 for day in rest),
        holidays=tuple(day for day in rest if day.weekday() < 5),
        made_up=tuple(day for day in days if day.weekday() >= 5 and calendar.is_working_day(day)),
    )


def warning_of(calendar: WorkCalendar, days: Sequence[date | None]) -> str | None:
    """That a date lies in a year whose days off are not announced yet; None where none does."""
    known = [day for day in days if day is not None]
    return unannounced_warning(calendar.unannounced(min(known), max(known))) if known else None
