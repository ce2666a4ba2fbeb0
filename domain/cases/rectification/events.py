"""What is recorded of a rectification. Every event that sets a due date holds it, with its reminders."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from domain.acts import Role
from domain.calendar import DueDate
from domain.cases.poll.result import PollResult
from domain.cases.rectification.commands import ReportDecision
from domain.events import Event
from domain.roster.posts import Post
from domain.rules.rectification import ExtensionRefusal
from domain.rules.verdict import Verdict


class Outcome(StrEnum):
    """What came of a rectification."""

    CLOSED = "closed"
    SECOND_FAILURE = "second_failure"
    OVERDUE = "overdue"
    """So far: it goes on, and a late report is still taken."""


class HandlingReason(StrEnum):
    """Why organisational handling is proposed."""

    OVERDUE = "overdue"
    SECOND_FAILURE = "second_failure"


class Opened(Event, name="rectification.opened"):
    """A subject failed its appraisal and must rectify by a deadline."""

    year: int
    subject: Post
    failed: Verdict
    on: date


class NoticeServed(Event, name="rectification.notice_served"):
    """The notice was served. `reminders`: how many days before `due` reminders are sent."""

    on: date
    plan_due: DueDate
    due: DueDate
    reminders: tuple[int, ...]
    paper: str | None = None


class PlanSubmitted(Event, name="rectification.plan_submitted"):
    """The plan was handed in."""

    text: str
    on: date
    paper: str | None = None


class PlanOverdue(Event, name="rectification.plan_overdue"):
    """The plan was not handed in in time; it still may be."""

    due: date


class ExtensionGranted(Event, name="rectification.extension_granted"):
    """There is more time, until `due`."""

    months: int
    on: date
    due: DueDate
    reminders: tuple[int, ...]
    paper: str | None = None


class ExtensionRefused(Event, name="rectification.extension_refused"):
    """More time was asked for in vain."""

    months: int
    on: date
    reason: ExtensionRefusal
    paper: str | None = None


class ReminderSent(Event, name="rectification.reminder_sent"):
    """The due date was recalled to the person, the staff and the discipline office."""

    on: date
    days_before: int
    due: date
    to: tuple[Role, ...]


class ReportSubmitted(Event, name="rectification.report_submitted"):
    """The report was handed in, in time or late."""

    text: str
    on: date
    paper: str | None = None


class ReportDecided(Event, name="rectification.report_decided"):
    """The report was accepted, or rejected: then it counts as not handed in, and `reminders` are sent again."""

    decision: ReportDecision
    reason: str | None
    on: date
    reminders: tuple[int, ...]
    paper: str | None = None


class Overdue(Event, name="rectification.overdue"):
    """The due date passed with no report in. A late report is still taken."""

    due: date
    since: date


class OverdueLifted(Event, name="rectification.overdue_lifted"):
    """What was done in time had been entered late: nothing was overdue, and handling is not proposed for it."""

    since: date
    on: date


class HandlingProposed(Event, name="rectification.handling_proposed"):
    """Organisational handling is proposed (建议组织处理). A proposal and never a removal."""

    reason: HandlingReason
    to: tuple[Role, ...]
    responsible: str
    on: date


class PutToRevote(Event, name="rectification.put_to_revote"):
    """The subject was put to a re-vote."""

    poll_id: str
    responsible: str
    on: date


class WithdrawnFromRevote(Event, name="rectification.withdrawn_from_revote"):
    """The re-vote is not held."""

    poll_id: str
    reason: str
    on: date


class RevoteJudged(Event, name="rectification.revote_judged"):
    """A re-vote came to a verdict; one that decides nothing leaves room for another."""

    poll_id: str
    result: PollResult
    verdict: Verdict
    responsible: str
    on: date


class HeadReplaced(Event, name="rectification.head_replaced"):
    """From the day `from_` on another person answers for the post."""

    responsible: str
    from_: date


class Closed(Event, name="rectification.closed"):
    """The rectification is over."""

    outcome: Outcome
    on: date
