"""What scrutineers do at their page, apart from how it is shown. Slips live as long as one answer takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ballotbox.interface import BallotBox
from ballotbox.offices import PartyUnreachable
from ballotbox.phone_path import Offices
from ballotbox.polls import Phase, PollKey
from ballotbox.secret.destruction import publish_destruction, sign_destruction
from ballotbox.secret.encoding import sha256
from ballotbox.secret.manifest import Poll as Manifest
from ballotbox.secret.shares import SharesRefused
from ballotbox.secret.slips import Slip, SlipRefused
from ballotbox.secret.teams import Team, open_as_team
from domain.acts import Actor, Refusal
from domain.cases.case import CaseKind
from domain.cases.poll.commands import ClosePoll
from domain.cases.poll.objections import DestroyBallots
from domain.cases.poll.state import PollState
from web.acts.counter import Counter
from web.scrutineers.two_persons import TwoPersons
from web.scrutineers.view import ScrutineersView, view_of
from workflows.client import EngineUnavailable


class Room:
    """The scrutineers' work in the polls of one town."""

    def __init__(self, town: str, counter: Counter, box: BallotBox, offices: Offices) -> None:
        self._town = town
        self._counter = counter
        self._box = box
        self._offices = offices
        self.two = TwoPersons()

    async def view(self, case_id: str, state: PollState) -> ScrutineersView:
        """The page of a poll. Raises `PartyUnreachable`."""
        key = PollKey(self._town, case_id)
        data = await self._box.adopted(key)
        manifest = None if data is None else Manifest(data)
        if await self._box.setup_of(key) is None:
            return view_of(case_id, state, manifest, None, None, [])
        status = await self._box.status(key)
        closed = status.phase in (Phase.ENDED, Phase.CLOSED)
        numbers = None
        if closed and manifest is not None:
            numbers = await self._offices.box.numbers(manifest.hash.hex())
        return view_of(case_id, state, manifest, status, numbers, await self._box.submitted(key))

    async def open(self, case_id: str, team: Team, texts: Sequence[str]) -> str:
        """Open as a team, and submit what came out. Raises `Refusal`, `PartyUnreachable`."""
        key = PollKey(self._town, case_id)
        manifest = await self._manifest(key)
        slips = _slips(manifest, texts)
        contents = await self._box.contents(key)
        try:
            result = await asyncio.to_thread(open_as_team, contents, slips, team)
        except (SlipRefused, SharesRefused) as refused:
            raise Refusal("shares", f"{refused}。") from None
        await self._box.submit_opening(key, result)
        return f"第 {team} 组已开箱，请宣读下面的根。"

    async def publish(self, case_id: str, person: str, actor: Actor) -> str:
        """Agree to the publication; with the second person it is done. Raises `Refusal`."""
        results = await self._box.submitted(PollKey(self._town, case_id))
        # What is agreed to is this pair of results: another opening needs both persons anew.
        pair = sha256(b"".join(result.to_bytes() for result in results)).hex()[:16]
        what = f"publish:{case_id}:{pair}"
        if not self.two.agree(what, person):
            return f"{person} 已确认；请另一人确认后公布。"
        await self._counter.do(CaseKind.POLL, case_id, ClosePoll(), actor, what)
        self.two.forget(what)
        return "已提交公布：核对一致后即计票、公布。请稍候刷新。"

    async def destroy(self, case_id: str, texts: Sequence[str], actor: Actor) -> str:
        """Sign, record, and destroy the ciphertexts; again: goes on. Raises `Refusal`, `PartyUnreachable`."""
        key = PollKey(self._town, case_id)
        manifest = await self._manifest(key)
        note = sign_destruction(manifest, _slips(manifest, texts))
        poll = manifest.hash.hex()
        await self._counter.do(CaseKind.POLL, case_id, DestroyBallots(), actor, f"destroy:{case_id}:{poll[:16]}")
        await publish_destruction(self._offices.box, manifest, note)
        await self._box.destroy(key)
        return "密文已销毁。请五名监票人当众销毁各自的密钥条。"

    async def _manifest(self, key: PollKey) -> Manifest:
        data = await self._box.adopted(key)
        if data is None:
            raise Refusal("no_set_up", "本次测评还没有设置，没有可用的密钥条。")
        return Manifest(data)


def fault_words(fault: Refusal | PartyUnreachable | EngineUnavailable) -> str:
    """What the page says of it."""
    if isinstance(fault, EngineUnavailable):
        return "流程引擎暂时没有应答，还不能确定是否办妥。请稍候再按一次，不会重复办理。"
    return fault.message if isinstance(fault, Refusal) else str(fault)


def _slips(manifest: Manifest, texts: Sequence[str]) -> list[Slip]:
    slips = []
    for place, text in enumerate(texts, 1):
        try:
            slips.append(Slip.decode(text, manifest))
        except SlipRefused as refused:
            raise Refusal("slip", f"第 {place} 格：{refused}。") from None
    return slips
