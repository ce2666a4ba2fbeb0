"""A rectification after its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.calendar import DueDate
from domain.cases.holders import Holders
from domain.cases.rectification.events import ExtensionGranted, ExtensionRefused, HandlingReason, Outcome, ReminderSent
from domain.rules.verdict import Verdict


class Stage(StrEnum):
    """Where a rectification stands."""

    TO_SERVE = "to_serve"
    RECTIFYING = "rectifying"
    OVERDUE = "overdue"
    REPORTED = "reported"
    AWAITING_REVOTE = "awaiting_revote"
    REVOTE = "revote"
    CLOSED = "closed"
    SECOND_FAILURE = "second_failure"

    @property
    def label(self) -> str:
        """Its name on paper and screen."""
        return _LABELS[self]


_LABELS = {
    Stage.TO_SERVE: "待送达整改通知",
    Stage.RECTIFYING: "整改中",
    Stage.OVERDUE: "整改逾期",
    Stage.REPORTED: "整改报告待审议",
    Stage.AWAITING_REVOTE: "待再次测评",
    Stage.REVOTE: "再次测评中",
    Stage.CLOSED: "整改完成",
    Stage.SECOND_FAILURE: "再次测评不合格",
}


class Report(StrEnum):
    """Where the report stands."""

    NONE = "none"
    """Not handed in, or rejected, which counts as the same."""
    IN = "in"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class RectificationState:
    """A rectification after its events."""

    year: int = 0
    holders: Holders | None = None
    """None before the case is opened."""
    failed: Verdict | None = None
    opened_on: date | None = None
    served_on: date | None = None
    plan_due: DueDate | None = None
    plan_on: date | None = None
    plan_overdue: bool = False
    first_due: DueDate | None = None
    """As the notice set it."""
    due: DueDate | None = None
    """In force."""
    extensions: tuple[ExtensionGranted, ...] = ()
    refused_extensions: tuple[ExtensionRefused, ...] = ()
    planned_reminders: tuple[int, ...] = ()
    """How many days before the due date in force; those sent are in `reminders`."""
    reminders: tuple[ReminderSent, ...] = ()
    report: Report = Report.NONE
    reported_on: date | None = None
    """The last report's date, also after it was rejected."""
    decided_on: date | None = None
    """When a report was last decided on."""
    overdue_since: date | None = None
    lifted: int = 0
    """How often an overdue date was lifted: part of a deadline's key, which must name it once."""
    handling: tuple[HandlingReason, ...] = ()
    poll_id: str | None = None
    """The re-vote it is put to."""
    put_on: date | None = None
    responsible_at_poll: str | None = None
    past_polls: frozenset[str] = frozenset()
    revote: Verdict | None = None
    """Of the last re-vote."""
    ended: Outcome | None = None

    @property
    def subject_id(self) -> str:
        """The post's id; empty before the case is opened."""
        return "" if self.holders is None else self.holders.post.id

    @property
    def extended_due(self) -> date | None:
        """The due date in force where it was extended."""
        return self.due.rolled if self.extensions and self.due is not None else None

    @property
    def reminded(self) -> frozenset[int]:
        """Which of the reminders of the due date in force were sent."""
        due = None if self.due is None else self.due.rolled
        return frozenset(sent.days_before for sent in self.reminders if sent.due == due)

    @property
    def handling_proposed(self) -> bool:
        """Whether organisational handling is proposed."""
        return bool(self.handling)

    @property
    def open(self) -> bool:
        """False once nothing more can happen."""
        return self.ended is None

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if self.ended is not None:
            return Stage.SECOND_FAILURE if self.ended is Outcome.SECOND_FAILURE else Stage.CLOSED
        if self.served_on is None:
            return Stage.TO_SERVE
        if self.report is Report.ACCEPTED:
            return Stage.AWAITING_REVOTE if self.poll_id is None else Stage.REVOTE
        if self.report is Report.IN:
            return Stage.REPORTED
        return Stage.RECTIFYING if self.overdue_since is None else Stage.OVERDUE

    @property
    def outcome(self) -> Outcome | None:
        """What came of it so far; None while nothing did."""
        if self.ended is None and self.overdue_since is not None:
            return Outcome.OVERDUE
        return self.ended
