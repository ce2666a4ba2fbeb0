"""The rehearsed town as it stands: which cases run, what they wait for, what was recorded of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from domain.acts import Actor, Command, Role
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind
from domain.policy.document import Policy
from eventstore.store import EventStore
from rehearsal.acts import CaseAct
from rehearsal.books import STAFF
from rehearsal.clocks import CaseKey, Clocks
from workflows.client import CaseClient
from workflows.messages import Receipt

_PAGE = 1000
_KINDS = {kind.value for kind in CaseKind}
_BY = (Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE, Role.PARTY_COMMITTEE, Role.TOWN_LEADER, Role.VILLAGE)


def _actor(command: Command) -> Actor:
    """Who does an act: the staff, who record what others did on paper; else whoever may."""
    role = next(role for role in _BY if role in command.by)
    return STAFF if role is Role.STAFF else Actor(id=role.value, role=role)


class Town:
    """The running cases. `look` is to be called whenever something was done; it finds out what followed."""

    def __init__(self, store: EventStore, cases: CaseClient, clocks: Clocks) -> None:
        self.name = cases.town
        self.store = store
        self.cases = cases
        self.clocks = clocks
        self.now: datetime | None = None
        """The moment that the play has come to."""
        self.deadlines: dict[CaseKey, datetime] = {}
        """What the running cases wait for, where it is a moment."""
        self._recorded: dict[CaseKey, set[str]] = {}
        self._running: set[CaseKey] = set()
        self._position = 0
        self._acts = 0

    def known(self, case: CaseKey) -> bool:
        """Whether a case ever began."""
        return case in self._recorded

    def recorded(self, case: CaseKey, event_type: str) -> bool:
        """Whether such an event was recorded of a case."""
        return event_type in self._recorded.get(case, ())

    def running(self, kind: CaseKind) -> list[CaseKey]:
        """The running cases of a kind."""
        return [case for case in self._running if case.kind is kind]

    async def act(self, act: CaseAct, at: datetime) -> Receipt:
        """Do an act in a case at a moment. Raises `Refusal`."""
        case = CaseKey(act.kind, act.case_id)
        await self.clocks.move([case], at)
        return await self.cases.act(
            act.kind, act.case_id, act.command, actor=_actor(act.command), command_id=self.command_id()
        )

    async def open_year(
        self, case_id: str, opening: Command, at: datetime, *, policy: Policy, calendar: WorkCalendar
    ) -> None:
        """Start a cycle, whose cases take policy, calendar and business time from it. Raises `Refusal`."""
        await self.cases.start(
            CaseKind.CYCLE,
            case_id,
            opening,
            actor=STAFF,
            command_id=self.command_id(),
            policy=policy,
            calendar=calendar,
            clock_offset=at - datetime.now(UTC),
        )
        self.clocks.began(CaseKey(CaseKind.CYCLE, case_id), at)

    def command_id(self) -> str:
        """A new id for an act."""
        self._acts += 1
        return f"act-{self._acts}"

    async def look(self, at: datetime) -> None:
        """Take note of everything recorded since the last look, and ask the cases concerned what they wait for now."""
        touched: set[CaseKey] = set()
        while True:
            events = await self.store.read_all(self.name, self._position, _PAGE)
            for recorded in events:
                kind, _, case_id = recorded.stream.partition("-")
                if kind in _KINDS and case_id:
                    case = CaseKey(CaseKind(kind), case_id)
                    self._recorded.setdefault(case, set()).add(recorded.event.type_name)
                    touched.add(case)
            if not events:
                break
            self._position = events[-1].position
        for case in touched:
            self.clocks.began(case, at)
        await self.refresh(touched)

    async def refresh(self, cases: Iterable[CaseKey]) -> None:
        """Ask cases what they wait for."""
        await asyncio.gather(*(self._refresh(case) for case in cases))

    async def _refresh(self, case: CaseKey) -> None:
        view = await self.cases.view(*case)
        while view.busy:
            await asyncio.sleep(0.01)
            view = await self.cases.view(*case)
        self.deadlines.pop(case, None)
        if view.facts is None or not view.facts.open:
            self._running.discard(case)
            self.clocks.ended(case)
            return
        self._running.add(case)
        if view.next_deadline is not None:
            self.deadlines[case] = view.next_deadline
