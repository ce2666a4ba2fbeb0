"""Clocks of cases: moved one at a time, only forward, and only where a case runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from temporalio.testing import TimeSkipper

from domain.cases.case import CaseKind
from rehearsal.clocks import CaseKey, Clocks
from workflows.client import CaseClient

CASE = CaseKey(CaseKind.CYCLE, "2025")
START = datetime(2025, 1, 6, 4, 0, tzinfo=UTC)


class Skipper:
    """Moves like the engine, which lets a second move of a workflow override the first."""

    def __init__(self) -> None:
        self.moves: list[timedelta] = []
        self.moving = 0

    async def fast_forward(self, handle: Any, ahead: timedelta) -> bool:
        assert self.moving == 0
        self.moving += 1
        await asyncio.sleep(0)
        self.moving -= 1
        self.moves.append(ahead)
        return True


class Handles:
    def handle(self, kind: CaseKind, case_id: str) -> str:
        return f"{kind}-{case_id}"


def clocks(skipper: Skipper) -> Clocks:
    return Clocks(cast("TimeSkipper", skipper), cast("CaseClient", Handles()))


async def test_two_who_move_a_clock_to_one_moment_move_it_once() -> None:
    skipper = Skipper()
    moved = clocks(skipper)
    moved.began(CASE, START)
    noon = START + timedelta(days=30)
    await asyncio.gather(moved.move([CASE], noon), moved.move([CASE], noon))
    assert [round(each / timedelta(days=1)) for each in skipper.moves] == [30]


async def test_a_clock_never_goes_back_and_one_that_is_not_there_stays() -> None:
    skipper = Skipper()
    moved = clocks(skipper)
    moved.began(CASE, START)
    await moved.move([CASE, CaseKey(CaseKind.POLL, "none")], START - timedelta(days=1))
    moved.ended(CASE)
    await moved.move([CASE], START + timedelta(days=1))
    assert skipper.moves == []
