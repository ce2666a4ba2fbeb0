"""Sealing the log."""

from __future__ import annotations

import structlog
from temporalio import activity

from activities import signatures as calls
from eventstore.checkpoints import checkpoints, seal
from eventstore.store import EventStore
from transparency.signed_note import NoteSigner

log = structlog.get_logger("jiandu.activities")


class Checkpoints:
    """The activity of the nightly schedule."""

    def __init__(self, store: EventStore, signer: NoteSigner) -> None:
        self._store = store
        self._signer = signer

    @activity.defn(name=calls.SEAL_CHECKPOINT)
    async def seal_checkpoint(self, order: calls.SealCheckpoint) -> int:
        """Seal a checkpoint over all events so far.

        Returns its position, or the last one's when nothing was added since.
        """
        sealed = await seal(self._store.engine, order.town, self._signer)
        if sealed is not None:
            log.info("checkpoint_sealed", town=order.town, position=sealed.position)
            return sealed.position
        known = await checkpoints(self._store.engine, order.town)
        return known[-1].position if known else 0
