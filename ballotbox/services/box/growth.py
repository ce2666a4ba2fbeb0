"""How a poll's log grows, and what keeps it from growing: published leaves that the database does not know.

The rows of `leaf` are the log; a checkpoint follows from them and is published only after they are durable. Everything
here is called by the one process that holds the poll (`Store.alone`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ballotbox.secret.box import BATCH
from ballotbox.secret.log import FIRST_ENTRY, STATEMENT_FILES, checkpoint_text, root_of_hashes
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import sign_all
from ballotbox.services.box import store
from ballotbox.services.box.copies import PHASES, Copy, Log, tokens_of, witness_lines
from ballotbox.services.box.keys import Keys
from ballotbox.services.box.refusals import log_behind, log_diverged
from ballotbox.services.cluster import Connection
from domain.acts import Refusal
from transparency.merkle import leaf_hash


class Standing(NamedTuple):
    """How the database's log stands to what was published."""

    missing: tuple[bytes, ...] = ()
    """Leaf hashes that were published and are not in the database's log, in their order."""
    tokens: Mapping[bytes, bytes] = {}
    """The missing leaves by their tokens."""
    cosigned: Mapping[int, str] = {}
    """The witnesses' lines under the longest published checkpoint."""
    diverged: bool = False
    """Whether what was published does not begin with, or cannot be read beside, the database's log."""

    def refusal(self) -> Refusal | None:
        """Why the log does not grow; None when it does."""
        if self.diverged:
            return log_diverged()
        return log_behind(len(self.missing)) if self.missing else None


class PollLog:
    """The log of one poll: in the database, in the box's own copy, on the board."""

    def __init__(self, poll: Poll, keys: Keys, kept: Path, board: Path) -> None:
        self.poll = poll
        self._keys = keys
        self._kept = Copy(kept, poll)
        self._board = Copy(board, poll)
        self.standing = Standing()
        """As it was last compared."""

    async def reconcile(self, connection: Connection) -> None:
        """Put back what the box's own copy knows and the database does not: phase, files, first leaves. Then go on.

        After this the files on the board are what the database holds, unless the database holds too little.
        """
        kept_phase = await asyncio.to_thread(self._kept.phase)
        row = await store.poll_row(connection, self.poll.hash)
        if row is None:
            await store.add_poll(connection, self.poll, kept_phase or PHASES[0])
        elif kept_phase is not None and PHASES.index(kept_phase) > PHASES.index(row.phase):
            await store.set_phase(connection, self.poll.hash, kept_phase)
        files = await asyncio.to_thread(self._kept.files)
        await store.add_files(connection, self.poll.hash, files)
        if all(name in files for name in STATEMENT_FILES) and not await store.hashes(connection, self.poll.hash):
            await store.add_leaves(connection, self.poll.hash, 0, self.first_leaves(files))
        await self.grow(connection)
        await self.publish(connection)

    def first_leaves(self, files: Mapping[str, bytes]) -> list[bytes]:
        """Hashes of the manifest and the four statements."""
        return [leaf_hash(data) for data in (self.poll.data, *(files[name] for name in STATEMENT_FILES))]

    async def grow(self, connection: Connection) -> bool:
        """Take what is pending into the log and publish it; whether there was anything to take.

        Published leaves that are missing come first, all at once and in the order in which they were published; then,
        sorted by hash, whatever is pending: a batch at least while envelopes are taken, everything after the close.
        """
        grown = False
        while new := await self._next_leaves(connection):
            size = len(await store.hashes(connection, self.poll.hash))
            cosigned = self.standing.cosigned if self.standing.missing else {}
            async with connection.transaction():
                await store.add_leaves(connection, self.poll.hash, size, new)
                await store.add_cosignatures(connection, self.poll.hash, size + len(new), cosigned)
            await self.publish(connection)
            grown = True
        return grown

    async def read(self, connection: Connection) -> Log | None:
        """The database's log with its checkpoint; None before casting."""
        hashes = await store.hashes(connection, self.poll.hash)
        if not hashes:
            return None
        lines = await store.cosignatures(connection, self.poll.hash, len(hashes))
        note = self.checkpoint(hashes) + "".join(line + "\n" for line in lines)
        return Log(tuple(hashes), tuple(await store.entries(connection, self.poll.hash)), note)

    def checkpoint(self, hashes: Sequence[bytes]) -> str:
        """The log's own note over these leaves. Ed25519 gives the same bytes each time."""
        text = checkpoint_text(self.poll, len(hashes), root_of_hashes(hashes))
        return sign_all(text, self._keys.log)

    def shows(self, size: int, lines: Iterable[str]) -> bool:
        """Whether the board has gone beyond this checkpoint, or shows it with these signatures."""
        log = self._board.checkpoint()
        if log is None or log.size < size:
            return False
        return log.size > size or set(lines) <= set(self._board.note().split("\n"))

    async def publish(self, connection: Connection) -> None:
        """Write both copies from the database. Nothing else writes them."""
        row = await store.poll_row(connection, self.poll.hash)
        if row is None:
            return
        files = await store.files(connection, self.poll.hash)
        log = await self.read(connection)
        standing = await self.compare(connection)
        ours = None if standing.diverged else log  # what contradicts the database is evidence, and stays

        def write() -> None:
            for copy in (self._kept, self._board):
                copy.write({"manifest.json": self.poll.data, **files}, ours, row.phase, len(standing.missing))

        await asyncio.to_thread(write)

    async def compare(self, connection: Connection) -> Standing:
        """How the database stands to both copies."""
        hashes = await store.hashes(connection, self.poll.hash)
        self.standing = await asyncio.to_thread(self._compare, hashes)
        return self.standing

    def _compare(self, hashes: Sequence[bytes]) -> Standing:
        longest: Log | None = None
        for copy in (self._kept, self._board):
            told = copy.checkpoint()
            if told is None:
                continue
            if told.size <= len(hashes):
                if told.root != root_of_hashes(hashes[: told.size]):
                    return Standing(diverged=True)
                continue
            log = copy.log()
            if log is None or log.hashes[: len(hashes)] != tuple(hashes):
                return Standing(diverged=True)
            if longest is None or log.size > longest.size:
                longest = log
        if longest is None:
            return Standing()
        missing = longest.hashes[len(hashes) :]
        entries = longest.entries[max(0, len(hashes) - FIRST_ENTRY) :]
        return Standing(missing, tokens_of(entries), witness_lines(self.poll, longest.checkpoint))

    async def _next_leaves(self, connection: Connection) -> list[bytes]:
        row = await store.poll_row(connection, self.poll.hash)
        if row is None or row.phase == "collecting":
            return []
        pending = set(await store.pending(connection, self.poll.hash))
        if not pending:
            return []
        standing = await self.compare(connection)
        if standing.diverged:
            return []
        if standing.missing:
            return list(standing.missing) if pending.issuperset(standing.missing) else []
        at_least = BATCH if row.phase == "casting" else 1
        # Sorted by hash: the order of a batch tells nothing of the order of arrival.
        return sorted(pending) if len(pending) >= at_least else []
