"""One task a process that lets the logs grow behind the casts. Which process appends is decided in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import structlog

from domain.acts import Refusal

_PAUSE = 0.5
"""Seconds between two growths at least: a batch then holds what came meanwhile."""
_SHARE = 10
"""And this many times what the last growth took: a long log must not keep the casts waiting."""


class Appender:
    """Grows the polls that were woken."""

    def __init__(self, grow: Callable[[str], Awaitable[None]]) -> None:
        self._grow = grow
        self._woken: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def wake(self, manifest: str) -> None:
        """This poll has something new."""
        self._woken.add(manifest)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Stop. What is pending is found by the next process, or at the close."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._woken:
            woken, self._woken = self._woken, set()
            begun = clock()
            for manifest in sorted(woken):
                try:
                    await self._grow(manifest)
                except (psycopg.Error, OSError, Refusal) as error:
                    # The kind alone: a message of the database could name a token.
                    structlog.get_logger().warning("ballot_log_not_grown", manifest=manifest, kind=type(error).__name__)
                    self._woken.add(manifest)
            await asyncio.sleep(max(_PAUSE, _SHARE * (clock() - begun)))
