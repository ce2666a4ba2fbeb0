"""The public log: leaf 0 the manifest, leaves 1 to 4 the issuers' statements, then the envelopes' entries.

That the statements stand before every entry shows that collecting ended, and the stamp keys were destroyed, before
casting began: the log has no clock, and needs none.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import NamedTuple

from ballotbox.secret.encoding import sha256
from ballotbox.secret.envelopes import Entry
from ballotbox.secret.manifest import ISSUERS, Poll
from ballotbox.secret.statements import Collectors, Destroyed, read_statement, sign_all
from transparency.merkle import leaf_hash, node_hash
from transparency.signed_note import NoteRefused, NoteSigner, text_of

FIRST_ENTRY = 5
"""Leaf of the first entry."""
STATEMENT_FILES = ("collectors-a.note", "collectors-b.note", "keys-destroyed-a.note", "keys-destroyed-b.note")
"""Names of leaves 1 to 4 in a published folder."""


class LogContents(NamedTuple):
    """A log, read."""

    collectors: dict[str, Collectors]
    destroyed: dict[str, Destroyed]
    entries: tuple[Entry, ...]
    root: bytes

    def issued(self, poll: Poll) -> dict[str, int]:
        """Ballots issued 发出 by subject, by both paths: those whose deputies are on both issuers' lists."""
        both = set(self.collectors["a"].deputies) & set(self.collectors["b"].deputies)
        return {subject: len(both - recused) for subject, recused in poll.recused.items()}

    def issued_on_paper(self, poll: Poll) -> dict[str, int]:
        """Those of the ballots issued that are paper forms, as issuer A says; both issuers must say the same."""
        return {subject: self.collectors["a"].paper.get(subject, 0) for subject in poll.recused}

    def issued_on_phones(self, poll: Poll) -> dict[str, int]:
        """Those of the ballots issued that are stamps for a phone."""
        paper = self.issued_on_paper(poll)
        return {subject: number - paper[subject] for subject, number in self.issued(poll).items()}

    def returned(self, poll: Poll) -> dict[str, int]:
        """Envelopes returned 收回 by subject."""
        return {s: sum(entry.subject == s for entry in self.entries) for s in poll.recused}


class CheckpointText(NamedTuple):
    """What a checkpoint says."""

    size: int
    root: bytes


def read_log(poll: Poll, leaves: Sequence[bytes]) -> LogContents:
    """The contents of a log's leaves; signatures are the verifier's affair. Raises `ValueError`, `NoteRefused`."""
    if len(leaves) < FIRST_ENTRY or leaves[0] != poll.data:
        raise ValueError("a log begins with the manifest and four statements")
    notes = [leaf.decode() for leaf in leaves[1:FIRST_ENTRY]]
    collectors: dict[str, Collectors] = {
        i: read_statement(poll, note, Collectors) for i, note in zip(ISSUERS, notes[:2], strict=True)
    }
    destroyed: dict[str, Destroyed] = {
        i: read_statement(poll, note, Destroyed) for i, note in zip(ISSUERS, notes[2:], strict=True)
    }
    for issuer in ISSUERS:
        if collectors[issuer].issuer != issuer or destroyed[issuer].issuer != issuer:
            raise ValueError("the statements stand in the order of the issuers")
    entries = tuple(Entry.from_bytes(leaf) for leaf in leaves[FIRST_ENTRY:])
    return LogContents(collectors, destroyed, entries, root_of_hashes([leaf_hash(leaf) for leaf in leaves]))


def root_of_hashes(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962's root over leaves of which only the hashes are known."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root_of_hashes(hashes[:split]), root_of_hashes(hashes[split:]))


def origin(poll: Poll) -> str:
    """The name of a poll's log."""
    return f"jiandu-ballot-log/1/{poll.hash.hex()}"


def checkpoint_text(poll: Poll, size: int, root: bytes) -> str:
    """A checkpoint's text as C2SP defines it (c2sp.org/tlog-checkpoint): origin, size, root."""
    return f"{origin(poll)}\n{size}\n{base64.b64encode(root).decode()}\n"


def sign_checkpoint(poll: Poll, leaves: Sequence[bytes], *signers: NoteSigner) -> str:
    """A checkpoint over these leaves: by the log, and by the witnesses who have kept and compared it."""
    return sign_all(checkpoint_text(poll, len(leaves), root_of_hashes([leaf_hash(d) for d in leaves])), *signers)


def read_checkpoint(poll: Poll, note: str) -> CheckpointText:
    """What a checkpoint of this poll's log says, its signatures unchecked. Raises `ValueError`, `NoteRefused`."""
    lines = text_of(note).split("\n")
    if len(lines) != 4 or lines[0] != origin(poll):
        raise NoteRefused("this is no checkpoint of this poll's log")
    size, root = int(lines[1]), base64.b64decode(lines[2], validate=True)
    if checkpoint_text(poll, size, root) != text_of(note):
        raise NoteRefused("a checkpoint's numbers are written one way only")
    return CheckpointText(size, root)
