"""A whole secret ballot inside this process: parties, phones, witnesses and scrutineers, for rehearsals and tests.

All secrets are in one hand here, so nothing is secret; but every ballot is stamped, sealed, logged, opened twice and
verified as in the hall.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from ballotbox.interface import BallotBox
from ballotbox.phone_path import Offices
from ballotbox.polls import PollKey, PollSetup
from ballotbox.secret.box import Receipt
from ballotbox.secret.ceremony import Dealing
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.in_memory import InMemoryBox, InMemoryIssuer, StampKeys
from ballotbox.secret.manifest import Poll, Services
from ballotbox.secret.requests import StampValues
from ballotbox.secret.scripted_phones import Lines, PhonesInHand
from ballotbox.secret.teams import open_as_team
from transparency.signed_note import text_of

TEAMS: tuple[tuple[Literal[1, 2], tuple[int, ...]], ...] = ((1, (1, 2, 3)), (2, (3, 4, 5)))
_SERVICES = Services(a="https://a.invalid", b="https://b.invalid", box="https://box.invalid")
_PAGE = "<!doctype html><title>演练</title>".encode()


class InMemoryParties:
    """The parties of polls that are held in this process."""

    def __init__(self) -> None:
        self._keys = StampKeys()
        self.a = InMemoryIssuer("a", self._keys)
        self.b = InMemoryIssuer("b", self._keys)
        self.box = InMemoryBox()
        self.dealings: dict[PollKey, Dealing] = {}
        self.phones = PhonesInHand(_LinesInside(self))

    @property
    def offices(self) -> Offices:
        """As a poll box is made with."""
        return Offices(self.a, self.b, self.box, self.box, _SERVICES, lambda: _PAGE, self._keep)

    async def open(self, box: BallotBox, setup: PollSetup, *, teams: int = 2) -> None:
        """End the casting, have the log's end co-signed, and have the box opened by as many teams."""
        await open_with(box, setup.key, self.dealings[setup.key], self._cosign, teams=teams)
        self.phones.forget(setup.key)

    async def _cosign(self, manifest: str, note: str) -> None:
        self.box.cosign(manifest, note)

    async def _keep(self, poll: PollKey, dealing: Dealing) -> None:
        self.dealings[poll] = dealing

    def close(self) -> None:
        """End the threads."""
        self._keys.close()


async def open_with(
    box: BallotBox,
    poll: PollKey,
    dealing: Dealing,
    cosign: Callable[[str, str], Awaitable[None]],
    *,
    teams: int = 2,
) -> None:
    """Play witnesses and scrutineers with what was dealt to them: sign the log's end, open by as many teams.

    `cosign` takes a manifest's hash and a co-signed checkpoint to the box.
    """
    await box.end_casting(poll)
    contents = await box.contents(poll)
    text = text_of(contents.checkpoint)
    for number in range(1, dealing.poll.manifest.witness_quorum + 1):
        await cosign(dealing.poll.hash.hex(), dealing.witnesses[number].sign(text))
    contents = await box.contents(poll)
    for team, numbers in TEAMS[:teams]:
        slips = [dealing.slips[number] for number in numbers]
        await box.submit_opening(poll, await asyncio.to_thread(open_as_team, contents, slips, team))


class _LinesInside(Lines):
    """From the phones to the parties of one process. A key serves one thread at a time, so each issuer has its own."""

    def __init__(self, parties: InMemoryParties) -> None:
        self._parties = parties
        self._desks = {name: ThreadPoolExecutor(1, thread_name_prefix=f"issuer-{name}") for name in ("a", "b")}

    async def manifest(self, poll: PollKey) -> Poll:
        return self._parties.dealings[poll].poll

    async def stamp(self, issuer: Literal["a", "b"], poll: Poll, deputy: str, request: StampValues) -> StampValues:
        office = self._parties.a if issuer == "a" else self._parties.b
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._desks[issuer], office.stamp, poll.hash.hex(), deputy, request)

    async def cast(self, poll: Poll, envelope: Envelope) -> Receipt:
        return self._parties.box.cast(poll.hash.hex(), envelope)
