"""`jiandu worker`: the same as `python worker.py`."""

from __future__ import annotations

import worker as program


def worker() -> int:
    """Run a worker until SIGINT or SIGTERM."""
    return program.main()
