"""The contract with real parties: issuers and box over HTTP, each on a database of its own, and a board in a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox.board import FolderBoard, HttpBoard
from ballotbox.http_parties import Party, http_offices, slips_folder
from ballotbox.http_phones import LinesOverHttp
from ballotbox.in_memory import TEAMS, open_with
from ballotbox.interface import BallotBox
from ballotbox.page import page_bytes
from ballotbox.poll_box import PollBox
from ballotbox.polls import PollKey, PollSetup
from ballotbox.secret.ceremony import Dealing
from ballotbox.secret.manifest import ISSUERS, Poll
from ballotbox.secret.scripted_phones import PhonesInHand
from ballotbox.secret.slips import Slip
from ballotbox.secret.teams import open_as_team
from ballotbox.secret.verify import verify_folder
from ballotbox.services.board import board_app
from ballotbox.services.box.app import box_app
from ballotbox.services.issuer.app import issuer_app
from domain.policy.document import BallotMode
from tests.ballotbox.contract import BothPathsContract, VoteContract
from tests.ballotbox.polls import DEPUTIES, Hall, marks, setup
from tests.ballotbox.services.conftest import cluster, new_part_database
from tests.browser import served
from transparency.signed_note import NoteSigner

__all__ = ["cluster", "new_part_database"]

KEY = "office-key-of-the-tests-0123456789abcdef"


class HttpParties:
    """Phones, witnesses and scrutineers who reach the parties over HTTP, with the slips as they were kept."""

    def __init__(self, phones: PhonesInHand, slips: Path) -> None:
        self.phones = phones
        self._slips = slips

    async def open(self, box: BallotBox, setup: PollSetup, *, teams: int = 2) -> None:
        dealing = self._dealing(setup.key)

        async def cosign(manifest: str, note: str) -> None:
            async with httpx.AsyncClient(trust_env=False) as client:
                url = f"{dealing.poll.manifest.services.box}/witness/{manifest}"
                (await client.post(url, content=note.encode())).raise_for_status()

        await open_with(box, setup.key, dealing, cosign, teams=teams)

    async def hand_in(self, box: BallotBox, setup: PollSetup) -> None:
        """Both teams sign what the box gives them, and hand it in."""
        contents, dealing = await box.contents(setup.key), self._dealing(setup.key)
        for team, numbers in TEAMS:
            slips = [dealing.slips[number] for number in numbers]
            await box.submit_opening(setup.key, open_as_team(contents, slips, team))

    def _dealing(self, poll: PollKey) -> Dealing:
        folder = slips_folder(self._slips, poll)
        manifest = Poll((folder / "manifest.json").read_bytes())
        slips = {n: Slip.decode((folder / f"slip-{n}.txt").read_text(), manifest) for n in range(1, 6)}
        witnesses = {n: NoteSigner.parse((folder / f"witness-{n}.key").read_text()) for n in range(1, 6)}
        return Dealing(manifest, slips, witnesses)


@pytest_asyncio.fixture
async def hall(
    engine: AsyncEngine, new_part_database: Callable[[], str], tmp_path: Path
) -> AsyncIterator[Hall[HttpParties]]:
    """Both issuers, the box and the board, listening."""
    async with AsyncExitStack() as stack:
        issuers = {}
        for name in ISSUERS:
            app = await stack.enter_async_context(issuer_app(name, tmp_path / name, new_part_database(), KEY))
            issuers[name] = Party(await stack.enter_async_context(served(app)), KEY)
        folder, slips = tmp_path / "board", tmp_path / "slips"
        box = Party(
            await stack.enter_async_context(served(box_app(new_part_database(), tmp_path / "box", folder, KEY))), KEY
        )
        origins = [issuers["a"].origin, issuers["b"].origin, box.origin]
        board = await stack.enter_async_context(served(board_app(folder, page_bytes, origins)))
        offices = await stack.enter_async_context(
            http_offices(
                issuers["a"],
                issuers["b"],
                box,
                HttpBoard(board),
                page=page_bytes,
                slips=slips,
                one_operator=True,
            )
        )
        poll_box = PollBox(engine, offices)
        lines = LinesOverHttp(poll_box, FolderBoard(folder), {"a": offices.a, "b": offices.b})
        yield Hall(poll_box, HttpParties(PhonesInHand(lines), slips))


class TestVote(VoteContract):
    """Phones."""


class TestBothPaths(BothPathsContract):
    """Phones and paper."""


async def test_a_void_poll_is_signed_and_published_as_void(hall: Hall[HttpParties], tmp_path: Path) -> None:
    poll = setup(BallotMode.MIXED)
    await hall.box.open(poll)
    await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
    await hall.box.issue_paper(poll.key, ["d4"])
    await hall.box.begin_casting(poll.key)
    await hall.parties.phones.cast(poll.key, {"d1": {"czs": marks("excellent")}})
    await hall.on_paper(poll, [marks("competent")] * 2)
    await hall.parties.open(hall.box, poll, teams=0)
    assert not (await hall.box.close(poll.key)).opened
    await hall.box.discard(poll.key)
    await hall.parties.hand_in(hall.box, poll)
    (folder,) = (tmp_path / "board" / "polls").iterdir()
    assert verify_folder(folder) == []
