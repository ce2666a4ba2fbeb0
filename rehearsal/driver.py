"""Plays a scenario: acts and deadlines of all cases in one order of dates, each clock moved as its turn comes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from domain.acts import Command, Refusal
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, start_of
from domain.cases.cycle.commands import ChangeHead, OpenCycle
from domain.cases.rectification import commands as rectification
from domain.cases.rectification.events import NoticeServed
from domain.events import Recorded
from domain.roster.books import ROSTER
from eventstore.books import read_book
from eventstore.store import EventStore
from rehearsal.acts import Act, CaseAct, HoldPoll, Lane, OpenYear, Round, ServeNotice, TakeOffice, Together
from rehearsal.books import calendar_of, write_books, write_head
from rehearsal.clocks import CaseKey, Clocks
from rehearsal.environment import TASK_QUEUE, TOWN, Environment
from rehearsal.polls import Polls
from rehearsal.scenario.model import Scenario
from rehearsal.schedule import schedule
from rehearsal.town import Town
from workflows.client import CaseClient

log = structlog.get_logger("jiandu.rehearsal")

Progress = Callable[[datetime, int, int], None]
"""Told of the moment that the play has come to, the rounds done and the rounds in all."""

_PAST = timedelta(seconds=1)
"""How far past a deadline a clock is moved, so that its timer has surely fired."""

_PATIENCE_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.01

_AT_ONCE = 40
"""Acts sent to one case together: all of them may be one task of its workflow, which has two seconds for it."""


class NewIds:
    """The store for a caller whose ids are all new: the first look for one, before its act is sent, cannot find it."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._asked: set[str] = set()

    async def find_command(self, town: str, command_id: str) -> Sequence[Recorded]:
        """The events of an act."""
        if command_id in self._asked:
            return await self._store.find_command(town, command_id)
        self._asked.add(command_id)
        return ()

    async def read_stream(self, town: str, stream: str, from_version: int = 0) -> Sequence[Recorded]:
        """The events of a stream."""
        return await self._store.read_stream(town, stream, from_version)

    async def epoch(self, town: str, stream: str) -> int:
        """The epoch of a stream in force."""
        return await self._store.epoch(town, stream)


class DeadlineMissed(RuntimeError):
    """A case did not record a deadline that had come: a fault of the program."""


@dataclass(frozen=True)
class RefusedAct:
    """An act of the scenario that the rules refused."""

    at: datetime
    case: CaseKey
    act: str
    code: str
    message: str


