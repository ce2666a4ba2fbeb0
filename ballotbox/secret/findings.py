"""What the verifier finds: the rule that is broken, and where."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Rule(StrEnum):
    """The verifier's rules. `docs/verify/verify_ballot.py` uses the same names."""

    FILE = "file"
    """A file or a line of it is missing or malformed."""
    MANIFEST = "manifest"
    ROSTER = "roster"
    POLICY = "policy"
    PAGE = "page"
    CHECKPOINT = "checkpoint"
    """Signed by the log."""
    WITNESSES = "witnesses"
    """Signed by the manifest's quorum of witnesses."""
    ROOT = "root"
    """The list of leaf hashes has the checkpoint's size and root."""
    LEAF = "leaf"
    """Each leaf has its hash; the first changed, missing or surplus one is named."""
    COLLECTORS = "collectors"
    """Signed, within the roster, no one twice, no recused one. Who is on one list alone has no ballot."""
    KEYS_DESTROYED = "keys_destroyed"
    ENVELOPE_STAMP = "envelope_stamp"
    ENVELOPE_SIGNATURE = "envelope_signature"
    TOKEN_TWICE = "token_twice"  # noqa: S105
    TURNOUT = "turnout"
    """The close is signed by three scrutineers, over this log, with the numbers that follow from it."""
    VOID = "void"
    """More returned than issued by either path, or a path with too few: published as void, and not opened."""
    PAPER = "paper"
    """The paper box's count is signed by three scrutineers, has the close's sheets, and its rows sum to them."""
    OPENINGS = "openings"
    """Two teams with different shares, equal results."""
    SLICE_ORDER = "slice_order"
    SLICE_ROOT = "slice_root"
    """The published slices are those that both teams signed."""
    SLICE_GRADE = "slice_grade"
    SLICE_SIGNATURE = "slice_signature"
    SLICE_STAMP = "slice_stamp"
    SLICE_TWICE = "slice_twice"
    COLUMN_LENGTH = "column_length"
    """As many slices in a column as opened envelopes of its subject."""
    TALLY = "tally"
    TABLE = "table"
    """The table for spreadsheets says what the recount says: phones, paper and both."""
    MARKS = "marks"
    """The verdicts that unreturned ballots, or set-aside envelopes, could have turned are those that are marked."""


class Finding(NamedTuple):
    """A broken rule. `place` names the file, leaf, slice line or column; `message` says it in Chinese."""

    rule: Rule
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}：{self.message}（{self.rule.value}）"
