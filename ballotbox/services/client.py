"""The organiser's side of a part that is reached over HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from ballotbox.offices import Collected, IssuerName, IssuerStatements, PartyUnreachable, Voter
from ballotbox.polls import PollKey
from ballotbox.secret.manifest import IssuerKeys
from domain.acts import Refusal

_PATIENCE = httpx.Timeout(60.0, connect=5.0)
_KEY_MAKING = httpx.Timeout(600.0, connect=5.0)
"""Seconds: 420 keys take some 10 of them on two cores, and ten times that on a small machine."""
NAMES = {"a": "发票方甲", "b": "发票方乙", "box": "票箱", "board": "公告栏"}
"""What people call the parts."""


class OfficeClient:
    """Speaks to one part with its office's key. Refusals come back as refusals."""

    def __init__(self, base_url: str, key: str, who: str, certificate: Path | None = None) -> None:
        """`certificate`: believed beside those of the system, for a certificate of the hall's own making."""
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._who = who
        self._certificate = certificate
        self._client: httpx.AsyncClient | None = None

    async def call(self, act: str, body: dict[str, Any], *, patience: httpx.Timeout = _PATIENCE) -> Any:
        """Do an act of the office. Raises `Refusal`, `PartyUnreachable`."""
        try:
            response = await self._connected().post(
                f"{self.base_url}/office/{act}",
                json=body,
                headers={"authorization": f"Bearer {self._key}"},
                timeout=patience,
            )
        except httpx.HTTPError as error:
            raise self._unreachable(type(error).__name__) from error
        if response.status_code >= 500:
            raise self._unreachable(f"HTTP {response.status_code}")
        try:
            answer = response.json()
            if response.is_success:
                return answer
            refusal = Refusal(answer["code"], answer["message"])
        except (ValueError, KeyError, TypeError):
            raise self._unreachable(f"那里应答的不是本程序（HTTP {response.status_code}）") from None
        raise refusal

    async def close(self) -> None:
        """End the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            # No proxy of the surroundings: the parts are in the same hall.
            self._client = httpx.AsyncClient(verify=trust(self._certificate), trust_env=False)
        return self._client

    def _unreachable(self, why: str) -> PartyUnreachable:
        return PartyUnreachable(f"{self._who}（{self.base_url}）没有应答：{why}。请看它是否已启动（jiandu doctor）。")


class HttpIssuerOffice:
    """`ballotbox.offices.IssuerOffice` over HTTP."""

    def __init__(self, base_url: str, key: str, name: IssuerName, certificate: Path | None = None) -> None:
        self.name: IssuerName = name
        self._office = OfficeClient(base_url, key, NAMES[name], certificate)

    async def prepare(self, poll: PollKey, slots: Sequence[str], subjects: Sequence[str]) -> IssuerKeys:
        """Make the keys of a poll; the same question again gives the same keys."""
        body = {"town": poll.town, "poll": poll.poll_id, "slots": list(slots), "subjects": list(subjects)}
        return IssuerKeys.model_validate(await self._office.call("prepare", body, patience=_KEY_MAKING))

    async def begin(self, manifest: bytes, voters: Sequence[Voter]) -> None:
        """Collecting begins under this manifest."""
        listed = [voter._asdict() for voter in voters]
        await self._office.call("begin", {"manifest": manifest.decode(), "voters": listed})

    async def codes(self, manifest: str, deputies: Sequence[str] | None = None) -> dict[str, str]:
        """New personal codes, told this once."""
        chosen = None if deputies is None else list(deputies)
        codes: dict[str, str] = await self._office.call("codes", {"manifest": manifest, "deputies": chosen})
        return codes

    async def give_paper(self, manifest: str, deputies: Sequence[str]) -> None:
        """These deputies take paper forms."""
        await self._office.call("give_paper", {"manifest": manifest, "deputies": list(deputies)})

    async def collected(self, manifest: str) -> Collected:
        """How many have collected so far."""
        return Collected.model_validate(await self._office.call("collected", {"manifest": manifest}))

    async def end_collecting(self, manifest: str) -> IssuerStatements:
        """Sign, destroy, forget; again: the same statements."""
        return IssuerStatements.model_validate(await self._office.call("end_collecting", {"manifest": manifest}))

    async def discard(self, manifest: str) -> None:
        """Destroy the keys and requests of a void poll."""
        await self._office.call("discard", {"manifest": manifest})

    async def close(self) -> None:
        """End the connections."""
        await self._office.close()


def trust(certificate: Path | None) -> ssl.SSLContext:
    """The certificates believed: the system's, and one of the hall's own making."""
    context = ssl.create_default_context()
    if certificate is not None:
        context.load_verify_locations(certificate)
        # The file may hold the server's own certificate alone, not that of who signed it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
