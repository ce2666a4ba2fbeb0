"""Who is told of an append: inside its transaction, or after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Recorded


class Subscriber(Protocol):
    """Told of every batch before it is committed, in the order of the log.

    `connection` is in the append's transaction, in its role and town. What a subscriber raises fails the whole batch:
    one that may fail, as a projection may, keeps its failure behind a savepoint of its own.
    """

    async def on_append(self, connection: AsyncConnection, town: str, events: Sequence[Recorded]) -> None:
        """Take note of `events`."""
        ...


AfterCommit = Callable[[str, Sequence[Recorded]], Awaitable[None]]
"""Told of a town's new events once they are committed; not of those that other processes append, and of none twice.
What it raises is logged, the events stand."""
