"""Waiting for the end of a process that a test has killed."""

from __future__ import annotations

import time
from typing import Protocol


class Mortal(Protocol):
    """Anything whose end can be asked for."""

    def poll(self) -> int | None:
        """The exit code, None while it lives."""


def wait_for_death(process: Mortal) -> int:
    """The exit code, once there is one."""
    for _ in range(400):
        code = process.poll()
        if code is not None:
            return code
        time.sleep(0.05)
    raise AssertionError("it goes on living")
