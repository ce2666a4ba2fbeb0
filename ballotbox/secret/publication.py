"""The published folder: everything that a recount needs, in files that a spreadsheet, an editor or a program can read.

The files, of which the last row is absent from a void poll::

    manifest.json roster.json page policy                         the facts
    collectors-a.note … keys-destroyed-b.note                     leaves 1 to 4
    entries.jsonl leaves.txt checkpoint.note close.note           the log and its end
    opening-1.note opening-2.note slices.jsonl tally.json         the opening
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ballotbox.secret.log import FIRST_ENTRY, STATEMENT_FILES, read_log
from ballotbox.secret.manifest import Poll
from ballotbox.secret.opening import Opening
from ballotbox.secret.slices import PublishedSlice
from ballotbox.secret.tally import count
from transparency.merkle import leaf_hash

OPENED_FILES = ("opening-1.note", "opening-2.note", "slices.jsonl", "tally.json")


class Published(NamedTuple):
    """What is published of a poll; `opening` and `openings` (the teams' signed statements) are empty for a void one."""

    poll: Poll
    roster: bytes
    page: bytes
    policy: bytes
    leaves: Sequence[bytes]
    checkpoint: str
    close: str
    opening: Opening | None = None
    openings: tuple[str, ...] = ()


def publish(folder: Path, published: Published) -> None:
    """Write the folder, which is made and must be empty. Raises `FileExistsError` for one that is not."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    files = {
        "manifest.json": published.poll.data,
        "roster.json": published.roster,
        "page": published.page,
        "policy": published.policy,
        **dict(zip(STATEMENT_FILES, published.leaves[1:FIRST_ENTRY], strict=True)),
        "entries.jsonl": lines_of(published.leaves[FIRST_ENTRY:]),
        "leaves.txt": lines_of([leaf_hash(leaf).hex().encode() for leaf in published.leaves]),
        "checkpoint.note": published.checkpoint.encode(),
        "close.note": published.close.encode(),
    }
    if published.opening is not None:
        opening = published.opening
        slices = [PublishedSlice.model_validate_json(line) for line in opening.lines]
        log = read_log(published.poll, published.leaves)
        tally = count(published.poll, log, slices, opening.set_aside, opening.unopened)
        first, second = published.openings
        opened = (first.encode(), second.encode(), lines_of(opening.lines), tally.to_bytes())
        files |= dict(zip(OPENED_FILES, opened, strict=True))
    for name, data in files.items():
        (folder / name).write_bytes(data)


def lines_of(lines: Sequence[bytes]) -> bytes:
    """A file of lines."""
    return b"".join(line + b"\n" for line in lines)
