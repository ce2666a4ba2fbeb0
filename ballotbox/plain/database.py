"""Transactions of the box, and the poll's row, whose lock puts the acts of a poll in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ballotbox.polls import Phase, PollKey
from ballotbox.refusals import discarded, unknown_poll

ROLE = "jiandu_ballotbox"

_SCOPE = text(
    "SELECT set_config('role', :role, true), set_config('jiandu.town', :town, true), "
    # A receipt means that the ballot is never lost, whatever the server's default is.
    "set_config('synchronous_commit', 'on', true)"
)

Lock = Literal["FOR SHARE", "FOR UPDATE"]
"""Casting and entering share the poll's row; what changes its phase, and issuing, which counts, hold it alone."""

_POLL = "SELECT setup, phase, counts FROM ballotbox.poll WHERE town = :town AND poll_id = :poll"
_POLL_BY_LOCK = {
    None: text(_POLL),
    "FOR SHARE": text(f"{_POLL} FOR SHARE"),
    "FOR UPDATE": text(f"{_POLL} FOR UPDATE"),
}


class PollRow(NamedTuple):
    """A poll as it is stored."""

    setup: str
    phase: Phase
    counts: str | None


@asynccontextmanager
async def in_box(engine: AsyncEngine, town: str) -> AsyncIterator[AsyncConnection]:
    """A transaction in the role of the box, which sees one town."""
    async with engine.begin() as connection:
        await connection.execute(_SCOPE, {"role": ROLE, "town": town})
        yield connection


async def find_poll(connection: AsyncConnection, poll: PollKey, lock: Lock | None = None) -> PollRow | None:
    """The poll's row; None where the poll has no box."""
    row = (await connection.execute(_POLL_BY_LOCK[lock], {"town": poll.town, "poll": poll.poll_id})).one_or_none()
    return PollRow(row.setup, Phase(row.phase), row.counts) if row is not None else None


async def poll_row(connection: AsyncConnection, poll: PollKey, lock: Lock | None = None) -> PollRow:
    """The poll's row. Refused for a poll that has no box."""
    row = await find_poll(connection, poll, lock)
    if row is None:
        raise unknown_poll(poll.poll_id)
    return row


async def live_poll(connection: AsyncConnection, poll: PollKey, lock: Lock) -> PollRow:
    """The poll's row. Refused as well for a poll that was discarded."""
    row = await poll_row(connection, poll, lock)
    if row.phase is Phase.DISCARDED:
        raise discarded(poll.poll_id)
    return row
