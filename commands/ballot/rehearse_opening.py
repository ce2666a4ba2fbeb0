"""`jiandu ballot rehearse-opening`: three scrutineers try their slips on a test envelope, offline, before the vote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ballotbox.secret.ceremony import rehearse
from ballotbox.secret.manifest import Poll
from ballotbox.secret.shares import SharesRefused
from commands.ballot.slip_entry import read_slips
from commands.outcome import Exit, Failure, invalid_input
from commands.screen import done, print_json


def rehearse_opening(manifest: Path, given: Sequence[str], *, as_json: bool) -> int:
    """Seal a test envelope and open it with three slips. Raises `Failure`."""
    poll = read_manifest(manifest)
    slips = read_slips(given, poll)
    numbers = sorted(slip.number for slip in slips)
    try:
        rehearse(poll, {slip.number: slip.share for slip in slips}, [tuple(numbers)])
    except SharesRefused as refused:
        raise Failure(f"试开没有成功：{refused}。", "请重新分发密钥。", code="shares") from None
    if as_json:
        print_json({"ok": True, "manifest": poll.hash.hex(), "slips": numbers})
        return Exit.OK
    done(f"第 {'、'.join(map(str, numbers))} 号密钥条打开了试验信封，内容一致。")
    return Exit.OK


def read_manifest(path: Path) -> Poll:
    """The poll of a manifest's file. Raises `Failure`."""
    try:
        return Poll(path.read_bytes())
    except ValueError:
        raise invalid_input(f"{path} 不是测评清单，或被改动过。", "请用分发时写出的 manifest.json。") from None
