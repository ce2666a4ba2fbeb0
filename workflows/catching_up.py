"""Finding cases that do not know what the store holds of them.

An act is durable once it is committed; the engine hears of it when the workflow task is reported, a moment later. A
power cut in between leaves an act that everybody sees and whose deadlines and effects nobody is waiting for. So every
worker looks through the end of the log when it starts, and through what came since at intervals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from domain.cases.case import CaseKind
from domain.events import Recorded
from workflows.client import UNANSWERED, CaseClient

log = structlog.get_logger("jiandu.catching_up")

TAIL = 1000
"""Events of each town's log that a starting worker looks at: far more than can have been under way at once."""

EVERY = timedelta(minutes=5)


class Log(Protocol):
    """What is read of the event store."""

    async def towns(self) -> list[str]:
        """All towns that have a log."""
        ...

    async def last_position(self, town: str) -> int:
        """The position of the town's last event."""
        ...

    async def read_all(self, town: str, after_position: int = 0, limit: int = 1000) -> list[Recorded]:
        """At most `limit` events behind a position."""
        ...


class CatchingUp:
    """The watch of one worker."""

    def __init__(self, store: Log, client_of: Callable[[str], CaseClient]) -> None:
        self._store = store
        self._client_of = client_of
        self._looked: dict[str, int] = {}
        """By town: the position up to which all is known to be well."""

    async def keep_on(self, every: timedelta = EVERY) -> None:
        """Look now and again at intervals, for ever. What fails is said, and looked at again the next time."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - whatever is away comes back; the watch must not end before
                log.warning("not_all_cases_looked_at", reason=type(error).__name__)
            await asyncio.sleep(every.total_seconds())

    async def look(self) -> int:
        """Look once through all towns. Returns how many cases had to read their streams."""
        behind = 0
        for town in await self._store.towns():
            known = self._looked.get(town)
            after = max(0, await self._store.last_position(town) - TAIL) if known is None else known
            unanswered = False
            while events := await self._store.read_all(town, after, TAIL):
                told, failed = await self._look_at(town, events)
                behind += told
                unanswered = unanswered or failed
                after = events[-1].position
                if not unanswered:
                    self._looked[town] = after
        return behind

    async def _look_at(self, town: str, events: Sequence[Recorded]) -> tuple[int, bool]:
        """How many cases were behind, and whether one did not answer, which keeps no other from being looked at."""
        client = self._client_of(town)
        behind, failed = 0, False
        for stream, version in {each.stream: each.version for each in events}.items():
            kind, _, case_id = stream.partition("-")
            if kind not in set(CaseKind):
                continue
            try:
                if await client.catch_up(CaseKind(kind), case_id, version):
                    log.warning("case_was_behind", town=town, case=stream, version=version)
                    behind += 1
            except UNANSWERED as error:
                log.warning("case_did_not_answer", town=town, case=stream, reason=type(error).__name__)
                failed = True
        return behind, failed
