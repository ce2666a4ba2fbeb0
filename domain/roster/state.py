"""A town's roster: deputies, posts with those who held them, and declared relatives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from domain.events import Recorded
from domain.roster.commands import Deputy
from domain.roster.events import (
    DeputyEntered,
    DeputyRetired,
    HeadAppointed,
    RelativeDeclared,
    RelativeWithdrawn,
    RosterEntryUndone,
    SubjectEntered,
    SubjectRetired,
)
from domain.roster.posts import Post, SubjectKind
from domain.rules.tenure import HeadChange, Tenure, head_on, tenures_of


@dataclass(frozen=True)
class Subject:
    """A post without its head, who is another matter."""

    id: str
    name: str
    kind: SubjectKind


@dataclass(frozen=True)
class LastEntry:
    """The last entry, by its command id, with the roster before it: as long as it is the last it can be undone."""

    command_id: str
    before: RosterState


@dataclass(frozen=True)
class RosterState:
    """A roster after its events. Retired deputies and posts are kept, since earlier cases name them."""

    deputies: dict[str, Deputy] = field(default_factory=dict)
    retired_deputies: frozenset[str] = frozenset()
    subjects: dict[str, Subject] = field(default_factory=dict)
    retired_subjects: frozenset[str] = frozenset()
    heads: tuple[HeadChange, ...] = ()
    relatives: dict[tuple[str, str], str] = field(default_factory=dict)
    """The relation, by deputy and person."""
    last: LastEntry | None = field(default=None, compare=False, repr=False)
    """None before anything was entered, and after the last entry was undone."""

    @property
    def active_deputies(self) -> tuple[Deputy, ...]:
        """Those who are deputies now: as many are entitled to vote (应到)."""
        return tuple(each for key, each in self.deputies.items() if key not in self.retired_deputies)

    @cached_property
    def tenures(self) -> tuple[Tenure, ...]:
        """Who held which post, and when."""
        return tenures_of(self.heads)

    @cached_property
    def _tenures_by_subject(self) -> dict[str, list[Tenure]]:
        found: dict[str, list[Tenure]] = {}
        for tenure in self.tenures:
            found.setdefault(tenure.subject, []).append(tenure)
        return found

    def head(self, subject: str, day: date) -> str | None:
        """Who holds a post on a day."""
        return head_on(self._tenures_by_subject.get(subject, ()), subject, day)

    def had_head(self, subject: str) -> bool:
        """Whether a head of the post was ever entered."""
        return subject in self._tenures_by_subject

    def posts(self, day: date) -> tuple[Post, ...]:
        """The posts that are appraised, with their heads of a day; one without a head is left out."""
        found = []
        for key, subject in self.subjects.items():
            holder = self.head(key, day)
            if key not in self.retired_subjects and holder is not None:
                found.append(Post(id=key, name=subject.name, kind=subject.kind, responsible=holder))
        return tuple(found)

    def recused(self, subject: str, day: date) -> frozenset[str]:
        """The deputies who get no ballot for a post's head of a day: the head, and declared close relatives.

        (`appraisal.recusal`; a person is an id, and a deputy's id is the person's.)
        """
        holder = self.head(subject, day)
        if holder is None:
            return frozenset()
        relatives = {deputy for deputy, person in self.relatives if person == holder}
        return frozenset(deputy.id for deputy in self.active_deputies if deputy.id == holder or deputy.id in relatives)


def evolve(state: RosterState, recorded: Recorded) -> RosterState:
    """The roster after an event."""
    command_id = recorded.metadata.command_id
    if isinstance(recorded.event, RosterEntryUndone):
        if state.last is None or state.last.command_id != recorded.event.entry:
            raise ValueError(f"{recorded.event.entry} is not the roster's last entry")
        return state.last.before
    last = state.last
    if last is None or last.command_id != command_id:
        last = LastEntry(command_id, replace(state, last=None))
    return replace(_entered(state, recorded), last=last)


def _entered(state: RosterState, recorded: Recorded) -> RosterState:
    match recorded.event:
        case DeputyEntered() as event:
            deputy = Deputy(id=event.deputy, name=event.deputy_name, group=event.group)
            return replace(
                state,
                deputies={**state.deputies, event.deputy: deputy},
                retired_deputies=state.retired_deputies - {event.deputy},
            )
        case DeputyRetired() as event:
            return replace(state, retired_deputies=state.retired_deputies | {event.deputy})
        case SubjectEntered() as event:
            subject = Subject(event.subject, event.subject_name, event.kind)
            return replace(
                state,
                subjects={**state.subjects, event.subject: subject},
                retired_subjects=state.retired_subjects - {event.subject},
            )
        case SubjectRetired() as event:
            return replace(state, retired_subjects=state.retired_subjects | {event.subject})
        case HeadAppointed() as event:
            change = HeadChange(subject=event.subject, person=event.responsible, since=event.since)
            return replace(state, heads=(*state.heads, change))
        case RelativeDeclared() as event:
            return replace(state, relatives={**state.relatives, (event.deputy, event.person): event.relation})
        case RelativeWithdrawn() as event:
            gone = (event.deputy, event.person)
            return replace(state, relatives={key: value for key, value in state.relatives.items() if key != gone})
        case _:
            raise ValueError(f"{recorded.event.type_name} is no event of a roster")
