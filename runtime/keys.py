"""Secrets that an installation makes for itself once and keeps in files that only it can read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in the file `path`; where there is none, a new one by `make`, kept with mode 0600.

    Two processes that start at once end up with the same secret: the file appears whole or not at all; the first wins.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass  # another process was first; its secret holds
    finally:
        Path(name).unlink()
    return path.read_text(encoding="utf-8").strip()
