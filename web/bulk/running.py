"""Doing a batch: one act after the other in the background, each under its own id, so that a repeat completes it."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import structlog
from sqlalchemy.exc import OperationalError
from temporalio.service import RPCError

from domain.acts import COMMANDS, Refusal
from eventstore.contract import StoreUnavailable
from web.acts.counter import Counter
from web.bulk.store import Batch, BatchStore, Item, ItemState
from workflows.client import EngineUnavailable
from workflows.ended import NotRunning

log = structlog.get_logger("jiandu.bulk")

_AWAY = (EngineUnavailable, RPCError, NotRunning, StoreUnavailable, OperationalError)


class BatchRunner:
    """Does the batches of one town."""

    def __init__(self, counter: Counter, batches: BatchStore) -> None:
        self._counter = counter
        self._batches = batches
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, batch_id: str) -> bool:
        """Go on with a batch, from what is not done yet; False while another run is at it, or nothing is left."""
        runner = str(uuid4())
        if not await self._batches.take(batch_id, runner):
            return False
        batch = await self._batches.read(batch_id)
        if batch is None or not batch.left:
            await self._batches.release(batch_id, runner)
            return False
        task = asyncio.create_task(self._run(batch, runner), name="batch of acts")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def settled(self) -> None:
        """Wait until no run is under way in this process."""
        await asyncio.gather(*self._tasks)

    async def _run(self, batch: Batch, runner: str) -> None:
        try:
            for item in batch.items:
                if item.state in (ItemState.DONE, ItemState.REFUSED):
                    continue
                if not await self._batches.seen(batch.batch_id, runner) or not await self._do(batch, item):
                    break
            await self._batches.release(batch.batch_id, runner)
        except (StoreUnavailable, OperationalError) as error:
            # Nothing can be written down now; whoever presses the button again goes on.
            log.warning("batch_cut_off", batch=batch.batch_id, reason=type(error).__name__)

    async def _do(self, batch: Batch, item: Item) -> bool:
        """Do one act; whether to go on with the next."""
        command = COMMANDS[batch.act].model_validate_json(item.command)
        state, message = ItemState.DONE, ""
        try:
            receipt = await self._counter.do(item.kind, item.case_id, command, batch.actor, batch.command_id(item))
            message = "；".join(receipt.warnings)
        except Refusal as refusal:
            state, message = ItemState.REFUSED, refusal.message
        except _AWAY as error:
            log.warning("batch_stopped", batch=batch.batch_id, reason=type(error).__name__)
            state, message = ItemState.UNSURE, "流程引擎没有应答，这一批停在这里；稍候按“继续办理”，不会重复。"
        await self._batches.note(batch.batch_id, item.number, state, message)
        return state is not ItemState.UNSURE
