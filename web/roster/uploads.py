"""Files between preview and confirmation: kept by this process alone, since they hold personal data."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

KEPT_SECONDS = 30 * 60.0
"""So long somebody may look at a preview before the file has to be uploaded again."""
KEPT_FILES = 8
"""More at a time than a town's staff upload; the oldest makes room."""


@dataclass(frozen=True)
class Upload:
    """A file with the roster that its preview was compared with."""

    key: str
    owner: str
    """Who uploaded it; nobody else may see or confirm it."""
    name: str
    data: bytes
    sheets: str
    """Which of its sheets are read."""
    roster_version: int
    """The roster's last event at the preview, -1 for none."""
    at: float


class Uploads:
    """The files of the last half hour, in memory: never on a disk, gone with the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, Upload] = {}

    def keep(self, owner: str, name: str, data: bytes, sheets: str, roster_version: int) -> Upload:
        """Keep a file under a key that nobody can guess."""
        self._forget_old()
        while len(self._kept) >= KEPT_FILES:
            del self._kept[next(iter(self._kept))]
        upload = Upload(secrets.token_urlsafe(16), owner, name, data, sheets, roster_version, self._clock())
        self._kept[upload.key] = upload
        return upload

    def find(self, key: str, owner: str) -> Upload | None:
        """A file of one's own that is still kept."""
        self._forget_old()
        upload = self._kept.get(key)
        return upload if upload is not None and upload.owner == owner else None

    def forget(self, key: str) -> None:
        """A file that was entered is needed no more."""
        self._kept.pop(key, None)

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        for key in [key for key, upload in self._kept.items() if upload.at < oldest]:
            del self._kept[key]
