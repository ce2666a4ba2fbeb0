"""The phones' path of a poll: what the organiser asks of the two issuers, the box and the board.

No database here: `poll_box.py` keeps what must be remembered. Every step may be done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from ballotbox import refusals
from ballotbox.board import Board
from ballotbox.facts import facts_of, policy_bytes
from ballotbox.offices import BoxContents, BoxOffice, Collected, IssuerOffice, Voter
from ballotbox.polls import PollKey, PollSetup
from ballotbox.secret.ceremony import Dealing, DealingRequest, deal, roster_bytes
from ballotbox.secret.log import STATEMENT_FILES, LogContents, read_checkpoint, read_log
from ballotbox.secret.manifest import Poll, Services, slots_of
from domain.policy.document import BallotMode

KeepSlips = Callable[[PollKey, Dealing], Awaitable[None]]
"""Puts the secrets of a dealing where they will be printed from; durable before it returns."""


@dataclass(frozen=True)
class Offices:
    """The parties of polls on phones, and what is dealt with here where no ceremony was held before."""

    a: IssuerOffice
    b: IssuerOffice
    box: BoxOffice
    board: Board
    services: Services
    page: Callable[[], bytes]
    keep_slips: KeepSlips
    one_operator: bool = True

    @property
    def issuers(self) -> tuple[IssuerOffice, IssuerOffice]:
        """A and B."""
        return self.a, self.b

    async def request_for(self, setup: PollSetup, witness_keys: Sequence[str] | None = None) -> DealingRequest:
        """What a poll's dealing is asked with: the facts, and the keys that issuers and box have made for it.

        `witness_keys`: public keys of the witnesses' own making; None: keys are dealt for them.
        """
        facts = facts_of(setup, services=self.services, page=self.page(), one_operator=self.one_operator)
        subjects = list(facts.recused)
        slots = [slot.name for s in subjects for slot in slots_of(s, facts.questions, facts.slice_by)]
        a, b, box = await asyncio.gather(
            self.a.prepare(setup.key, slots, subjects),
            self.b.prepare(setup.key, slots, subjects),
            self.box.prepare(setup.key),
        )
        return DealingRequest.of(facts, {"a": a, "b": b}, box, witness_keys)

    async def deal_here(self, setup: PollSetup, witness_keys: Sequence[str] | None = None) -> Poll:
        """Deal a poll on this machine: whoever runs it could read the slips. They are kept to be printed."""
        try:
            dealing = await asyncio.to_thread(deal, await self.request_for(setup, witness_keys))
        except ValueError as fault:
            raise refusals.cannot_be_dealt(setup.poll_id, str(fault)) from fault
        await self.keep_slips(setup.key, dealing)
        return dealing.poll

    async def begin(self, setup: PollSetup, poll: Poll, names: Mapping[str, str]) -> None:
        """Collecting begins: the manifest stands on the board, and both issuers stamp."""
        files = {
            "roster.json": roster_bytes(setup.deputies),
            "policy": policy_bytes(setup.policy),
            "page": self.page(),
        }
        voters = [Voter(deputy, names.get(deputy, deputy)) for deputy in setup.deputies]
        await self.box.announce(poll.data, files)
        await asyncio.gather(*(issuer.begin(poll.data, voters) for issuer in self.issuers))

    async def give_paper(self, manifest: str, deputies: Sequence[str]) -> None:
        """B first: it is the one that refuses a deputy who has both stamps, and then A must not know of paper."""
        await self.b.give_paper(manifest, deputies)
        await self.a.give_paper(manifest, deputies)

    async def collected(self, manifest: str) -> Collected:
        """Who could cast: those on both lists, at most as many as on the shorter one, and those who took paper."""
        a, b = await asyncio.gather(self.a.collected(manifest), self.b.collected(manifest))
        return Collected(phones=min(a.phones, b.phones), paper=b.paper)

    async def end_collecting(self, poll: Poll) -> tuple[str, ...]:
        """The four statements, leaves 1 to 4. Refused, before any key is destroyed, where paper was written down on one
        side only. Who is on one list alone has one stamp, and can cast nothing."""
        manifest = poll.hash.hex()
        counts = await asyncio.gather(*(issuer.collected(manifest) for issuer in self.issuers))
        if counts[0].paper != counts[1].paper:
            raise refusals.lists_differ("两家登记的纸质票数不同，请把领纸质票的代表再登记一次")
        a = await self.a.end_collecting(manifest)
        b = await self.b.end_collecting(manifest)
        statements = (a.collectors, b.collectors, a.destroyed, b.destroyed)
        lists = lists_of(poll, statements).collectors
        if lists["a"].paper != lists["b"].paper:
            raise refusals.lists_differ("两家登记的纸质票数不同")
        return statements

    async def log_alone(self, poll: Poll) -> BoxContents:
        """The closed log as the board shows it, without a ciphertext."""
        files = await self.board.files(poll.hash.hex())
        entries = files["entries.jsonl"].splitlines()
        leaves = (poll.data, *(files[name] for name in STATEMENT_FILES), *entries)
        return BoxContents(leaves, {}, files["checkpoint.note"].decode())

    async def log_root(self, poll: Poll) -> bytes:
        """Root of the closed log, as its last checkpoint on the board says."""
        files = await self.board.files(poll.hash.hex())
        return read_checkpoint(poll, files["checkpoint.note"].decode()).root


def lists_of(poll: Poll, statements: Sequence[str]) -> LogContents:
    """The issuers' statements, read as the log's beginning."""
    return read_log(poll, [poll.data, *(note.encode() for note in statements)])


def check_may_cast(setup: PollSetup, collected: Collected) -> None:
    """Whether casting may begin with this many deputies. Raises `Refusal`."""
    everybody = collected.phones + collected.paper
    for subject in setup.subjects:
        at_least = everybody - len(subject.recused)
        if at_least > subject.ballots:
            raise refusals.too_many_collected(subject.subject, at_least, subject.ballots)
    if setup.mode is BallotMode.MIXED:
        minimum = setup.ballot.minimum_path
        for path, number in (("手机投票", collected.phones), ("纸质票", collected.paper)):
            if 0 < number < minimum:
                raise refusals.below_minimum_path(path, number, minimum)
