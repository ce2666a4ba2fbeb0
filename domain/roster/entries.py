"""Entries into a town's roster: what each changes, and when it is refused."""

from __future__ import annotations

from datetime import date

from domain.acts import Actor, Command, Refusal, Role
from domain.events import Event
from domain.roster.book import entry_date
from domain.roster.commands import (
    AppointHead,
    DeclareRelative,
    Deputy,
    EnterDeputy,
    EnterSubject,
    ImportRoster,
    RetireDeputy,
    RetireSubject,
    UndoRosterEntry,
    WithdrawRelative,
)
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
from domain.roster.posts import Post
from domain.roster.state import RosterState, Subject
from domain.rules.tenure import HeadChange

NOT_LISTED = "导入名册中没有"
"""Why somebody is retired whom a whole list does not hold any more."""


def entries_of(state: RosterState, command: Command, actor: Actor, today: date) -> list[Event]:
    """The events of an entry. Raises `Refusal`."""
    on = entry_date(command, actor, today)
    match command:
        case EnterDeputy():
            return _deputy(state, command.deputy, on)
        case RetireDeputy():
            _known_deputy(state, command.deputy)
            gone = command.deputy in state.retired_deputies
            return [] if gone else [DeputyRetired(deputy=command.deputy, reason=command.reason, on=on)]
        case EnterSubject():
            return _post(state, command.post, command.since, on)
        case RetireSubject():
            _known_subject(state, command.subject)
            gone = command.subject in state.retired_subjects
            return [] if gone else [SubjectRetired(subject=command.subject, reason=command.reason, on=on)]
        case AppointHead():
            _known_subject(state, command.subject)
            return _head(state, command.subject, command.responsible, command.from_, on)
        case DeclareRelative() | WithdrawRelative():
            return _relative(state, command, actor, on)
        case ImportRoster():
            return _whole(state, command, on)
        case UndoRosterEntry():
            return _undone(state, command, on)
        case _:
            raise Refusal("unknown_act", f"名册不办理“{command.act}”。")


def _deputy(state: RosterState, deputy: Deputy, on: date) -> list[Event]:
    if state.deputies.get(deputy.id) == deputy and deputy.id not in state.retired_deputies:
        return []
    return [DeputyEntered(deputy=deputy.id, deputy_name=deputy.name, group=deputy.group, on=on)]


def _post(state: RosterState, post: Post, since: date | None, on: date) -> list[Event]:
    """A post, and its head where that is news. The first head has held the post from ever unless `since` is known."""
    events: list[Event] = []
    subject = Subject(post.id, post.name, post.kind)
    if state.subjects.get(post.id) != subject or post.id in state.retired_subjects:
        events.append(SubjectEntered(subject=post.id, subject_name=post.name, kind=post.kind, on=on))
    if not state.had_head(post.id):
        return [*events, HeadAppointed(subject=post.id, responsible=post.responsible, since=since, on=on)]
    day = since or on
    if state.head(post.id, day) != post.responsible:
        events.append(HeadAppointed(subject=post.id, responsible=post.responsible, since=day, on=on))
    return events


def _head(state: RosterState, subject: str, person: str, since: date, on: date) -> list[Event]:
    if HeadChange(subject=subject, person=person, since=since) in state.heads and state.head(subject, since) == person:
        return []
    return [HeadAppointed(subject=subject, responsible=person, since=since, on=on)]


def _relative(state: RosterState, command: DeclareRelative | WithdrawRelative, actor: Actor, on: date) -> list[Event]:
    _known_deputy(state, command.deputy)
    if actor.role is Role.DEPUTY and actor.id != command.deputy:
        raise Refusal("not_yours", "代表只能申报本人的近亲属；代他人申报请由工作人员录入。")
    known = (command.deputy, command.person) in state.relatives
    match command:
        case DeclareRelative(deputy=deputy, person=person, relation=relation):
            if state.relatives.get((deputy, person)) == relation:
                return []
            return [RelativeDeclared(deputy=deputy, person=person, relation=relation, on=on)]
        case WithdrawRelative(deputy=deputy, person=person, reason=reason):
            if not known:
                raise Refusal("not_declared", f"代表 {deputy} 没有申报过 {person}；请核对。")
            return [RelativeWithdrawn(deputy=deputy, person=person, reason=reason, on=on)]


def _whole(state: RosterState, command: ImportRoster, on: date) -> list[Event]:
    events = [event for deputy in command.deputies for event in _deputy(state, deputy, on)]
    events += [event for post in command.subjects for event in _post(state, post, command.heads_from, on)]
    events += [
        DeputyRetired(deputy=key, reason=NOT_LISTED, on=on)
        for key in command.retired_deputies
        if key in state.deputies and key not in state.retired_deputies
    ]
    events += [
        SubjectRetired(subject=key, reason=NOT_LISTED, on=on)
        for key in command.retired_subjects
        if key in state.subjects and key not in state.retired_subjects
    ]
    if not command.retire_missing:
        return events
    listed = {deputy.id for deputy in command.deputies}
    events += [
        DeputyRetired(deputy=deputy.id, reason=NOT_LISTED, on=on)
        for deputy in state.active_deputies
        if deputy.id not in listed
    ]
    posts = {post.id for post in command.subjects}
    events += [
        SubjectRetired(subject=key, reason=NOT_LISTED, on=on)
        for key in state.subjects
        if key not in posts and key not in state.retired_subjects
    ]
    return events


def _undone(state: RosterState, command: UndoRosterEntry, on: date) -> list[Event]:
    if state.last is None or state.last.command_id != command.entry:
        raise Refusal("not_the_last_entry", "这次登记之后名册又有改动，或者已经撤销，不能再撤销；请逐项更正。")
    return [RosterEntryUndone(entry=command.entry, on=on)]


def _known_deputy(state: RosterState, deputy: str) -> None:
    if deputy not in state.deputies:
        raise Refusal("unknown_deputy", f"名册中没有代表 {deputy}；请先录入。")


def _known_subject(state: RosterState, subject: str) -> None:
    if subject not in state.subjects:
        raise Refusal("unknown_subject", f"名册中没有考核对象 {subject}；请先录入。")
