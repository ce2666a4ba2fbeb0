"""How scripted phones reach issuers and box over HTTP, as the deputies' page does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from ballotbox.board import Board
from ballotbox.interface import BallotBox
from ballotbox.offices import IssuerName, IssuerOffice
from ballotbox.polls import PollKey
from ballotbox.refusals import unknown_poll
from ballotbox.secret.box import Receipt
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.manifest import Poll
from ballotbox.secret.requests import StampValues
from ballotbox.secret.scripted_phones import Lines
from domain.acts import Refusal

_PATIENCE_SECONDS = 60.0


class LinesOverHttp(Lines):
    """Phones find the manifest on the board, and the parties where the manifest says."""

    def __init__(self, box: BallotBox, board: Board, offices: Mapping[IssuerName, IssuerOffice]) -> None:
        """`offices` give each deputy's code, as the desks hand it out."""
        self._box = box
        self._board = board
        self._offices = offices
        self._polls: dict[PollKey, Poll] = {}
        self._codes: dict[tuple[IssuerName, str, str], str] = {}

    async def manifest(self, poll: PollKey) -> Poll:
        if poll not in self._polls:
            named = (await self._box.status(poll)).manifest
            if named is None:
                raise unknown_poll(poll.poll_id)
            self._polls[poll] = Poll((await self._board.files(named))["manifest.json"])
        return self._polls[poll]

    async def stamp(self, issuer: IssuerName, poll: Poll, deputy: str, request: StampValues) -> StampValues:
        manifest = poll.hash.hex()
        where = poll.manifest.services.a if issuer == "a" else poll.manifest.services.b
        body: dict[str, object] = {kind: {n: v.hex() for n, v in part.items()} for kind, part in _parts(request)}
        body["code"] = await self._code(issuer, manifest, deputy)
        answer = await _post(f"{where}/stamp/{manifest}", json=body)
        slices, tokens = ({n: bytes.fromhex(v) for n, v in answer[kind].items()} for kind in ("slices", "tokens"))
        return StampValues(slices, tokens)

    async def cast(self, poll: Poll, envelope: Envelope) -> Receipt:
        url = f"{poll.manifest.services.box}/cast/{poll.hash.hex()}"
        return Receipt.model_validate(await _post(url, content=envelope.to_bytes()))

    async def _code(self, issuer: IssuerName, manifest: str, deputy: str) -> str:
        key = (issuer, manifest, deputy)
        if key not in self._codes:
            self._codes[key] = (await self._offices[issuer].codes(manifest, [deputy]))[deputy]
        return self._codes[key]


def _parts(values: StampValues) -> list[tuple[str, Mapping[str, bytes]]]:
    return [("slices", values.slices), ("tokens", values.tokens)]


async def _post(url: str, **body: Any) -> Any:
    # A connection an act, as the page has it: no two requests can be known to be of one phone by their connection.
    async with httpx.AsyncClient(trust_env=False, timeout=_PATIENCE_SECONDS) as client:
        answer = await client.post(url, **body)
    said = answer.json()
    if not answer.is_success:
        raise Refusal(said["code"], said["message"])
    return said
