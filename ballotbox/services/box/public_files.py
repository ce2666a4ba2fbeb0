"""Public files that appear whole or not at all, also when the power fails."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ballotbox.services.files import sync_folder


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of what `path` held. A file that holds it already is left alone."""
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)  # the board may run under another account
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
