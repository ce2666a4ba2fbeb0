"""What a witness keeps, durably, in a folder of its own; it may be shown to other witnesses as it is.

    STATE/<manifest>/manifest.json  checkpoint.note  leaves.txt  cosigned.note  alarm-<n>/…

The list is written before the checkpoint: a crash between the two leaves a longer list, of which the checkpoint's size
is read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from ballotbox.secret.manifest import Poll
from ballotbox.witness.comparing import Difference
from ballotbox.witness.shown import Incoherent, Raw, Shown, read_shown


class StateBroken(Exception):
    """What this witness has kept cannot be read any more. The message says what and where, in Chinese."""


class WitnessState:
    """The kept states of one poll's log: the last one, and the evidence of alarms."""

    def __init__(self, folder: Path, manifest: str) -> None:
        self.folder = folder / manifest

    def manifest(self) -> bytes | None:
        """The manifest, once it was kept."""
        path = self.folder / "manifest.json"
        return path.read_bytes() if path.exists() else None

    def keep_manifest(self, data: bytes) -> None:
        """Keep the manifest."""
        write_durably(self.folder / "manifest.json", data)

    def kept(self, poll: Poll) -> Shown | None:
        """The last state of the log that was kept. Raises `StateBroken`; it is never taken for an empty one."""
        note, leaves = self.folder / "checkpoint.note", self.folder / "leaves.txt"
        if not note.exists():
            return None
        try:
            return read_shown(poll, Raw(note.read_bytes(), leaves.read_bytes()))
        except (OSError, Incoherent) as error:
            raise StateBroken(f"见证人保存的票册 {self.folder} 读不出来（{error}），不能再签名") from error

    def keep(self, shown: Shown) -> None:
        """Keep a state; on the disk when this returns."""
        write_durably(self.folder / "leaves.txt", shown.leaves)
        write_durably(self.folder / "checkpoint.note", shown.note.encode())

    def keep_cosigned(self, note: str) -> None:
        """Keep what this witness has signed, before it is handed out."""
        write_durably(self.folder / "cosigned.note", note.encode())

    def keep_evidence(self, difference: Difference, kept: Shown | None, raw: Raw, source: str) -> Path:
        """Both signed checkpoints and lists, in a new folder, and what is wrong."""
        number = 1
        while (folder := self.folder / f"alarm-{number}").exists():
            number += 1
        folder.mkdir(parents=True)
        if kept is not None:
            write_durably(folder / "kept-checkpoint.note", kept.note.encode())
            write_durably(folder / "kept-leaves.txt", kept.leaves)
        write_durably(folder / "shown-checkpoint.note", raw.note)
        write_durably(folder / "shown-leaves.txt", raw.leaves)
        told = {"kind": difference.kind.value, "leaf": difference.leaf, "message": difference.message, "source": source}
        write_durably(folder / "alarm.json", json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n")
        return folder


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file; data and name are on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(path.name + ".new")
    with written.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
