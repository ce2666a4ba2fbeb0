"""Wrong codes: an address that sent several in a row waits. Kept in this process' memory, and in no log."""

from __future__ import annotations

import time
from collections.abc import Callable

LOCK_AFTER = 5
"""Wrong codes in a row after which an address is locked."""
LOCKED_SECONDS = 300.0
_REMEMBERED = 10_000
"""Addresses that are remembered at most, so that nobody fills the memory."""


class Attempts:
    """Counts the wrong codes by address. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}

    def locked(self, address: str) -> bool:
        """Whether the address has to wait."""
        tries, last = self._wrong.get(address, (0, 0.0))
        if self._clock() - last >= LOCKED_SECONDS:
            self._wrong.pop(address, None)
            return False
        return tries >= LOCK_AFTER

    def wrong(self, address: str) -> None:
        """A wrong code came from there."""
        if len(self._wrong) >= _REMEMBERED:
            self._wrong.pop(next(iter(self._wrong)))
        tries, _ = self._wrong.get(address, (0, 0.0))
        self._wrong[address] = (tries + 1, self._clock())

    def right(self, address: str) -> None:
        """A right code came from there."""
        self._wrong.pop(address, None)
