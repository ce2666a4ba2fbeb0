"""Rectification by a deadline 限期整改 (rules `rectification.*`): dates, extension, lights, reminders, what follows."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from domain.acts import Role
from domain.calendar import DueDate, WorkCalendar, add_months, due_after_days, due_after_months, reminder_days, rolled
from domain.policy.document import RectificationPolicy

HANDLING_ADDRESSEES = (Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE)
"""To whom a proposal for organisational handling goes: 镇党委 and 镇纪委."""


def plan_days(policy: RectificationPolicy, served_on: date, calendar: WorkCalendar) -> DueDate:
    """`rectification.plan_days`: when the plan is due after service of the notice."""
    return due_after_days(served_on, policy.plan_days, calendar)


def months(policy: RectificationPolicy, served_on: date, calendar: WorkCalendar) -> DueDate:
    """`rectification.months`: when the rectification is due after service of the notice."""
    return due_after_months(served_on, policy.months, calendar)


class ExtensionRefusal(StrEnum):
    """Why an extension is refused, in the order in which the reasons are tested."""

    AFTER_DUE_DATE = "after_due_date"
    ALREADY_EXTENDED = "already_extended"
    BEYOND_CAP = "beyond_cap"
    NOT_AGREED = "not_agreed"

    @property
    def label(self) -> str:
        """The reason in Chinese."""
        return _REFUSAL_LABELS[self]


_REFUSAL_LABELS = {
    ExtensionRefusal.AFTER_DUE_DATE: "已过到期日，不能再申请延期",
    ExtensionRefusal.ALREADY_EXTENDED: "延期次数已用完",
    ExtensionRefusal.BEYOND_CAP: "延期超过每次的上限或整改总期限",
    ExtensionRefusal.NOT_AGREED: "主席团未同意延期",
}


def extension(
    policy: RectificationPolicy,
    served_on: date,
    due: DueDate,
    extensions_so_far: int,
    asked_on: date,
    months: int,
    agreed: bool,
    calendar: WorkCalendar,
) -> DueDate | ExtensionRefusal:
    """`rectification.extension`: the new due date, or why there is none.

    Counted from the unrolled date of `due`, the one in force; the total never passes `total_months` from service.
    Raises `ValueError` for less than a month.
    """
    if months < 1:
        raise ValueError("an extension lasts at least a month")
    if asked_on > due.rolled:
        return ExtensionRefusal.AFTER_DUE_DATE
    if extensions_so_far >= policy.extension.times:
        return ExtensionRefusal.ALREADY_EXTENDED
    extended = add_months(due.unrolled, months)
    if months > policy.extension.months or extended > add_months(served_on, policy.extension.total_months):
        return ExtensionRefusal.BEYOND_CAP
    if not agreed:
        return ExtensionRefusal.NOT_AGREED
    return rolled(extended, calendar)


class Light(StrEnum):
    """The traffic light of a rectification."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


def lights(policy: RectificationPolicy, due: date, today: date, done: bool) -> Light:
    """`rectification.lights`: yellow from so many days before the due date in force, red after it, green when done."""
    if done:
        return Light.GREEN
    if today > due:
        return Light.RED
    return Light.YELLOW if today >= due - timedelta(days=policy.lights) else Light.GREEN


def reminders(policy: RectificationPolicy, due: date, not_before: date | None = None) -> list[tuple[date, int]]:
    """`rectification.reminders`: the days on which the due date in force is recalled, each with the days left.

    Those before `not_before` are past and skipped. None is sent while a report is in; the caller knows that.
    """
    return reminder_days(due, policy.reminders, not_before)


def filing_days(policy: RectificationPolicy, opened_on: date, calendar: WorkCalendar) -> date:
    """`rectification.filing_days`: the last day on which the opinions are filed in time with the discipline office
    (working days after `opened_on`, which is not counted)."""
    return calendar.add_working_days(opened_on, policy.filing_days)


filing_due = filing_days
"""The same under the name of what it returns."""


def overdue_since(due: date) -> date:
    """The first day that is late: the day after the due date in force."""
    return due + timedelta(days=1)


def is_overdue(due: date, today: date) -> bool:
    """Whether a due date has passed."""
    return today >= overdue_since(due)


class AfterReport(StrEnum):
    """What follows the decision on a rectification report."""

    RESUMES = "resumes"
    """Rejected: it counts as not handed in, reminders resume, a new one may follow."""
    REVOTE = "revote"
    CLOSED = "closed"


def revote(policy: RectificationPolicy, accepted: bool, revotes_so_far: int) -> AfterReport:
    """`rectification.revote`: after an accepted report one re-vote, of the same form and policy version; without it the
    case closes."""
    if not accepted:
        return AfterReport.RESUMES
    return AfterReport.REVOTE if policy.revote and revotes_so_far == 0 else AfterReport.CLOSED


def proposal_for_handling(second_failure: bool, overdue: bool) -> bool:
    """Whether organisational handling is proposed (建议组织处理) to `HANDLING_ADDRESSEES`.

    A proposal and never a removal: nobody may remove a member of a village committee (村民委员会组织法 14).
    """
    return second_failure or overdue
