"""What the organiser's subcommands work with: the poll's case, its box, and the parties of the secret ballot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from activities.ballots import setup_of
from ballotbox.offices import PartyUnreachable
from ballotbox.phone_path import Offices
from ballotbox.poll_box import PollBox
from ballotbox.polls import PollKey, PollSetup
from ballotbox.secret.manifest import Poll
from commands.desk import Records, open_records
from commands.outcome import Failure, invalid_input
from domain.cases.case import CaseKind, fold, stream_of
from domain.cases.poll.state import PollState
from domain.cases.registry import GOVERNED
from domain.policy.document import BallotMode
from runtime.settings import Settings
from worker import ballot_offices, opened_box


@dataclass(frozen=True)
class Organising:
    """One poll, as its organiser handles it."""

    records: Records
    box: PollBox
    offices: Offices
    key: PollKey

    async def state(self) -> PollState:
        """The poll's case. Raises `Failure`."""
        events = await self.records.store.read_stream(self.key.town, stream_of(CaseKind.POLL, self.key.poll_id))
        if not events:
            raise invalid_input(f"没有测评 {self.key.poll_id}。", "用 jiandu cases 查看测评编号，如 2026-P1。")
        state: PollState = fold(GOVERNED[CaseKind.POLL], events).inner
        return state

    async def setup(self) -> PollSetup:
        """The poll's setup: under which it opened, or would open today. Raises `Failure` for a poll on paper alone."""
        found = await self.box.setup_of(self.key)
        if found is None:
            events = await self.records.store.read_stream(self.key.town, stream_of(CaseKind.POLL, self.key.poll_id))
            state = await self.state()
            policy = (await self.records.policies())[events[0].metadata.policy_version]
            found = setup_of(self.key.town, self.key.poll_id, state, policy, await self.records.roster())
        if found.mode is BallotMode.PAPER:
            raise Failure(f"测评 {self.key.poll_id} 只用纸票，没有密钥，不需要这一步。", code="on_paper")
        return found

    async def names(self) -> dict[str, str]:
        """Names of deputies by their ids."""
        roster = await self.records.roster()
        return {deputy.id: deputy.name for deputy in roster.deputies.values()}

    async def poll(self) -> Poll:
        """The poll's manifest. Raises `Failure` before the set-up."""
        manifest = await self.box.adopted(self.key)
        if manifest is None:
            raise Failure(
                f"测评 {self.key.poll_id} 还没有设置。",
                f"先运行 jiandu ballot set-up {self.key.poll_id}。",
                code="no_set_up",
            )
        return Poll(manifest)


@asynccontextmanager
async def organising(poll: str, settings: Settings | None = None) -> AsyncIterator[Organising]:
    """A poll at hand. An unreachable party becomes a `Failure`."""
    async with open_records(settings) as records:
        settings, url = records.settings, records.database.url
        try:
            async with ballot_offices(settings) as offices, opened_box(settings, url) as box:
                yield Organising(records, box, offices, PollKey(records.town, poll))
        except PartyUnreachable as fault:
            raise Failure(str(fault), "看 jiandu up 是否在运行，或各方的地址设置。", code="unreachable") from fault
