"""What the cases tell whom: what is handed to somebody, reminders, overdue notices. One row a role that is told.

A notice names a role, as the event does; who holds it is the roster's affair on the day somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.acts import Role
from domain.cases.appraisal import events as appraisal
from domain.cases.assessment import events as assessment
from domain.cases.poll import events as poll
from domain.cases.poll.objections import PollObjectionRaised
from domain.cases.proposal import events as proposal
from domain.cases.proposal.stages import BODIES, Stage
from domain.cases.rectification import events as rectification
from domain.cases.rectification.decider import REMINDED
from domain.events import Event, Recorded
from domain.rules.proposal import Step
from projections.bulk import Insert, Write, run
from projections.tables import READ_MODEL, metadata

notices = Table(
    "notices",
    metadata,
    Column("town", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("due", Date),
    Column("days_before", Integer),
    Column("business_time", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("town", "position", "role", name="notices_pkey"),
    Index("notices_by_role", "town", "role", "position"),
    Index("notices_by_stream", "town", "stream", "position"),
    schema=READ_MODEL,
)
"""`kind` is the name of the event that was told; `due` and `days_before` where it has them."""


class Notice(NamedTuple):
    """What an event tells, and whom."""

    to: frozenset[Role]
    due: date | None = None
    days_before: int | None = None


def _body(stage: Stage | Step) -> frozenset[Role]:
    """Who decides there; back with its village, and once decided, a proposal is the village's affair."""
    deciding = next((bodies for step, bodies in BODIES.items() if step.value == stage.value), frozenset({Role.VILLAGE}))
    return deciding | {Role.STAFF}


_STAFF = frozenset({Role.STAFF})
_RECTIFYING = frozenset(REMINDED)
_DECIDING = frozenset({Role.STAFF, Role.PRESIDIUM})
_HEAD = frozenset({Role.HEAD, Role.STAFF})
_SEEN_BY_OFFICE = frozenset({Role.STAFF, Role.DISCIPLINE_OFFICE})
_BY_TYPE: dict[type[Event], Callable[..., Notice]] = {
    proposal.Submitted: lambda event: Notice(_body(Stage.LEAD_REVIEW), event.limit.due),
    proposal.StepDecided: lambda event: Notice(_body(event.next_stage), event.limit.due if event.limit else None),
    proposal.ReminderSent: lambda event: Notice(_body(event.step), event.due, event.days_before),
    proposal.StepOverdue: lambda event: Notice(_body(event.step), event.due),
    appraisal.Opened: lambda event: Notice(_HEAD),
    appraisal.QuestionRaised: lambda event: Notice(_HEAD),
    appraisal.OpinionsFiled: lambda event: Notice(_SEEN_BY_OFFICE),
    appraisal.CommitmentDue: lambda event: Notice(_HEAD, event.due),
    appraisal.FilingOverdue: lambda event: Notice(_STAFF, event.due),
    poll.Called: lambda event: Notice(frozenset({Role.DEPUTY, Role.SCRUTINEER, Role.STAFF}), event.day),
    PollObjectionRaised: lambda event: Notice(_DECIDING),
    rectification.Opened: lambda event: Notice(_RECTIFYING),
    rectification.PlanSubmitted: lambda event: Notice(_SEEN_BY_OFFICE),
    rectification.ReportSubmitted: lambda event: Notice(_SEEN_BY_OFFICE | _DECIDING),
    rectification.ReportDecided: lambda event: Notice(_RECTIFYING),
    rectification.ExtensionGranted: lambda event: Notice(_RECTIFYING, event.due.rolled),
    rectification.ExtensionRefused: lambda event: Notice(_RECTIFYING),
    rectification.NoticeServed: lambda event: Notice(_RECTIFYING, event.due.rolled),
    rectification.ReminderSent: lambda event: Notice(frozenset(event.to), event.due, event.days_before),
    rectification.PlanOverdue: lambda event: Notice(_RECTIFYING, event.due),
    rectification.Overdue: lambda event: Notice(_RECTIFYING, event.due),
    rectification.HandlingProposed: lambda event: Notice(frozenset(event.to)),
    assessment.RankingPublished: lambda event: Notice(_STAFF | {Role.HEAD}, event.publicity_until),
    assessment.ObjectionRaised: lambda event: Notice(_DECIDING),
    assessment.VetoProposed: lambda event: Notice(frozenset({Role.PARTY_COMMITTEE, Role.STAFF})),
    assessment.PublicityEnded: lambda event: Notice(_STAFF, event.until),
}


def notice_of(event: Event) -> Notice | None:
    """What an event tells whom; None where nobody needs to be told."""
    tell = _BY_TYPE.get(type(event))
    return tell(event) if tell is not None else None


class Notices:
    """One row a notice and role."""

    name = "notices"
    tables = (notices,)

    def changes(self, town: str, events: Sequence[Recorded]) -> list[Write]:
        """Add the notices of the events."""
        return [Insert(notices, [row for event in events for row in rows_of(town, event)])]

    async def apply(self, connection: AsyncConnection, town: str, events: Sequence[Recorded]) -> None:
        """Add them now."""
        await run(connection, self.changes(town, events))

    def forget(self, town: str, streams: Collection[str] | None = None) -> None:
        """It remembers nothing."""


def rows_of(town: str, recorded: Recorded) -> list[dict[str, object]]:
    """The rows of an event."""
    notice = notice_of(recorded.event)
    if notice is None:
        return []
    return [
        {
            "town": town,
            "position": recorded.position,
            "role": role.value,
            "stream": recorded.stream,
            "kind": recorded.event.type_name,
            "due": notice.due,
            "days_before": notice.days_before,
            "business_time": recorded.metadata.business_time,
        }
        for role in sorted(notice.to)
    ]
