"""What a projection is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Recorded
from projections.bulk import Write


class Projection(Protocol):
    """Folds events into tables of its own. It reads nothing but events: no clock, no other table."""

    @property
    def name(self) -> str:
        """Its name in `projection_state`; for ever."""
        ...

    @property
    def tables(self) -> Sequence[Table]:
        """The tables it owns, all with a column `town`. No other projection writes to them."""
        ...

    def changes(self, town: str, events: Sequence[Recorded]) -> Sequence[Write] | None:
        """What `apply` would write for events about to be appended.

        None where it would have to read first; it remembers nothing of them then.
        Positions count from 1: they are added to what the log holds when a column named `position` is written, and must
        go nowhere else.
        """
        ...

    async def apply(self, connection: AsyncConnection, town: str, events: Sequence[Recorded]) -> None:
        """Bring the tables up to the last of `events`, which follow on what was applied before.

        It writes through `projections.bulk`, or by SQLAlchemy Core over `tables`, never by text: a rebuild sends these
        to shadow tables. Whatever it raises stops this projection, and nothing else.
        """
        ...

    def forget(self, town: str, streams: Collection[str] | None = None) -> None:
        """Drop what it remembers of some streams of a town, or of all.

        Events that it was told of were rolled back, or may have been.
        """
        ...
