"""The published folder: everything that a recount needs, in files that a spreadsheet, an editor or a program can read.

The files, of which the last two rows are absent from a void poll, and `paper.note` from one in mode `phones`::

    manifest.json roster.json page policy                         the facts
    collectors-a.note … keys-destroyed-b.note                     leaves 1 to 4
    entries.jsonl leaves.txt checkpoint.note close.note           the log and its end
    paper.note                                                    the paper box
    opening-1.note opening-2.note slices.jsonl tally.json         the opening
    table.csv marks.json                                          the count for people, and what might turn it
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ballotbox.secret.counted import question_rows
from ballotbox.secret.log import FIRST_ENTRY, STATEMENT_FILES, read_log
from ballotbox.secret.manifest import Poll
from ballotbox.secret.marks import marks_of, rule_of
from ballotbox.secret.opening import Opening
from ballotbox.secret.slices import PublishedSlice
from ballotbox.secret.statements import Close, PaperCount, read_statement
from ballotbox.secret.table import table
from ballotbox.secret.tally import Tally, count
from transparency.merkle import leaf_hash

FACT_FILES = ("manifest.json", "roster.json", "page", "policy")
LOG_FILES = ("entries.jsonl", "leaves.txt", "checkpoint.note", "close.note")
PAPER_FILE = "paper.note"
COUNT_FILES = ("table.csv", "marks.json")
OPENED_FILES = (PAPER_FILE, "opening-1.note", "opening-2.note", "slices.jsonl", "tally.json", *COUNT_FILES)
"""What a void poll never has."""
PUBLISHED_FILES = (*FACT_FILES, *STATEMENT_FILES, *LOG_FILES, *OPENED_FILES)
"""Every file that a published folder may have."""


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
    paper: str | None = None
    """The signed count of the paper box, in mode `mixed`."""


def publish(folder: Path, published: Published) -> None:
    """Write the folder, which is made and must be empty. Raises `FileExistsError` for one that is not."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    poll = published.poll
    files = {
        "manifest.json": poll.data,
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
        tally = count(poll, read_log(poll, published.leaves), slices, opening.set_aside, opening.unopened)
        first, second = published.openings
        files |= {
            "opening-1.note": first.encode(),
            "opening-2.note": second.encode(),
            "slices.jsonl": lines_of(opening.lines),
            "tally.json": tally.to_bytes(),
            **count_files(poll, published.policy, published.close, tally, published.paper),
        }
    for name, data in files.items():
        (folder / name).write_bytes(data)


def count_files(poll: Poll, policy: bytes, close: str, tally: Tally, paper: str | None) -> dict[str, bytes]:
    """The files that follow from both teams' tally, the signed close and, in mode `mixed`, the signed paper count.

    Raises `ValueError`, `NoteRefused` for statements of another poll, or a policy that is not of this poll.
    """
    if (paper is not None) != (poll.manifest.mode == "mixed"):
        raise ValueError("there is a paper count in mode `mixed`, and in no other")
    closed = read_statement(poll, close, Close)
    sheets = None if paper is None else read_statement(poll, paper, PaperCount)
    rows = question_rows(poll, closed, tally, sheets)
    marks = marks_of(poll, rule_of(poll, policy), closed, tally, rows)
    files = dict(zip(COUNT_FILES, (table(poll, rows), marks.to_bytes()), strict=True))
    return files if paper is None else {PAPER_FILE: paper.encode(), **files}


def lines_of(lines: Sequence[bytes]) -> bytes:
    """A file of lines."""
    return b"".join(line + b"\n" for line in lines)
