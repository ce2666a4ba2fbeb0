"""Deputies' phones under a program's control, speaking to parties in this process or elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from ballotbox.ballots import Ballot
from ballotbox.interface import ScriptedPhones
from ballotbox.offices import IssuerName
from ballotbox.polls import PollKey
from ballotbox.secret.box import Receipt
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.manifest import ISSUERS, Poll
from ballotbox.secret.phone import Phone
from ballotbox.secret.requests import StampValues


class Lines(Protocol):
    """How phones reach the parties."""

    async def manifest(self, poll: PollKey) -> Poll:
        """The poll that the hall's QR code names."""
        ...

    async def stamp(self, issuer: IssuerName, poll: Poll, deputy: str, request: StampValues) -> StampValues:
        """Ask an issuer for its stamps."""
        ...

    async def cast(self, poll: Poll, envelope: Envelope) -> Receipt:
        """Send an envelope, without a name."""
        ...


class PhonesInHand(ScriptedPhones):
    """All deputies' phones. Their arithmetic is done in threads, so that the rest of the program goes on."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.phones: dict[tuple[PollKey, str], Phone] = {}
        self.receipts: dict[PollKey, list[Receipt]] = {}

    async def collect(self, poll: PollKey, deputies: Sequence[str]) -> None:
        manifest = await self._lines.manifest(poll)
        await asyncio.gather(*(self._collect(poll, manifest, deputy) for deputy in deputies))

    async def cast(self, poll: PollKey, ballots: Mapping[str, Mapping[str, Ballot]]) -> None:
        manifest = await self._lines.manifest(poll)
        envelopes = await asyncio.to_thread(self._filled, poll, ballots)
        kept = self.receipts.setdefault(poll, [])
        for envelope in envelopes:
            kept.append(await self._lines.cast(manifest, envelope))

    def forget(self, poll: PollKey) -> None:
        """Throw the phones of a poll away."""
        for key in [key for key in self.phones if key[0] == poll]:
            del self.phones[key]

    async def _collect(self, poll: PollKey, manifest: Poll, deputy: str) -> None:
        phone = await asyncio.to_thread(Phone, manifest, deputy)
        self.phones[poll, deputy] = phone
        for issuer in ISSUERS:
            request = await asyncio.to_thread(phone.request, issuer)
            answer = await self._lines.stamp(issuer, manifest, deputy, request)
            await asyncio.to_thread(phone.take, issuer, answer)

    def _filled(self, poll: PollKey, ballots: Mapping[str, Mapping[str, Ballot]]) -> list[Envelope]:
        envelopes = []
        for deputy, own in ballots.items():
            marks = {s: {q: _mark(ballot.rows[q]) for q in ballot.rows} for s, ballot in own.items()}
            envelopes += [each for each in self.phones[poll, deputy].fill(marks) if each.subject in own]
        return sorted(envelopes, key=lambda each: each.token)  # by chance: tokens are random


def _mark(marks: Sequence[str]) -> str:
    if len(marks) > 1:
        raise ValueError("a phone's row has one mark at most")
    return marks[0] if marks else "blank"
