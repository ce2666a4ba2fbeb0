"""Files of the ceremony: folders that are new, files that only their owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from ballotbox.services.files import sync_folder
from commands.outcome import invalid_input


def empty_folder(path: Path) -> Path:
    """A folder without files, made if need be, for its owner alone. Raises `Failure`."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(path.iterdir()):
        raise invalid_input(f"{path} 中已有文件。", "请给出一个新的或空的文件夹。")
    return path


def refuse_existing(path: Path) -> None:
    """Raises `Failure` where there is such a file: nothing is overwritten, and the long work is not done in vain."""
    if path.exists():
        raise invalid_input(f"文件 {path} 已经存在，没有覆盖。", "请换一个文件名，或先移走它。")


def write_secret(path: Path, data: bytes) -> None:
    """Write a new file that only its owner can read; on the disk when this returns, since what it was made from may be
    destroyed next. Raises `Failure` where there is one already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise invalid_input(f"文件 {path} 已经存在，没有覆盖。", "请换一个文件名，或先移走它。") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
