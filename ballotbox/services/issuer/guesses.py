"""Wrong codes of a poll: counted, and answered ever more slowly, so that guessing does not pay."""

from __future__ import annotations

import asyncio

import structlog

_STEP = 0.05
_LONGEST = 2.0
_FREE = 3
"""Wrong codes before the first pause: people do mistype."""
_LOG = structlog.get_logger("ballotbox.issuer")


class Guesses:
    """Of one poll, in one process. A right code waits only behind the wrong ones that are being tried."""

    def __init__(self, poll: str) -> None:
        self._poll = poll
        self._turn = asyncio.Lock()
        self.count = 0

    @property
    def pause(self) -> float:
        """Seconds that the next wrong code will wait."""
        return min(_LONGEST, _STEP * max(0, self.count - _FREE))

    async def wrong(self) -> None:
        """Count a wrong code, and wait: one after the other, however many come at once."""
        self.count += 1
        if self.count & (self.count - 1) == 0 and self.count > _FREE:
            _LOG.warning("wrong_codes", poll=self._poll[:16], count=self.count)
        async with self._turn:
            await asyncio.sleep(self.pause)
