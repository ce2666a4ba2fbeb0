"""The clocks of the cases: each workflow has its own, which moves when it is told to; together they tell one story."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from domain.cases.case import CaseKind
from workflows.client import CaseClient


class CaseKey(NamedTuple):
    """A case of the rehearsed town."""

    kind: CaseKind
    case_id: str


class Clocks:
    """Business time of every running case. Between moves a clock runs on at the pace of ours."""

    def __init__(self, skipper: TimeSkipper, cases: CaseClient) -> None:
        self._skipper = skipper
        self._cases = cases
        self._read: dict[CaseKey, tuple[datetime, float]] = {}
        self._moving: defaultdict[CaseKey, asyncio.Lock] = defaultdict(asyncio.Lock)

    def began(self, case: CaseKey, at: datetime) -> None:
        """A case runs since just now, when its business time was `at`."""
        self._read.setdefault(case, (at, time.monotonic()))

    def ended(self, case: CaseKey) -> None:
        """A case runs no more."""
        self._read.pop(case, None)

    async def move(self, cases: Iterable[CaseKey], to: datetime) -> None:
        """Move the running ones of these cases to a moment; those that are there or past it stay."""
        await asyncio.gather(*(self._move(case, to) for case in dict.fromkeys(cases) if case in self._read))

    async def _move(self, case: CaseKey, to: datetime) -> None:
        # One move of a case at a time: a second one would override the first, which then never ends.
        async with self._moving[case]:
            await self._move_alone(case, to)

    async def _move_alone(self, case: CaseKey, to: datetime) -> None:
        if case not in self._read:
            return
        at, then = self._read[case]
        ahead = to - at - timedelta(seconds=time.monotonic() - then)
        if ahead <= timedelta(0):
            return
        try:
            await self._skipper.fast_forward(self._cases.handle(*case), ahead)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            self.ended(case)  # it ended by itself since we looked
            return
        self._read[case] = (to, time.monotonic())
