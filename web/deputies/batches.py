"""Links issued for many at once: how far it is, and then the slips, kept for a short while and in memory only.

A slip holds what opens a link; nothing of it is ever written to disk or log. Who misses the moment issues anew.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from domain.acts import Refusal
from domain.roster.commands import Deputy
from web.deputies.links import LinkStore, Slip

KEPT_SECONDS = 900.0
"""How long slips wait to be printed."""
_MOST = 20

log = structlog.get_logger(__name__)


@dataclass
class Batch:
    """Links being issued for some deputies, by one person, who alone gets the slips."""

    deputies: Sequence[Deputy]
    by: str
    address: str
    """Of these pages, as phones reach it."""
    town_name: str
    started: float = field(default_factory=time.monotonic)
    issued: int = 0
    drawn: int = 0
    paper: bytes | None = None
    fault: str = ""

    @property
    def total(self) -> int:
        """How many links."""
        return len(self.deputies)

    @property
    def over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.paper is not None or bool(self.fault)

    def __repr__(self) -> str:
        return f"Batch({self.issued}/{self.total})"  # the paper in a traceback would be the links in a log


class Batches:
    """The batches of one process."""

    def __init__(self, links: LinkStore) -> None:
        self._links = links
        self._batches: dict[str, Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, batch: Batch) -> str:
        """Begin a batch. Returns its name."""
        self._forget()
        name = secrets.token_urlsafe(12)
        self._batches[name] = batch
        task = asyncio.create_task(self._run(batch), name="issue links")
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, batch))
        return name

    def of(self, name: str, by: str) -> Batch | None:
        """A batch of that person; None where there is none, or its time is over."""
        self._forget()
        batch = self._batches.get(name)
        return batch if batch is not None and batch.by == by else None

    async def _run(self, batch: Batch) -> None:
        try:
            slips = []
            for deputy in batch.deputies:
                slips.append(await self._links.issue(deputy, batch.by))
                batch.issued += 1
            batch.paper = await asyncio.to_thread(_paper, batch, slips)
        except Refusal as refusal:
            batch.fault = refusal.message

    def _ended(self, batch: Batch, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        batch.fault = "没有办完，请再试一次；若仍不行，请看运行状态。"
        log.error("issuing links failed", error=type(error).__name__)

    def _forget(self) -> None:
        now = time.monotonic()
        old = [name for name, batch in self._batches.items() if now - batch.started > KEPT_SECONDS]
        for name in [*old, *list(self._batches)[: max(0, len(self._batches) - _MOST)]]:
            self._batches.pop(name, None)


def _paper(batch: Batch, slips: Sequence[Slip]) -> bytes:
    from documents.papers.deputy_links import LinkSlip, link_slips  # typst and segno are loaded when first needed

    def told(drawn: int) -> None:
        batch.drawn = drawn

    printed = [
        LinkSlip(deputy.name, deputy.group, f"{batch.address}/d/{slip.token}", slip.code)
        for deputy, slip in zip(batch.deputies, slips, strict=True)
    ]
    return link_slips(batch.town_name, f"{batch.address}/pin", printed, told)
