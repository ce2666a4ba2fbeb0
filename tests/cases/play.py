"""A town played without an engine: acts, deadlines and effects in the order of their moments, all in memory.

It keeps the contract of the workflow (one stream a case, effects after each event) and sends every event through its
stored form, so that a case is always folded from what a store would give back.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from domain.acts import SYSTEM, Actor, Command, Refusal, Role
from domain.calendar import WorkCalendar
from domain.cases.assessment.memory import recall
from domain.cases.case import (
    TOWN_ZONE,
    CaseFacts,
    CaseKind,
    Context,
    Effect,
    RecallYears,
    StartCase,
    TellCase,
    stream_of,
)
from domain.cases.governance import Governed, GovernedState
from domain.cases.registry import GOVERNED
from domain.events import Event, Metadata, Recorded
from domain.policy.document import Policy
from domain.roster.book import Book, read
from domain.roster.books import BOOKS

STAFF = Actor(id="staff-1", role=Role.STAFF)
OTHER_STAFF = Actor(id="staff-2", role=Role.STAFF)
_NAMESPACE = UUID("5b0c0d0e-0000-4000-8000-000000000000")


def day(text: str) -> date:
    """A date as it is written."""
    return date.fromisoformat(text)


class Town:
    """A town with its log. Acts happen at noon of their day unless said otherwise; time never runs back."""

    def __init__(self, policy: dict[str, Any] | None = None) -> None:
        self.policy = Policy.model_validate(policy or {})
        self.calendar = WorkCalendar(weekends_only=True)
        self.now = datetime(2000, 1, 1, 12, tzinfo=TOWN_ZONE)
        self.log: list[Recorded] = []
        self.effects: list[Effect] = []
        self._states: dict[str, GovernedState[Any]] = {}
        self._kinds: dict[str, CaseKind] = {}

    # -- acts -------------------------------------------------------------------------------------------------------

    def act(self, on: str, kind: CaseKind, case_id: str, command: Command, actor: Actor = STAFF) -> list[Event]:
        """Do an act at noon of a day, after every deadline before it. Raises `Refusal`."""
        self.until(on)
        return self._act(kind, case_id, command, actor)

    def until(self, on: str) -> None:
        """Let the time to noon of a day pass: deadlines come in their order."""
        target = datetime.combine(day(on), time(12), TOWN_ZONE)
        while True:
            waiting = [
                (deadline.at, stream, deadline)
                for stream, state in self._states.items()
                for deadline in self._decider(stream).deadlines(state, self._context(stream))
                if self._decider(stream).facts(state).open
            ]
            due = sorted((each for each in waiting if each[0] <= target), key=lambda each: each[:2])
            if not due:
                break
            at, stream, deadline = due[0]
            self.now = max(self.now, at)
            decider, state = self._decider(stream), self._states[stream]
            events = decider.pass_deadline(state, deadline, self._context(stream))
            assert events, f"{deadline.key} recorded nothing"
            self._record(stream, events, SYSTEM)
            left = [each.key for each in decider.deadlines(self._states[stream], self._context(stream))]
            assert deadline.key not in left, f"{deadline.key} is listed after it came"
        self.now = max(self.now, target)

    def _act(self, kind: CaseKind, case_id: str, command: Command, actor: Actor) -> list[Event]:
        stream = stream_of(kind, case_id)
        state = self._states.get(stream, GOVERNED[kind].initial())
        self._kinds[stream] = kind
        events = GOVERNED[kind].decide(state, command, actor, self._context(stream))
        self._record(stream, events, actor)
        return events

    def write(self, on: str, stream: str, command: Command, actor: Actor = STAFF) -> list[Event]:
        """Make an entry into a stream without a process, by its name."""
        return self.enter(on, BOOKS[stream], command, actor)

    def enter(self, on: str, book: Book[Any], command: Command, actor: Actor = STAFF) -> list[Event]:
        """Make an entry into a stream without a process. Raises `Refusal`."""
        self.until(on)
        events = book.decide(read(book, self.stream(book.stream)), command, actor, self.now.date())
        for event in events:
            self._append(book.stream, event, actor)
        return events

    # -- what came of it --------------------------------------------------------------------------------------------

    def state(self, kind: CaseKind, case_id: str) -> Any:
        """The state of a case, without what all cases have in common."""
        return self._states[stream_of(kind, case_id)].inner

    def facts(self, kind: CaseKind, case_id: str) -> CaseFacts:
        """A case in a few words."""
        stream = stream_of(kind, case_id)
        return self._decider(stream).facts(self._states[stream])

    def deadlines(self, kind: CaseKind, case_id: str) -> list[str]:
        """The keys of what a case waits for, in order."""
        stream = stream_of(kind, case_id)
        waiting = self._decider(stream).deadlines(self._states[stream], self._context(stream))
        return [deadline.key for deadline in waiting]

    def stream(self, stream: str) -> list[Recorded]:
        """A stream as recorded."""
        return [recorded for recorded in self.log if recorded.stream == stream]

    def events(self, kind: CaseKind, case_id: str, name: str = "") -> list[Any]:
        """The events of a case, of one name or all."""
        found = [recorded.event for recorded in self.stream(stream_of(kind, case_id))]
        return [event for event in found if not name or event.type_name == name]

    # -- as the workflow does it ------------------------------------------------------------------------------------

    def _decider(self, stream: str) -> Governed[Any]:
        return GOVERNED[self._kinds[stream]]

    def _context(self, stream: str) -> Context:
        kind = self._kinds[stream]
        case_id = stream.removeprefix(f"{kind}-")
        return Context(town="t", case_id=case_id, policy=self.policy, calendar=self.calendar, now=self.now)

    def _append(self, stream: str, event: Event, actor: Actor) -> Recorded:
        version = len(self.stream(stream))
        recorded = Recorded(
            event_id=uuid5(_NAMESPACE, f"{stream}:{version}"),
            stream=stream,
            version=version,
            position=len(self.log) + 1,
            event=event,
            metadata=Metadata(actor=actor, command_id=f"{stream}:{version}", business_time=self.now),
        )
        stored = Recorded.model_validate_json(recorded.model_dump_json())
        self.log.append(stored)
        return stored

    def _record(self, stream: str, events: list[Event], actor: Actor) -> None:
        decider = self._decider(stream)
        followed = []
        for stored in [self._append(stream, event, actor) for event in events]:
            state = decider.evolve(self._states.get(stream, decider.initial()), stored)
            self._states[stream] = state
            followed.append((state, stored))
        for state, stored in followed:
            for effect in decider.effects(state, stored):
                self.effects.append(effect)
                self._perform(stream, effect)

    def _perform(self, stream: str, effect: Effect) -> None:
        match effect:
            case StartCase():
                if not self.stream(stream_of(effect.kind, effect.case_id)):
                    self._act(effect.kind, effect.case_id, effect.opening, SYSTEM)
            case TellCase():
                target = stream_of(effect.kind, effect.case_id)
                known = target in self._states and self.facts(effect.kind, effect.case_id).open
                if known:
                    self._act(effect.kind, effect.case_id, effect.command, SYSTEM)
                elif not effect.optional and target not in self._states:
                    raise Refusal("not_running", f"{target} was never there")
            case RecallYears():
                kind = self._kinds[stream]
                self._act(kind, stream.removeprefix(f"{kind}-"), self.recall(effect.year), SYSTEM)
            case _:
                raise AssertionError(f"no part of this play: {effect}")

    def recall(self, year: int) -> Command:
        """What the store says of the other years, as the activity reads it."""
        names = dict.fromkeys(recorded.stream for recorded in self.log)
        return recall(
            year,
            assessments=[self.stream(name) for name in names if name.startswith("assessment-")],
            cycles=[self.stream(name) for name in names if name.startswith("cycle-")],
            roster=self.stream("roster"),
            history=self.stream("history"),
        )
