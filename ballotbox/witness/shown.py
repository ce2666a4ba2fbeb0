"""One state of a log as somebody shows it: a signed checkpoint, and the hashes of all leaves that it stands for."""

from __future__ import annotations

import re
from typing import NamedTuple

from ballotbox.secret.log import read_checkpoint, root_of_hashes
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import numbered, signers_of
from ballotbox.witness.alarms import AlarmKind
from transparency.merkle import leaf_hash
from transparency.signed_note import NoteRefused

_LINE = re.compile(rb"[0-9a-f]{64}")


class Raw(NamedTuple):
    """The two files as they were read."""

    note: bytes
    leaves: bytes


class Shown(NamedTuple):
    """A state that holds together: the log signed it, its leaves give its root, and the first is the manifest."""

    note: str
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    raw: Raw

    @property
    def leaves(self) -> bytes:
        """`leaves.txt` of exactly this state."""
        return b"".join(value.hex().encode() + b"\n" for value in self.hashes)


class Incoherent(Exception):
    """What is shown does not hold together. `kind` names the alarm, the message says why in Chinese."""

    def __init__(self, kind: AlarmKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def read_shown(poll: Poll, raw: Raw) -> Shown:
    """Check a state by itself. More leaves than the checkpoint's size are those of a later one, and left out.

    Raises `Incoherent`.
    """
    try:
        note = raw.note.decode()
        checkpoint = read_checkpoint(poll, note)
    except (ValueError, NoteRefused):
        raise Incoherent(AlarmKind.UNSIGNED, "检查点不是本次测评票册的，或格式不对") from None
    if not signers_of(note, numbered([poll.manifest.log_key])):
        raise Incoherent(AlarmKind.UNSIGNED, "检查点没有票册的有效签名")
    lines = raw.leaves.split(b"\n")[:-1]
    if len(lines) < checkpoint.size:
        raise Incoherent(AlarmKind.ROOT, f"检查点说有 {checkpoint.size} 条，列出的只有 {len(lines)} 条")
    if not all(_LINE.fullmatch(line) for line in lines[: checkpoint.size]):
        raise Incoherent(AlarmKind.ROOT, "条目列表不是每行一个哈希")
    hashes = tuple(bytes.fromhex(line.decode()) for line in lines[: checkpoint.size])
    if root_of_hashes(hashes) != checkpoint.root:
        raise Incoherent(AlarmKind.ROOT, "列出的条目与检查点的根哈希不符")
    if not hashes or hashes[0] != leaf_hash(poll.data):
        raise Incoherent(AlarmKind.ROOT, "票册的第 0 条不是本次测评的清单")
    return Shown(note, checkpoint.size, checkpoint.root, hashes, raw)
