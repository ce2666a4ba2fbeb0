"""Transactions of the box, and the poll's row, whose lock puts the acts of a poll in order.

Tables (schema `ballotbox`, role `jiandu_ballotbox`, made by `migrations/`), all by town and poll:

- `poll`: setup, phase, the hash of its manifest, the issuers' four statements, the counts once there are some, and
  who has still to destroy what is held of a void poll.
- `set_up`: a manifest that was dealt for a poll, often before the poll opens.
- `opening`: what the two teams of scrutineers got out of the box, or how a void poll was closed.
- `paper_sheet`, `counted_rows`, `sheet_decision`: what two persons entered from paper, and what a scrutineer decided.

What is cast by phone is in no table here: it lies in the box's own cluster, sealed.
"""

from __future__ import annotations

import json
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
    # An entry that was acknowledged is never lost, whatever the server's default is.
    "set_config('synchronous_commit', 'on', true)"
)

Lock = Literal["FOR SHARE", "FOR UPDATE"]
"""Entering paper shares the poll's row; what changes its phase holds it alone."""

_POLL = (
    "SELECT setup, phase, manifest, statements, counts, untold FROM ballotbox.poll "
    "WHERE town = :town AND poll_id = :poll"
)
_POLL_BY_LOCK = {
    None: text(_POLL),
    "FOR SHARE": text(f"{_POLL} FOR SHARE"),
    "FOR UPDATE": text(f"{_POLL} FOR UPDATE"),
}


class PollRow(NamedTuple):
    """A poll as it is stored."""

    setup: str
    phase: Phase
    manifest: str | None
    """Hash of the manifest; None in mode `paper`, and until the poll is set up."""
    statements: tuple[str, ...] | None
    """Leaves 1 to 4 of the log, from the end of collecting on."""
    counts: str | None
    untold: tuple[str, ...] = ()
    """Parties of a void poll that have not yet destroyed what they hold."""


def key_of(poll: PollKey) -> dict[str, str]:
    """The parameters that name a poll in every statement."""
    return {"town": poll.town, "poll": poll.poll_id}


@asynccontextmanager
async def in_box(engine: AsyncEngine, town: str) -> AsyncIterator[AsyncConnection]:
    """A transaction in the role of the box, which sees one town."""
    async with engine.begin() as connection:
        await connection.execute(_SCOPE, {"role": ROLE, "town": town})
        yield connection


async def find_poll(connection: AsyncConnection, poll: PollKey, lock: Lock | None = None) -> PollRow | None:
    """The poll's row; None where the poll has no box."""
    row = (await connection.execute(_POLL_BY_LOCK[lock], key_of(poll))).one_or_none()
    if row is None:
        return None
    statements = None if row.statements is None else tuple(json.loads(row.statements))
    return PollRow(row.setup, Phase(row.phase), row.manifest, statements, row.counts, tuple(row.untold))


async def poll_row(connection: AsyncConnection, poll: PollKey, lock: Lock | None = None) -> PollRow:
    """The poll's row. Refused for a poll that has no box."""
    row = await find_poll(connection, poll, lock)
    if row is None:
        raise unknown_poll(poll.poll_id)
    return row


async def live_poll(connection: AsyncConnection, poll: PollKey, lock: Lock | None) -> PollRow:
    """The poll's row. Refused as well for a poll that was discarded."""
    row = await poll_row(connection, poll, lock)
    if row.phase is Phase.DISCARDED:
        raise discarded(poll.poll_id)
    return row
