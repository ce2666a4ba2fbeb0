"""Who is told of an append: inside its transaction, or after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Recorded
from eventstore.wire import Statement


class TryAgain(Exception):
    """Raised by a subscriber that failed and may have broken the transaction: the batch is to be done again, carefully.

    So the way on which nothing fails, which is nearly every one, needs no savepoints.
    """


class Subscriber(Protocol):
    """Told of every batch before it is committed, in the order of the log.

    `connection` is in the append's transaction, in its role and town, and must not end it. What a subscriber raises
    fails the whole batch, except for `TryAgain`: then the transaction is rolled back and all is done again with
    `careful`, where one that may fail, as a projection may, keeps its failure behind a savepoint of its own.
    """

    def foresee(self, town: str, events: Sequence[Recorded]) -> Sequence[Statement] | None:
        """The statements that follow the append of `events` in its transaction; None where it needs `on_append`.

        Positions are not known yet: they count from 1, and what the log held before is in the setting `jiandu.before`
        when the statements run. If one of them fails, all is rolled back and done again by `on_append`; none is run
        unless every event was accepted.
        """
        ...

    async def on_append(
        self, connection: AsyncConnection, town: str, events: Sequence[Recorded], *, careful: bool
    ) -> None:
        """Take note of `events`."""
        ...

    def on_rollback(self, town: str, streams: Collection[str] | None = None) -> None:
        """What it was told of these streams of the town, or of all, did not happen, or may not have."""
        ...


AfterCommit = Callable[[str, Sequence[Recorded]], Awaitable[None]]
"""Told of a town's new events once they are committed; not of those that other processes append, and of none twice.
What it raises is logged, the events stand."""
