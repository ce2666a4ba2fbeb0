"""Who runs the embedded servers of a data folder: one process at a time, by a lock that dies with it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class DataFolderBusy(RuntimeError):
    """Another jiandu runs on this data folder; the message names its process, in Chinese."""


class DataFolder:
    """`with DataFolder(path):` owns the folder's servers until the block (or the process, however it dies) ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            DataFolderBusy: another process has it.
        """
        # Others may pass through (PostgreSQL runs under an account of its own when we are root) but not look around.
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        descriptor = os.open(self.path / "jiandu.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(descriptor, 32).decode("ascii", "replace").strip() or "未知"
            os.close(descriptor)
            raise DataFolderBusy(
                f"数据文件夹 {self.path} 正由另一个 jiandu 使用（进程 {owner}）。"
                "请先停止它，或用 JIANDU_DATA_DIR 指定别的文件夹。"
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
