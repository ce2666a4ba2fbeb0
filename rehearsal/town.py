"""The rehearsed town as it stands: which cases run, what they wait for, what was recorded of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from domain.acts import Actor, Command, Role
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, Context
from domain.cases.governance import GovernedState
from domain.cases.registry import GOVERNED
from domain.events import Recorded
from domain.policy.document import Policy
from eventstore.store import EventStore
from rehearsal.acts import CaseAct
from rehearsal.books import STAFF
from rehearsal.clocks import CaseKey, Clocks
from workflows.client import CaseClient
from workflows.messages import Receipt

_PAGE = 1000
_LOOK_AGAIN_SECONDS = 0.01
_KINDS = {kind.value for kind in CaseKind}
_BY = (Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE, Role.PARTY_COMMITTEE, Role.TOWN_LEADER, Role.VILLAGE)


def _actor(command: Command) -> Actor:
    """Who does an act: the staff, who record what others did on paper; else whoever may."""
    role = next(role for role in _BY if role in command.by)
    return STAFF if role is Role.STAFF else Actor(id=role.value, role=role)


@dataclass
class _Case:
    """A case as far as its stream was read."""

    state: GovernedState[Any]
    types: set[str] = field(default_factory=set)
    """Names of the events recorded so far."""


class Town:
    """The cases as the event store has them. `look` is to be called whenever something was done."""

    def __init__(
        self, store: EventStore, cases: CaseClient, clocks: Clocks, policy: Policy, calendar: WorkCalendar
    ) -> None:
        self.name = cases.town
        self.store = store
        self.cases = cases
        self.clocks = clocks
        self.now: datetime | None = None
        """The moment that the play has come to."""
        self.deadlines: dict[CaseKey, datetime] = {}
        """What the running cases wait for, where it is a moment."""
        self.warnings: list[str] = []
        """What could not follow an act, in Chinese."""
        self._policy = policy
        self._calendar = calendar
        self._cases: dict[CaseKey, _Case] = {}
        self._running: set[CaseKey] = set()
        self._position = 0
        self._acts = 0

    def known(self, case: CaseKey) -> bool:
        """Whether a case ever began."""
        return case in self._cases

    def recorded(self, case: CaseKey, event_type: str) -> bool:
        """Whether such an event was recorded of a case."""
        return case in self._cases and event_type in self._cases[case].types

    def running(self, kind: CaseKind) -> list[CaseKey]:
        """The running cases of a kind."""
        return [case for case in self._running if case.kind is kind]

    async def act(self, act: CaseAct, at: datetime) -> Receipt:
        """Do an act in a case at a moment, and all that follows from it. Raises `Refusal`."""
        await self.clocks.move([CaseKey(act.kind, act.case_id)], at)
        receipt = await self.cases.act(
            act.kind, act.case_id, act.command, actor=_actor(act.command), command_id=self.command_id()
        )
        for started in receipt.started:
            self.clocks.began(CaseKey(started.kind, started.case_id), at)
        self.warnings += receipt.warnings
        return receipt

    async def open_year(self, case_id: str, opening: Command, at: datetime) -> None:
        """Start a cycle, whose cases take policy, calendar and business time from it. Raises `Refusal`."""
        await self.cases.start(
            CaseKind.CYCLE,
            case_id,
            opening,
            actor=STAFF,
            command_id=self.command_id(),
            policy=self._policy,
            calendar=self._calendar,
            clock_offset=at - datetime.now(UTC),
        )
        self.clocks.began(CaseKey(CaseKind.CYCLE, case_id), at)

    def command_id(self) -> str:
        """A new id for an act."""
        self._acts += 1
        return f"act-{self._acts}"

    async def look(self, at: datetime) -> set[CaseKey]:
        """Take note of everything recorded since the last look. Returns the cases of which an event has effects."""
        touched: set[CaseKey] = set()
        acting: set[CaseKey] = set()
        while events := await self.store.read_all(self.name, self._position, _PAGE):
            for recorded in events:
                case = _case_of(recorded.stream)
                if case is not None:
                    touched.add(case)
                    if self._fold(case, recorded):
                        acting.add(case)
            self._position = events[-1].position
        for case in touched:
            self._note(case, at)
        return acting

    async def settle(self, cases: Iterable[CaseKey]) -> None:
        """Wait until what follows the events of these cases was done."""
        await asyncio.gather(*(self._settled(case) for case in cases))

    def _fold(self, case: CaseKey, recorded: Recorded) -> bool:
        """Fold an event into its case; whether something must follow it outside the case."""
        decider = GOVERNED[case.kind]
        found = self._cases.setdefault(case, _Case(decider.initial()))
        found.state = decider.evolve(found.state, recorded)
        found.types.add(recorded.event.type_name)
        return bool(decider.effects(found.state, recorded))

    def _note(self, case: CaseKey, at: datetime) -> None:
        """What a case waits for, after its events."""
        decider, state = GOVERNED[case.kind], self._cases[case].state
        self.deadlines.pop(case, None)
        if not decider.facts(state).open:
            self._running.discard(case)
            self.clocks.ended(case)
            return
        self._running.add(case)
        self.clocks.began(case, at)
        context = Context(town=self.name, case_id=case.case_id, policy=self._policy, calendar=self._calendar, now=at)
        if waiting := decider.deadlines(state, context):
            self.deadlines[case] = waiting[0].at

    async def _settled(self, case: CaseKey) -> None:
        view = await self.cases.view(*case)
        while view.busy:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            view = await self.cases.view(*case)


def _case_of(stream: str) -> CaseKey | None:
    """The case of a stream; None for a stream without a process."""
    kind, dash, case_id = stream.partition("-")
    return CaseKey(CaseKind(kind), case_id) if dash and kind in _KINDS else None
