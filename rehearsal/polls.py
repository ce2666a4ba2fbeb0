"""Holding the polls of a scenario: who is put to it, the meeting, the box, the count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from ballotbox.in_memory import InMemoryParties
from ballotbox.interface import BallotBox
from ballotbox.polls import PollKey
from domain.acts import Command, Refusal
from domain.cases.appraisal.commands import PutToPoll
from domain.cases.appraisal.events import PollRefused
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import CallPoll
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, PollItem
from domain.cases.poll.events import Opened
from domain.cases.rectification.commands import PutToRevote
from domain.policy.document import BallotMode
from domain.roster.books import ROSTER
from domain.roster.state import RosterState
from eventstore.books import read_book
from rehearsal.acts import CaseAct, HoldPoll, Seat
from rehearsal.clocks import CaseKey
from rehearsal.polling import Voters, cast, collectors_of, enter_rows, enter_sheets
from rehearsal.scenario.model import Scenario
from rehearsal.town import Town
from workflows.messages import Receipt

Note = Callable[[CaseKey, Command, datetime, Refusal], None]
"""Told of every act that the rules refused."""

REFUSED: Final = PollRefused.type_name


class Polls:
    """Holds polls, each with its box filled to the figures of the scenario."""

    def __init__(self, town: Town, box: BallotBox, parties: InMemoryParties, scenario: Scenario, note: Note) -> None:
        self._town = town
        self._box = box
        self._parties = parties
        self._scenario = scenario
        self._note = note

    async def hold(self, poll: HoldPoll, at: datetime) -> None:
        """Hold a poll of those subjects whose cases may be put to it."""
        case_id = f"{poll.year}-{poll.poll_id}"
        put = await asyncio.gather(*(self._put(seat, case_id, at) for seat in poll.seats))
        seats = [seat for seat, is_put in zip(poll.seats, put, strict=True) if is_put]
        if not seats:
            return
        roster = await read_book(self._town.store, self._town.name, ROSTER)
        voters = {seat.subject: self._voters(roster, seat.subject, at) for seat in seats}
        by_hand = self._scenario.ballots == "counted"
        collectors = None if by_hand else collectors_of(seats, voters, self._scenario.policy.appraisal)
        mode = BallotMode.PAPER if collectors is None else BallotMode.PHONES
        if await self._open(poll, case_id, seats, voters, mode, at):
            await self._collect(PollKey(self._town.name, case_id), seats, voters, collectors)
            await self._try(CaseAct(CaseKind.POLL, case_id, ClosePoll()), at)

    async def _put(self, seat: Seat, poll_id: str, at: datetime) -> bool:
        """Whether a case puts its subject to the poll; a case that must not yet says so and records it."""
        case = CaseKey(seat.kind, seat.case_id)
        if seat.kind is CaseKind.RECTIFICATION and not self._town.known(case):
            return False
        command = PutToPoll(poll_id=poll_id) if seat.kind is CaseKind.APPRAISAL else PutToRevote(poll_id=poll_id)
        receipt = await self._try(CaseAct(seat.kind, seat.case_id, command), at)
        return receipt is not None and all(each.event != REFUSED for each in receipt.events)

    def _voters(self, roster: RosterState, subject: str, at: datetime) -> Voters:
        everybody = [deputy.id for deputy in roster.active_deputies]
        recused = roster.recused(subject, at.date())
        return Voters(tuple(each for each in everybody if each not in recused), recused)

    async def _open(
        self,
        poll: HoldPoll,
        case_id: str,
        seats: Sequence[Seat],
        voters: Mapping[str, Voters],
        mode: BallotMode,
        at: datetime,
    ) -> bool:
        """Call the poll and begin the meeting; whether enough deputies came."""
        items = tuple(
            PollItem(
                subject=seat.subject,
                case_kind=ItemKind(seat.kind.value),
                case_id=seat.case_id,
                entitled=voters[seat.subject].entitled,
                recused=len(voters[seat.subject].recused),
            )
            for seat in seats
        )
        called = CallPoll(poll_id=poll.poll_id, items=items, mode=mode, date=at.date())
        if await self._try(CaseAct(CaseKind.CYCLE, str(poll.year), called), at) is None:
            return False
        issued = {seat.subject: voters[seat.subject].issued(seat) for seat in seats}
        receipt = await self._try(CaseAct(CaseKind.POLL, case_id, OpenPoll(present=poll.present, issued=issued)), at)
        return receipt is not None and any(each.event == Opened.type_name for each in receipt.events)

    async def _collect(
        self, key: PollKey, seats: Sequence[Seat], voters: Mapping[str, Voters], collectors: Sequence[str] | None
    ) -> None:
        policy = self._scenario.policy.appraisal
        if collectors is not None:
            await cast(self._box, self._parties, key, seats, voters, collectors, policy)
        elif self._scenario.ballots == "counted":
            await enter_rows(self._box, key, seats, policy)
        else:
            await enter_sheets(self._box, key, seats, policy)

    async def _try(self, act: CaseAct, at: datetime) -> Receipt | None:
        """Do an act; None when the rules refuse it."""
        try:
            return await self._town.act(act, at)
        except Refusal as refusal:
            self._note(CaseKey(act.kind, act.case_id), act.command, at, refusal)
            return None
