"""The parties of the secret ballot as a deployment reaches them: over HTTP, each with its office's key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from ballotbox.board import Board
from ballotbox.phone_path import KeepSlips, Offices
from ballotbox.polls import PollKey
from ballotbox.secret.ceremony import Dealing
from ballotbox.secret.encoding import sha256
from ballotbox.secret.manifest import Services
from ballotbox.services.box.client import HttpBoxOffice
from ballotbox.services.client import HttpIssuerOffice
from ballotbox.services.files import private_folder, sync_folder, write_private

_PLAIN_NAME = re.compile(r"(?!\.)[\w.-]{1,100}")


class Party(NamedTuple):
    """Where phones reach a party, the key with which its office steers it, and where (None: at the same address)."""

    origin: str
    key: str
    office: str | None = None


@asynccontextmanager
async def http_offices(
    a: Party,
    b: Party,
    box: Party,
    board: Board,
    *,
    page: Callable[[], bytes],
    slips: Path,
    one_operator: bool,
    certificate: Path | None = None,
) -> AsyncIterator[Offices]:
    """The parties at these addresses. Nothing is reached before a poll asks for it; connections end with the context.

    `slips`: the folder in which slips are kept that are dealt on this machine.
    """
    async with AsyncExitStack() as stack:
        issuer_a = HttpIssuerOffice(a.office or a.origin, a.key, "a", certificate)
        issuer_b = HttpIssuerOffice(b.office or b.origin, b.key, "b", certificate)
        box_office = HttpBoxOffice(box.office or box.origin, box.key, certificate)
        stack.push_async_callback(issuer_a.close)
        stack.push_async_callback(issuer_b.close)
        stack.push_async_callback(box_office.disconnect)
        services = Services(a=a.origin, b=b.origin, box=box.origin)
        yield Offices(issuer_a, issuer_b, box_office, board, services, page, kept_in(slips), one_operator)


def slips_folder(slips: Path, poll: PollKey) -> Path:
    """Where the slips of a poll are kept that was dealt on this machine, until they are printed."""
    names = poll if all(_PLAIN_NAME.fullmatch(name) for name in poll) else [name.encode().hex() for name in poll]
    return slips.joinpath(*names)


def kept_in(slips: Path) -> KeepSlips:
    """Keeps dealt slips as text files for their owner alone: `slip-1.txt` to `slip-5.txt`, `witness-1.key` and so on.

    Whoever reads this folder can open the box: slips are printed and removed before the vote.
    """

    async def keep(poll: PollKey, dealing: Dealing) -> None:
        await asyncio.to_thread(_write, slips_folder(slips, poll), dealing)

    return keep


def _write(folder: Path, dealing: Dealing) -> None:
    private_folder(folder)
    _set_aside(folder, dealing.poll.data)
    for number, slip in dealing.slips.items():
        write_private(folder / f"slip-{number}.txt", f"{slip.encode()}\n".encode())
    for number, witness in dealing.witnesses.items():
        write_private(folder / f"witness-{number}.key", f"{witness.secret()}\n".encode())
    write_private(folder / "manifest.json", dealing.poll.data)


def _set_aside(folder: Path, manifest: bytes) -> None:
    """Keep what another dealing of this poll has left: a restored town database may have forgotten it, and its box can
    be opened with these slips alone."""
    left = folder / "manifest.json"
    if not left.exists() or left.read_bytes() == manifest:
        return
    former = folder / f"former-{sha256(left.read_bytes()).hex()[:16]}"
    private_folder(former)
    for path in sorted(folder.iterdir()):  # the manifest last: by it this begins again after a crash
        if path.is_file() and path != left:
            path.replace(former / path.name)
    left.replace(former / left.name)
    sync_folder(former)
    sync_folder(folder)