class Driver:
    """One play of one scenario in an environment of its own."""

    def __init__(
        self, scenario: Scenario, environment: Environment, progress: Progress | None = None, *, town: str = TOWN
    ) -> None:
        """`town`: several scenarios may be played in one environment, each in a town of its own."""
        self.scenario = scenario
        self.calendar: WorkCalendar = calendar_of(scenario)
        self.refused: list[RefusedAct] = []
        self._environment = environment
        self._progress = progress
        cases = CaseClient(environment.skipper.client, town, NewIds(environment.store), TASK_QUEUE)
        clocks = Clocks(environment.skipper, cases)
        self._town = Town(environment.store, cases, clocks, scenario.policy, self.calendar)
        self._polls = Polls(self._town, environment.box, environment.parties, scenario, self._note)

    @property
    def town(self) -> str:
        """The town that is played in."""
        return self._town.name

    @property
    def warnings(self) -> list[str]:
        """What could not follow an act, in Chinese."""
        return self._town.warnings

    async def play(self) -> None:
        """Play to the end: every act done or refused, and no deadline ahead."""
        rounds = deque(schedule(self.scenario))
        total = len(rounds)
        first = rounds[0].at
        await write_books(
            self._environment.store, self._town.name, self.scenario, self.calendar, start_of(first.date())
        )
        await self._town.look(first)
        while rounds or self._town.deadlines:
            deadline = min(self._town.deadlines.values(), default=None)
            if deadline is not None and (not rounds or deadline <= rounds[0].at):
                await self._pass(deadline)
            else:
                await self._do(rounds.popleft())
            if self._progress is not None and self._town.now is not None:
                self._progress(self._town.now, total - len(rounds), total)

    # -- deadlines ----------------------------------------------------------------------------------------------------

    async def _pass(self, deadline: datetime) -> None:
        """Let a moment come for every case that waits for it."""
        due = [case for case, at in self._town.deadlines.items() if at <= deadline]
        at = deadline + _PAST
        self._town.now = deadline
        await self._town.clocks.move([*due, *self._listeners(due)], at)
        give_up = time.monotonic() + _PATIENCE_SECONDS
        acting = await self._town.look(at)
        while late := [case for case in due if self._town.deadlines.get(case, at) <= deadline]:
            if time.monotonic() > give_up:
                raise DeadlineMissed(f"{', '.join('-'.join(case) for case in late)} let {deadline} pass")
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            acting |= await self._town.look(at)
        while acting:
            await self._town.settle(acting)
            acting = await self._town.look(at)

    def _listeners(self, cases: list[CaseKey]) -> list[CaseKey]:
        """The cases that may be told of what happens in these: they record it under the date of their own clock."""
        years = {case.case_id[:4] for case in cases}
        listeners = [case for case in self._town.running(CaseKind.CYCLE) if case.case_id in years]
        if any(case.kind is CaseKind.ASSESSMENT for case in cases):
            listeners += self._town.running(CaseKind.ASSESSMENT)
        return listeners

    # -- acts ---------------------------------------------------------------------------------------------------------

    async def _do(self, turn: Round) -> None:
        """Do the acts of a round: lanes side by side, the acts of a lane one after the other."""
        self._town.now = turn.at
        concerned = [case for lane in turn.lanes for act in lane for case in _cases_of(act)]
        await self._town.clocks.move([*concerned, *self._listeners(concerned)], turn.at)
        await asyncio.gather(*(self._lane(lane, turn.at) for lane in turn.lanes))
        await self._town.look(turn.at)

    async def _lane(self, lane: Lane, at: datetime) -> None:
        for act in lane:
            await self._act(act, at)

    async def _act(self, act: Act, at: datetime) -> None:
        match act:
            case OpenYear():
                await self._open_year(act, at)
            case TakeOffice():
                await self._take_office(act, at)
            case CaseAct():
                await self._case_act(act, at)
            case Together():
                for start in range(0, len(act.acts), _AT_ONCE):
                    few = act.acts[start : start + _AT_ONCE]
                    await asyncio.gather(*(self._case_act(each, at) for each in few))
            case ServeNotice():
                await self._serve(act, at)
            case HoldPoll():
                await self._polls.hold(act, at)
            case _:
                assert_never(act)

    async def _case_act(self, act: CaseAct, at: datetime) -> None:
        case = CaseKey(act.kind, act.case_id)
        if act.if_there and not self._town.known(case):
            return
        try:
            await self._town.act(act, at)
        except Refusal as refusal:
            self._note(case, act.command, at, refusal)

    async def _open_year(self, act: OpenYear, at: datetime) -> None:
        roster = await read_book(self._environment.store, self._town.name, ROSTER)
        opening = OpenCycle(year=act.year, subjects=roster.posts(at.date()), deputies=len(roster.active_deputies))
        await self._town.open_year(str(act.year), opening, at)

    async def _take_office(self, act: TakeOffice, at: datetime) -> None:
        await write_head(self._environment.store, self._town.name, act, at)
        for cycle in self._town.running(CaseKind.CYCLE):
            case_id = f"{cycle.case_id}-{act.subject}"
            told = [CaseKey(CaseKind.APPRAISAL, case_id), CaseKey(CaseKind.RECTIFICATION, case_id)]
            await self._town.clocks.move([cycle, *told], at)
            command = ChangeHead(subject=act.subject, responsible=act.responsible, from_=act.from_)
            await self._case_act(CaseAct(CaseKind.CYCLE, cycle.case_id, command), at)

    async def _serve(self, act: ServeNotice, at: datetime) -> None:
        case = CaseKey(CaseKind.RECTIFICATION, act.case_id)
        if self._town.known(case) and not self._town.recorded(case, NoticeServed.type_name):
            await self._case_act(CaseAct(CaseKind.RECTIFICATION, act.case_id, rectification.ServeNotice()), at)

    def _note(self, case: CaseKey, command: Command, at: datetime, refusal: Refusal) -> None:
        log.info("act_refused", case=case.case_id, kind=case.kind, act=command.act, code=refusal.code)
        self.refused.append(RefusedAct(at, case, command.act, refusal.code, refusal.message))


def _cases_of(act: Act) -> list[CaseKey]:
    """The cases that an act moves."""
    match act:
        case CaseAct():
            return [CaseKey(act.kind, act.case_id)]
        case Together():
            return list(dict.fromkeys(CaseKey(each.kind, each.case_id) for each in act.acts))
        case ServeNotice():
            return [CaseKey(CaseKind.RECTIFICATION, act.case_id)]
        case HoldPoll():
            return [CaseKey(seat.kind, seat.case_id) for seat in act.seats]
        case OpenYear() | TakeOffice():
            return []
        case _:
            assert_never(act)
