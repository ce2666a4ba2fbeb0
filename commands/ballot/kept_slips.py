"""Slips that were dealt on this machine, from the dealing until they are printed: then they are gone from it."""

from __future__ import annotations

import re
from pathlib import Path

from ballotbox.http_parties import slips_folder
from ballotbox.polls import PollKey
from ballotbox.secret.manifest import Poll
from ballotbox.secret.slips import Slip
from ballotbox.services.files import overwrite_and_remove
from commands.ballot.files import write_secret
from commands.ballot.papers import slips_paper
from commands.outcome import Failure
from runtime.settings import Settings

_SLIP = re.compile(r"slip-[1-5]\.txt")


def print_kept(settings: Settings, key: PollKey, target: Path) -> list[Path]:
    """Print the slips into a PDF and destroy them here. The witnesses' keys stay for those who run the witnesses.

    Gives what is left to be handed out. Raises `Failure` where there are none.
    """
    folder = slips_folder(settings.data_dir / "ballot" / "polls", key)
    texts = sorted(path for path in folder.glob("slip-*.txt") if _SLIP.fullmatch(path.name))
    if not texts:
        raise Failure(
            f"测评 {key.poll_id} 没有留在本机的密钥条。", "它们可能已经打印，或在别的机器上分发。", code="none_kept"
        )
    poll = Poll((folder / "manifest.json").read_bytes())
    slips = [Slip.decode(path.read_text(encoding="utf-8"), poll) for path in texts]
    write_secret(target, slips_paper(poll, {slip.number: slip for slip in slips}))
    for path in texts:
        overwrite_and_remove(path)
    return [target, *sorted(folder.glob("witness-*.key"))]


def destroy_kept(settings: Settings, key: PollKey) -> None:
    """Destroy everything secret that is left of a dealing on this machine."""
    folder = slips_folder(settings.data_dir / "ballot" / "polls", key)
    for path in (*folder.rglob("slip-*.txt"), *folder.rglob("witness-*.key")):
        overwrite_and_remove(path)
