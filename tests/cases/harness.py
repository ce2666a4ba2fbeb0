"""Plays one case without an engine: acts on dates, and the deadlines that come between them, in the order of time.

As in a rehearsal an act is at 12:00, a reminder at 08:00 and a due date ends at 24:00. Nothing is told to other cases:
what would be is kept in `effects`.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Generic, TypeVar
from uuid import NAMESPACE_OID, uuid5

import pytest

from domain.acts import SYSTEM, Actor, Command, Refusal
from domain.calendar import WorkCalendar
from domain.cases.case import TOWN_ZONE, CaseFacts, CaseKind, Context, Deadline, Decider, Effect, stream_of
from domain.events import Event, Metadata, Recorded, from_wire, to_wire
from domain.policy.document import Policy
from tests.cases.play import STAFF

S = TypeVar("S")
E = TypeVar("E", bound=Event)

WEEKENDS_ONLY = WorkCalendar(weekends_only=True)


def noon(day: date) -> datetime:
    """The moment of an act."""
    return datetime.combine(day, time(12, 0), TOWN_ZONE)


class Play(Generic[S]):
    """One case from its opening on."""

    def __init__(
        self,
        decider: Decider[S],
        *,
        case_id: str = "2025-lys",
        policy: Policy | None = None,
        calendar: WorkCalendar = WEEKENDS_ONLY,
    ) -> None:
        self.decider = decider
        self.case_id = case_id
        self.policy = policy or Policy()
        self.calendar = calendar
        self.state = decider.initial()
        self.recorded: list[Recorded] = []
        self.effects: list[Effect] = []
        self.now = datetime.min.replace(tzinfo=TOWN_ZONE)
        self._passed: set[str] = set()

    @property
    def events(self) -> list[Event]:
        """What was recorded so far."""
        return [each.event for each in self.recorded]

    @property
    def facts(self) -> CaseFacts:
        """The case in a few words."""
        return self.decider.facts(self.state)

    def of(self, event_type: type[E]) -> list[E]:
        """The recorded events of one type."""
        return [event for event in self.events if isinstance(event, event_type)]

    def act(self, day: date | str, command: Command, *, actor: Actor = STAFF) -> list[Event]:
        """Do an act at noon of a day, after all deadlines before it. Raises `Refusal`."""
        moment = noon(date.fromisoformat(day) if isinstance(day, str) else day)
        self.run_until(moment)
        return self.act_now(command, actor=actor)

    def act_now(self, command: Command, *, actor: Actor = STAFF) -> list[Event]:
        """Do an act at the moment reached."""
        events = self.decider.decide(self.state, command, actor, self.context(self.now))
        self._record(events, actor)
        return events

    def tell(self, day: date | str, command: Command) -> list[Event]:
        """Do an act of the system."""
        return self.act(day, command, actor=SYSTEM)

    def refused(self, day: date | str, command: Command, *, actor: Actor = STAFF) -> str:
        """The code with which an act is refused; nothing is recorded of it."""
        before = len(self.recorded)
        with pytest.raises(Refusal) as raised:
            self.act(day, command, actor=actor)
        assert all(self._is_timers(each) for each in self.recorded[before:])
        assert raised.value.message
        return raised.value.code

    def run_until(self, moment: datetime) -> None:
        """Pass the deadlines up to a moment, each at its own, and go there."""
        while (deadline := self.next_deadline()) is not None and deadline.at <= moment:
            self._pass(deadline)
        assert moment >= self.now, "acts go by their dates"
        self.now = moment

    def run_out(self) -> None:
        """Pass all deadlines that are left."""
        while (deadline := self.next_deadline()) is not None:
            self._pass(deadline)

    def next_deadline(self) -> Deadline | None:
        """What the case waits for."""
        deadlines = self.decider.deadlines(self.state, self.context(self.now))
        assert [each.at for each in deadlines] == sorted(each.at for each in deadlines), "earliest first"
        return deadlines[0] if deadlines else None

    def context(self, now: datetime) -> Context:
        """What a decision at a moment rests on."""
        return Context(town="test", case_id=self.case_id, policy=self.policy, calendar=self.calendar, now=now)

    def _pass(self, deadline: Deadline) -> None:
        self.now = max(self.now, deadline.at)
        assert deadline.key not in self._passed, f"{deadline.key} came twice: its act would be a repeated one"
        self._passed.add(deadline.key)
        events = self.decider.pass_deadline(self.state, deadline, self.context(self.now))
        assert events, f"{deadline.key} passed without a trace"
        self._record(events, SYSTEM)
        left = self.decider.deadlines(self.state, self.context(self.now))
        assert deadline.key not in [each.key for each in left], f"{deadline.key} is still waited for"

    def _record(self, events: list[Event], actor: Actor) -> None:
        for event in events:
            version = len(self.recorded)
            stream = stream_of(CaseKind(self.decider.kind), self.case_id)
            recorded = Recorded(
                event_id=uuid5(NAMESPACE_OID, f"{stream}:{version}"),
                stream=stream,
                version=version,
                position=version + 1,
                event=from_wire(to_wire(event)),  # as the store gives it back
                metadata=Metadata(actor=actor, command_id=f"{stream}:{version}", business_time=self.now),
            )
            self.recorded.append(recorded)
            self.state = self.decider.evolve(self.state, recorded)
            self.effects += self.decider.effects(self.state, recorded)

    def _is_timers(self, recorded: Recorded) -> bool:
        return recorded.metadata.actor == SYSTEM
