"""Files with a part's secrets: whole or not at all, durable, for their owner alone, and gone when destroyed."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK = 1 << 16


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private_folder(folder: Path) -> None:
    """Make a folder for its owner alone, with those above it that are missing; their names are durable then."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in reversed(missing):
        sync_folder(each.parent)


def write_private(path: Path, data: bytes) -> None:
    """Put `data` in the place of what `path` held, with mode 0600."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def overwrite_and_remove(path: Path) -> None:
    """Destroy a file: zeros in its place, durably, then no name. Waits for whoever holds it (`held`); again: nothing.

    What a disk or a file system keeps of earlier blocks is beyond a program; hence no backup and no snapshot of keys.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        left = os.fstat(descriptor).st_size
        while left > 0:
            left -= os.write(descriptor, bytes(min(left, _CHUNK)))
        os.fsync(descriptor)
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Whether the file is there; while it is held so, nobody destroys it, in any process. Many may hold it at once."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        # Destroyed while we waited for the lock: then this descriptor is the file's last name.
        yield os.fstat(descriptor).st_nlink > 0
    finally:
        os.close(descriptor)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One process and thread at a time does this kind of work in the folder. The lock dies with the process."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
