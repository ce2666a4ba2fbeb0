"""What a town's roster records."""

from __future__ import annotations

from datetime import date

from domain.events import Event
from domain.roster.posts import SubjectKind


class DeputyEntered(Event, name="roster.deputy_entered"):
    """A deputy was entered, or entered again with another name or group."""

    deputy: str
    deputy_name: str
    group: str
    on: date


class DeputyRetired(Event, name="roster.deputy_retired"):
    """A deputy left."""

    deputy: str
    reason: str
    on: date


class SubjectEntered(Event, name="roster.subject_entered"):
    """A post was entered, or entered again with another name or kind. Its head is another event."""

    subject: str
    subject_name: str
    kind: SubjectKind
    on: date


class SubjectRetired(Event, name="roster.subject_retired"):
    """A post is appraised no more."""

    subject: str
    reason: str
    on: date


class HeadAppointed(Event, name="roster.head_appointed"):
    """Somebody holds a post as of the day `since`; None: since before the town's records."""

    subject: str
    responsible: str
    since: date | None
    on: date


class RosterEntryUndone(Event, name="roster.entry_undone"):
    """The last entry, by its command id, was taken back: the roster is what it was before it."""

    entry: str
    on: date


class RelativeDeclared(Event, name="roster.relative_declared"):
    """A deputy declared a close relative."""

    deputy: str
    person: str
    relation: str
    on: date


class RelativeWithdrawn(Event, name="roster.relative_withdrawn"):
    """A declaration does not hold any more."""

    deputy: str
    person: str
    reason: str
    on: date
