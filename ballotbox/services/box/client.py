"""The box as its office reaches it over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from ballotbox.offices import BoardPhase, BoxContents, BoxKeys, BoxNumbers
from ballotbox.polls import PollKey
from ballotbox.secret.encoding import sha256
from ballotbox.services.box.acts import encoded
from ballotbox.services.client import NAMES, OfficeClient

_LONG = httpx.Timeout(300.0, connect=5.0)
"""Seconds: the contents of a large poll, and the removal of its ciphertexts, take a while."""


class HttpBoxOffice:
    """`offices.BoxOffice` over HTTP."""

    def __init__(self, base_url: str, key: str, certificate: Path | None = None) -> None:
        """`key` is the office key of the box."""
        self._office = OfficeClient(base_url, key, NAMES["box"], certificate)

    async def prepare(self, poll: PollKey) -> BoxKeys:
        """Make the keys of a poll; again: the same keys."""
        asked = {"town": poll.town, "poll": poll.poll_id}
        return BoxKeys.model_validate(await self._office.call("prepare", asked))

    async def announce(self, manifest: bytes, files: Mapping[str, bytes]) -> None:
        """Put the manifest and its files on the board."""
        asked = {"manifest": base64.b64encode(manifest).decode(), "files": encoded(files)}
        await self._office.call("announce", asked)

    async def begin_casting(self, manifest: str, statements: Sequence[str]) -> None:
        """Take envelopes from now on."""
        await self._office.call("begin_casting", {"manifest": manifest, "statements": list(statements)})

    async def numbers(self, manifest: str) -> BoxNumbers:
        """How far the box is."""
        return BoxNumbers.model_validate(await self._office.call("numbers", {"manifest": manifest}))

    async def close(self, manifest: str) -> None:
        """Take nothing new."""
        await self._office.call("close", {"manifest": manifest}, patience=_LONG)

    async def contents(self, manifest: str) -> BoxContents:
        """What is in a closed box."""
        found = await self._office.call("contents", {"manifest": manifest}, patience=_LONG)
        leaves = tuple(base64.b64decode(leaf) for leaf in found["leaves"])
        ciphertexts = [base64.b64decode(each) for each in found["ciphertexts"]]
        return BoxContents(leaves, {sha256(each): each for each in ciphertexts}, found["checkpoint"])

    async def publish(self, manifest: str, files: Mapping[str, bytes], phase: BoardPhase) -> None:
        """Put files on the board, and tell the phones the phase."""
        asked = {"manifest": manifest, "files": encoded(files), "phase": phase}
        await self._office.call("publish", asked, patience=_LONG)

    async def discard(self, manifest: str) -> None:
        """A void poll: destroy the ciphertexts unread."""
        await self._office.call("discard", {"manifest": manifest}, patience=_LONG)

    async def destroy(self, manifest: str) -> None:
        """After the objections: destroy the ciphertexts."""
        await self._office.call("destroy", {"manifest": manifest}, patience=_LONG)

    async def disconnect(self) -> None:
        """End the connections."""
        await self._office.close()
