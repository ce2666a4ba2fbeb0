"""The part of an act's form that takes a scan: what is handed in stays attached, also when the act is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile

from domain.acts import Actor, Refusal, Role
from web.accounts.concern import WITHOUT_PAPER
from web.scans.model import LARGEST, paper_of, scan_of
from web.scans.store import ScanStore, Use

FILE = "scan_file"


@dataclass(frozen=True)
class Attached:
    """What is attached to a form: the scan, or why a file was not taken."""

    use: Use | None = None
    fault: str = ""


async def attached(
    request: Request, scans: ScanStore, stream: str, command_id: str, by: str, *, done: bool = False
) -> Attached:
    """Take in the file of a form, if it holds one; else what they attached to the same act before.

    `done`: the act is in the log already, and its scan stays what it was.
    """
    given = (await request.form()).get(FILE)
    fault = ""
    if isinstance(given, UploadFile) and given.filename and not done:
        try:
            scan = scan_of(await given.read(LARGEST + 1))
            await scans.keep(scan, stream, command_id, given.filename, by)
        except Refusal as refusal:
            fault = refusal.message
    use = (await scans.of_case(stream)).get(command_id)
    return Attached(use if use is not None and use.uploaded_by == by else None, fault)


def with_paper(filled: Mapping[str, str], use: Use | None) -> dict[str, str]:
    """The form with the scan as the act's paper."""
    if use is None:
        return dict(filled)
    return {**filled, "paper": paper_of(use.digest, filled.get("paper", "").strip())}


def refuse_without(filled: Mapping[str, str], use: Use | None, actor: Actor) -> str:
    """Why an act on somebody's behalf may not be recorded; empty where it may."""
    on_paper = actor.role is Role.STAFF and actor.on_behalf_of is not None
    if on_paper and use is None and not filled.get("paper", "").strip():
        return WITHOUT_PAPER
    return ""
