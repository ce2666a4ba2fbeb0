"""One process at a time owns the embedded servers of a data folder; the others are told who it is."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ValidationError


class Holder(BaseModel):
    """Who owns the servers of the data folder, and where its pages are."""

    pid: int
    command: str
    address: str = ""

    def __str__(self) -> str:
        return f"{self.command}，进程 {self.pid}"


class Taken(Exception):
    """Another process owns the servers of this data folder."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(f"held by {holder}")
        self.holder = holder


class Ownership:
    """The lock while it is held. The operating system gives it back when the process ends, however it ends."""

    def __init__(self, file: int, path: Path) -> None:
        self._file = file
        self._path = path

    def announce(self, command: str, address: str = "") -> None:
        """Write down who holds the lock, for those who find it taken."""
        holder = Holder(pid=os.getpid(), command=command, address=address)
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, holder.model_dump_json().encode(), 0)


def lock_file(data_dir: Path) -> Path:
    """Where the lock of a data folder is."""
    return data_dir / "jiandu.lock"


@contextmanager
def own(data_dir: Path, command: str) -> Iterator[Ownership]:
    """Own the servers of a data folder. Raises `Taken` at once when another process does."""
    path = lock_file(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken(holder(data_dir)) from None
        ownership = Ownership(file, path)
        ownership.announce(command)
        yield ownership
    finally:
        os.close(file)


def holder(data_dir: Path) -> Holder | None:
    """What the lock's file says; it speaks of a living process only while the lock is taken."""
    try:
        return Holder.model_validate(json.loads(lock_file(data_dir).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, ValidationError):
        return None
