"""The two published copies of a poll: the board's folder, and one that the box keeps for itself.

The box compares its database with them before the log grows: a database that was restored from an old backup knows less
than was published, and must not go on from there with other leaves. Its own copy is written first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ballotbox.offices import BoardPhase
from ballotbox.secret.encoding import canonical
from ballotbox.secret.envelopes import Entry
from ballotbox.secret.log import FIRST_ENTRY, CheckpointText, read_checkpoint, root_of_hashes
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import numbered, signers_of
from ballotbox.services.box.public_files import replace_file
from ballotbox.services.files import alone_in
from transparency.merkle import leaf_hash
from transparency.signed_note import NoteRefused, text_of

ENTRIES, LEAVES, CHECKPOINT, PHASE = "entries.jsonl", "leaves.txt", "checkpoint.note", "phase.json"
LOG_FILES = (ENTRIES, LEAVES, CHECKPOINT, PHASE)
"""Written by the log's growth alone, in this order."""
PHASES: tuple[BoardPhase, ...] = ("collecting", "casting", "closed", "discarded", "void", "published")
"""In the order in which a poll goes on. It is never published after it was discarded or void."""


class Log(NamedTuple):
    """A log as it is published: leaf hashes, entries (leaves from 5 on), checkpoint with its co-signatures."""

    hashes: tuple[bytes, ...]
    entries: tuple[bytes, ...]
    checkpoint: str

    @property
    def size(self) -> int:
        """Leaves."""
        return len(self.hashes)


class Copy:
    """One copy of one poll."""

    def __init__(self, folder: Path, poll: Poll) -> None:
        self.folder = folder
        self._poll = poll

    def checkpoint(self) -> CheckpointText | None:
        """What the copy's checkpoint says; None where there is none that our log has signed."""
        try:
            note = (self.folder / CHECKPOINT).read_text(encoding="utf-8")
            if not signers_of(note, numbered([self._poll.manifest.log_key])):
                return None
            return read_checkpoint(self._poll, note)
        except (OSError, ValueError, NoteRefused):
            return None

    def note(self) -> str:
        """The copy's checkpoint as it stands; empty where there is none."""
        try:
            return (self.folder / CHECKPOINT).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""

    def log(self) -> Log | None:
        """The copy's log; None where it is not whole: the files and the signed checkpoint must fit together."""
        checkpoint = self.checkpoint()
        if checkpoint is None:
            return None
        try:
            hashes = tuple(bytes.fromhex(line) for line in (self.folder / LEAVES).read_text(encoding="ascii").split())
            entries = tuple((self.folder / ENTRIES).read_bytes().split(b"\n")[:-1])
            note = (self.folder / CHECKPOINT).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        whole = len(hashes) == checkpoint.size and root_of_hashes(hashes) == checkpoint.root
        if not whole or tuple(map(leaf_hash, entries)) != hashes[FIRST_ENTRY:]:
            return None
        return Log(hashes, entries, note)

    def phase(self) -> BoardPhase | None:
        """The phase that the copy tells."""
        try:
            told = json.loads((self.folder / PHASE).read_bytes())["phase"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return told if told in PHASES else None

    def files(self) -> dict[str, bytes]:
        """All files but the log's, by name."""
        if not self.folder.is_dir():
            return {}
        return {
            path.name: path.read_bytes()
            for path in sorted(self.folder.iterdir())
            if path.is_file() and not path.name.startswith(".") and path.name not in LOG_FILES
        }

    def write(self, files: Mapping[str, bytes], log: Log | None, phase: BoardPhase, missing: int = 0) -> None:
        """Write what differs. A longer log that is already there stays: ours must first catch up with it."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        with alone_in(self.folder):
            for name, data in files.items():
                replace_file(self.folder / name, data)
            there = self.checkpoint()
            if log is not None and (there is None or there.size <= log.size):
                replace_file(self.folder / ENTRIES, b"".join(entry + b"\n" for entry in log.entries))
                replace_file(self.folder / LEAVES, b"".join(each.hex().encode() + b"\n" for each in log.hashes))
                replace_file(self.folder / CHECKPOINT, log.checkpoint.encode())
                there = CheckpointText(log.size, b"")
            told: dict[str, object] = {"phase": phase, "log_size": there.size if there is not None else 0}
            if missing:
                told["missing"] = missing
            replace_file(self.folder / PHASE, canonical(told))


def witness_lines(poll: Poll, note: str) -> dict[int, str]:
    """The signature lines of the manifest's witnesses under a note, by their numbers; wrong ones are left out."""
    text = text_of(note)
    found: dict[int, str] = {}
    for line in note[len(text) + 1 : -1].split("\n"):
        for number in signers_of(f"{text}\n{line}\n", numbered(poll.manifest.witness_keys)):
            found[number] = line
    return found


def tokens_of(entries: tuple[bytes, ...]) -> dict[bytes, bytes]:
    """The leaf hash of each token's entry."""
    return {bytes.fromhex(Entry.from_bytes(entry).token): leaf_hash(entry) for entry in entries}
