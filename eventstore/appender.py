"""Group commit: the appends of a town that wait together become one locked statement and one commit.

A town's appends queue in this process and are sent in batches. While one batch is at the database the next gathers, so
the cost of the lock and of the disk is shared by all who wait, and a lone append waits for nobody. Several processes
may append to one town; the lock on its counter row puts their batches in one order.

A batch of which nothing unusual is expected goes the short way: append, projections and commit in one round trip. If
anything at all is refused there, nothing was committed, and it is done again step by step (`eventstore.stepwise`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import psycopg
import structlog

from domain.events import Recorded
from eventstore.batch import Batch
from eventstore.contract import AppendRequest, AppendResult, StoreUnavailable
from eventstore.stepwise import Stepwise
from eventstore.subscriber import AfterCommit, Subscriber
from eventstore.wire import Row, Statement, Wire, WireBroken, Wires

_log = structlog.get_logger(__name__)

BATCH_APPENDS = 128
"""Appends of one batch at most: of 256 producers, one half is prepared while the other half commits."""

BATCH_EVENTS = 2000
"""Events of one batch at most, except that a single append is never split."""


class _Waiting(NamedTuple):
    request: AppendRequest
    result: asyncio.Future[AppendResult]


class _Prepared(NamedTuple):
    waiting: list[_Waiting]
    batch: Batch | None
    statements: list[Statement]
    """Empty for a batch that goes step by step."""


class _Flight(NamedTuple):
    waiting: list[_Waiting]
    batch: Batch
    wire: Wire
    answer: asyncio.Future[list[Row]]


class Appender:
    """Sends the appends of one town, in the order in which they came."""

    def __init__(
        self,
        town: str,
        role: str,
        wires: Wires,
        stepwise: Stepwise,
        subscribers: Sequence[Subscriber],
        after_commit: Sequence[AfterCommit],
    ) -> None:
        self._town = town
        self._role = role
        self._wires = wires
        self._stepwise = stepwise
        self._subscribers = subscribers
        self._after_commit = after_commit
        self._queue: deque[_Waiting] = deque()
        self._batches: deque[list[_Waiting]] = deque(maxlen=2)
        """The last two, of which one may be under way and one prepared; all before were answered."""
        self._task: asyncio.Task[None] | None = None

    def put(self, request: AppendRequest) -> asyncio.Future[AppendResult]:
        """Queue an append; the future gets its result, or raises `CommandTaken` or `StoreUnavailable`.

        A caller who cancels it gives up the answer, not the append, which others' commit may carry.
        """
        result: asyncio.Future[AppendResult] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(request, result))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain(), name=f"appender of {self._town}")
        return result

    async def idle(self) -> None:
        """Wait until everything queued was sent and answered."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        try:
            while self._queue:
                flight = await self._start(self._prepare(self._next_batch()))
                while flight is not None:
                    flight = await self._land(flight)
        except BaseException as error:  # a fault of ours, or the end of the loop: nobody may wait for ever
            for waiting in [each for batch in self._batches for each in batch] + list(self._queue):
                _fail(waiting, StoreUnavailable(f"the appender ended: {error!r}"))
            self._queue.clear()
            raise

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        events = 0
        while self._queue and len(batch) < BATCH_APPENDS:
            size = len(self._queue[0].request.events)
            if batch and events + size > BATCH_EVENTS:
                break
            events += size
            batch.append(self._queue.popleft())
        self._batches.append(batch)
        return batch

    def _prepare(self, waiting: list[_Waiting]) -> _Prepared:
        try:
            batch = Batch(self._town, [each.request for each in waiting])
            statements = [batch.append(self._role)]
            for subscriber in self._subscribers:
                following = subscriber.foresee(self._town, batch.events)
                if following is None:
                    return _Prepared(waiting, None, [])
                statements += following
        except Exception:  # noqa: BLE001 - step by step it shows whose failure it is; it is told, or kept in a state
            return _Prepared(waiting, None, [])
        return _Prepared(waiting, batch, statements)

    async def _start(self, prepared: _Prepared) -> _Flight | None:
        """Send a batch on its way; None for one that has its answers already."""
        if prepared.batch is None:
            await self._step_by_step(prepared.waiting)
            return None
        wire = await self._wire(prepared.waiting)
        if wire is None:
            return None
        return _Flight(prepared.waiting, prepared.batch, wire, wire.send(prepared.statements))

    async def _land(self, flight: _Flight) -> _Flight | None:
        """Wait for the answer to a batch and hand it out; returns the batch that was sent meanwhile, if one was."""
        # Those whom the last answer woke append in this pause. This must stay: what they append is prepared while the
        # database works on the flight; one of the two is idle otherwise.
        await asyncio.sleep(0)
        ahead = self._prepare(self._next_batch()) if self._queue else None
        rows = await self._answer(flight, ahead)
        if rows is None:
            # What was prepared counted on this one.
            return await self._start(self._prepare(ahead.waiting)) if ahead is not None else None
        following = None
        if ahead is not None and ahead.batch is not None:
            # Off it goes before the answers are handed out, for which the database need not wait either.
            following = await self._start(ahead)
        for waiting, result in zip(flight.waiting, flight.batch.land(rows[0]), strict=True):
            if not waiting.result.done():
                waiting.result.set_result(result)
        await self._announce(flight.batch.events)
        if ahead is not None and ahead.batch is None:
            await self._step_by_step(ahead.waiting)
        return following

    async def _answer(self, flight: _Flight, ahead: _Prepared | None) -> list[Row] | None:
        """The answer to a batch; None where that went another way, and those who wait have been told."""
        try:
            return await flight.answer
        except WireBroken as error:
            self._unavailable(flight.waiting, error)
            return None
        except psycopg.Error:
            counted_on_it = ahead.waiting if ahead is not None else []
            self._stepwise.forget({each.request.stream for each in (*flight.waiting, *counted_on_it)})
            await self._step_by_step(flight.waiting)
            return None
        finally:
            await self._wires.give_back(flight.wire)

    async def _wire(self, waiting: list[_Waiting]) -> Wire | None:
        """A connection; None where there is none to be had, and those who wait have been told."""
        try:
            return await self._wires.take()
        except WireBroken as error:
            self._unavailable(waiting, error)
            return None

    async def _step_by_step(self, batch: list[_Waiting]) -> None:
        outcomes, appended = await self._stepwise.send([waiting.request for waiting in batch])
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception):
                _fail(waiting, outcome)
            elif not waiting.result.done():
                waiting.result.set_result(outcome)
        if appended:
            await self._announce(appended)

    def _unavailable(self, batch: list[_Waiting], error: WireBroken) -> None:
        self._stepwise.forget()
        for waiting in batch:
            failure = StoreUnavailable(str(error))
            failure.__cause__ = error
            _fail(waiting, failure)

    async def _announce(self, appended: list[Recorded]) -> None:
        for hook in self._after_commit:
            try:
                await hook(self._town, appended)
            except Exception:  # noqa: BLE001 - the events are committed; a listener cannot undo that
                _log.exception("after_commit_failed", town=self._town, position=appended[-1].position)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.result.done():
        waiting.result.set_exception(error)
