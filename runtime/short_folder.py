"""Folders for Unix sockets, whose whole path may not exceed 107 bytes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

_LIMIT = 107
_SOCKET_NAME = ".s.PGSQL.5432"


def socket_folder(wanted: Path, key: Path) -> Path:
    """`wanted` when a socket fits into it, else a short folder of this user, the same every time for the same `key`."""
    if len(os.fsencode(wanted / _SOCKET_NAME)) <= _LIMIT:
        return wanted
    digest = hashlib.sha256(os.fsencode(key)).hexdigest()[:12]
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(base) / f"jiandu-{os.geteuid()}-{digest}"
