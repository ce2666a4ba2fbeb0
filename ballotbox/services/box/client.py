"""The box as its office reaches it over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from ballotbox.offices import BoardPhase, BoxContents, BoxKeys, BoxNumbers, PartyUnreachable
from ballotbox.polls import PollKey
from ballotbox.secret.encoding import sha256
from domain.acts import Refusal

_PATIENCE = httpx.Timeout(120.0, connect=5.0)
"""Seconds. Contents of a large poll and the removal of its ciphertexts take a while."""


class HttpBoxOffice:
    """`offices.BoxOffice` over HTTP."""

    def __init__(self, base_url: str, key: str) -> None:
        """`key` is the office key of the box."""
        self._base = base_url.rstrip("/")
        self._key = key

    async def prepare(self, poll: PollKey) -> BoxKeys:
        """Make the keys of a poll; again: the same keys."""
        return BoxKeys.model_validate(await self._ask("prepare", {"town": poll.town, "poll_id": poll.poll_id}))

    async def announce(self, manifest: bytes, files: Mapping[str, bytes]) -> None:
        """Put the manifest and its files on the board."""
        await self._ask("announce", {"manifest": base64.b64encode(manifest).decode(), "files": _encoded(files)})

    async def begin_casting(self, manifest: str, statements: Sequence[str]) -> None:
        """Take envelopes from now on."""
        await self._ask(f"begin-casting/{manifest}", {"statements": list(statements)})

    async def numbers(self, manifest: str) -> BoxNumbers:
        """How far the box is."""
        return BoxNumbers.model_validate(await self._ask(f"numbers/{manifest}", {}))

    async def close(self, manifest: str) -> None:
        """Take nothing new."""
        await self._ask(f"close/{manifest}", {})

    async def contents(self, manifest: str) -> BoxContents:
        """What is in a closed box."""
        found = await self._ask(f"contents/{manifest}", {})
        leaves = tuple(base64.b64decode(leaf) for leaf in found["leaves"])
        ciphertexts = [base64.b64decode(each) for each in found["ciphertexts"]]
        return BoxContents(leaves, {sha256(each): each for each in ciphertexts}, found["checkpoint"])

    async def publish(self, manifest: str, files: Mapping[str, bytes], phase: BoardPhase) -> None:
        """Put files on the board, and tell the phones the phase."""
        await self._ask(f"publish/{manifest}", {"files": _encoded(files), "phase": phase})

    async def discard(self, manifest: str) -> None:
        """A void poll: destroy the ciphertexts unread."""
        await self._ask(f"discard/{manifest}", {})

    async def destroy(self, manifest: str) -> None:
        """After the objections: destroy the ciphertexts."""
        await self._ask(f"destroy/{manifest}", {})

    async def _ask(self, path: str, asked: Mapping[str, object]) -> Any:
        headers = {"authorization": f"Bearer {self._key}"}
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
                answer = await client.post(f"{self._base}/office/{path}", json=asked, headers=headers)
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise PartyUnreachable(
                f"票箱（{self._base}）没有答复：{type(error).__name__}。请查看票箱的进程是否在运行、地址是否正确。"
            ) from error
        if answer.is_success:
            return told
        if answer.status_code >= 500 and told.get("code") == "unavailable":
            raise PartyUnreachable(f"票箱（{self._base}）的数据库没有答复，请查看它的数据库是否在运行。")
        raise Refusal(str(told.get("code", "")), str(told.get("message", "")))


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(data).decode() for name, data in files.items()}
