"""What the box's service asks its database. Connections are made anew after the database went away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple, Self

from psycopg_pool import AsyncConnectionPool

from ballotbox.offices import BoardPhase
from ballotbox.secret.manifest import Poll
from ballotbox.services.box.schema import SCHEMA
from ballotbox.services.cluster import Cluster, Connection, open_cluster

OPTIONS = f"-c role={SCHEMA.role} -c synchronous_commit=on -c default_transaction_isolation=read\\ committed"
"""Asked for by name, whatever the server's default is: a receipt means that the ballot is never lost."""
_CONNECTIONS = 4
_TURN = 0.02
"""Seconds until the right to a poll is asked for again."""


class PollRow(NamedTuple):
    """A poll as it is stored."""

    document: bytes
    phase: BoardPhase
    emptied: bool


def address(url: str) -> str:
    """The address as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


class Store:
    """The box's database."""

    def __init__(self, url: str, cluster: Cluster, pool: AsyncConnectionPool[Connection]) -> None:
        self.url = url
        self._cluster = cluster
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Connect, and make the tables that are missing."""
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            address(url),
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=10,
            kwargs={"autocommit": True, "options": OPTIONS, "connect_timeout": 5},
            check=AsyncConnectionPool.check_connection,
            open=False,
        )
        async with open_cluster(url, SCHEMA, connections=1) as cluster, pool:
            yield cls(address(url), cluster, pool)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for one piece of work."""
        async with self._pool.connection() as connection:
            yield connection

    @asynccontextmanager
    async def alone(self, poll: bytes) -> AsyncIterator[Connection]:
        """A connection, and the one right in all processes to make this poll's log grow. It dies with the connection.

        Also what changes a poll's phase or files holds it.
        """
        number = int.from_bytes(poll[:8], "big", signed=True)
        async with self._pool.connection() as connection:
            await _lock(connection, number)
            try:
                yield connection
            finally:
                if not connection.broken:
                    await connection.execute("SELECT pg_advisory_unlock(%s)", (number,))

    async def empty(self, connection: Connection, poll: bytes) -> None:
        """Remove a poll's ciphertexts, and let nothing of them stay in the cluster's files."""
        await connection.execute(
            "UPDATE envelope SET sealed = NULL WHERE manifest = %s AND sealed IS NOT NULL", (poll,)
        )
        await connection.execute("UPDATE poll SET emptied = true WHERE manifest = %s", (poll,))
        await self._cluster.forget("envelope")

    async def polls(self) -> list[bytes]:
        """The documents of all polls."""
        async with self.connection() as connection:
            rows = await (await connection.execute("SELECT document FROM poll ORDER BY manifest")).fetchall()
            return [document for (document,) in rows]


async def _lock(connection: Connection, number: int) -> None:
    # Asked for again and again: a statement that waits holds a snapshot, and what was deleted could not go.
    while True:
        row = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", (number,))).fetchone()
        if row == (True,):
            return
        await asyncio.sleep(_TURN)


async def poll_row(connection: Connection, poll: bytes) -> PollRow | None:
    """A poll by its manifest's hash."""
    found = await connection.execute("SELECT document, phase, emptied FROM poll WHERE manifest = %s", (poll,))
    row = await found.fetchone()
    return PollRow(*row) if row is not None else None


async def announced(connection: Connection, town: str, name: str) -> bytes | None:
    """The hash of the manifest that a poll was announced with."""
    found = await connection.execute("SELECT manifest FROM poll WHERE town = %s AND name = %s", (town, name))
    row = await found.fetchone()
    return row[0] if row is not None else None


async def add_poll(connection: Connection, poll: Poll, phase: BoardPhase) -> None:
    """A new poll."""
    facts = poll.manifest
    await connection.execute(
        "INSERT INTO poll (manifest, town, name, document, phase) VALUES (%s, %s, %s, %s, %s)",
        (poll.hash, facts.town, facts.poll, poll.data, phase),
    )


async def set_phase(connection: Connection, poll: bytes, phase: BoardPhase) -> None:
    """Waits for the casts under way: they hold a share of the poll's row."""
    await connection.execute("UPDATE poll SET phase = %s WHERE manifest = %s", (phase, poll))


async def files(connection: Connection, poll: bytes) -> dict[str, bytes]:
    """The poll's files on the board, but for the log's."""
    rows = await connection.execute("SELECT name, data FROM board_file WHERE manifest = %s", (poll,))
    return dict(await rows.fetchall())


async def add_files(connection: Connection, poll: bytes, new: Mapping[str, bytes]) -> None:
    """Files that are not there yet."""
    await connection.execute(
        "INSERT INTO board_file (manifest, name, data) SELECT %s, * FROM unnest(%s::text[], %s::bytea[])"
        " ON CONFLICT DO NOTHING",
        (poll, list(new), list(new.values())),
    )


async def hashes(connection: Connection, poll: bytes) -> list[bytes]:
    """The log's leaf hashes."""
    rows = await connection.execute("SELECT hash FROM leaf WHERE manifest = %s ORDER BY place", (poll,))
    return [each for (each,) in await rows.fetchall()]


async def entries(connection: Connection, poll: bytes) -> list[bytes]:
    """The log's entries, in order."""
    rows = await connection.execute(
        "SELECT e.entry FROM leaf l JOIN envelope e ON e.manifest = l.manifest AND e.leaf = l.hash"
        " WHERE l.manifest = %s ORDER BY l.place",
        (poll,),
    )
    return [each for (each,) in await rows.fetchall()]


async def pending(connection: Connection, poll: bytes) -> list[bytes]:
    """Leaf hashes of envelopes that are not in the log yet."""
    rows = await connection.execute(
        "SELECT e.leaf FROM envelope e WHERE e.manifest = %s"
        " AND NOT EXISTS (SELECT FROM leaf l WHERE l.manifest = e.manifest AND l.hash = e.leaf)",
        (poll,),
    )
    return [each for (each,) in await rows.fetchall()]


async def add_leaves(connection: Connection, poll: bytes, first: int, new: Sequence[bytes]) -> None:
    """Leaves from place `first` on. A place that is taken is an error: two appenders at once."""
    await connection.execute(
        "INSERT INTO leaf (manifest, place, hash)"
        " SELECT %s, %s + ordinality - 1, hash FROM unnest(%s::bytea[]) WITH ORDINALITY AS a (hash, ordinality)",
        (poll, first, list(new)),
    )


async def add_cosignatures(connection: Connection, poll: bytes, size: int, lines: Mapping[int, str]) -> None:
    """Signature lines of witnesses, by their numbers."""
    await connection.execute(
        "INSERT INTO cosignature (manifest, size, witness, line)"
        " SELECT %s, %s, * FROM unnest(%s::integer[], %s::text[]) ON CONFLICT DO NOTHING",
        (poll, size, list(lines), list(lines.values())),
    )


async def cosignatures(connection: Connection, poll: bytes, size: int) -> list[str]:
    """The witnesses' lines under a checkpoint, by number."""
    rows = await connection.execute(
        "SELECT line FROM cosignature WHERE manifest = %s AND size = %s ORDER BY witness", (poll, size)
    )
    return [line for (line,) in await rows.fetchall()]


async def returned(connection: Connection, poll: bytes) -> dict[str, int]:
    """Envelopes by subject."""
    rows = await connection.execute(
        "SELECT subject, count(*)::integer FROM envelope WHERE manifest = %s GROUP BY subject", (poll,)
    )
    return dict(await rows.fetchall())


async def standing_under(connection: Connection, poll: bytes, token: bytes) -> tuple[bytes, bytes] | None:
    """Hash of the sent bytes, and leaf hash, of the envelope under a token."""
    found = await connection.execute(
        "SELECT sent, leaf FROM envelope WHERE manifest = %s AND token = %s", (poll, token)
    )
    return await found.fetchone()


async def sealed(connection: Connection, poll: bytes) -> list[tuple[bytes, bytes | None]]:
    """Tokens and stored ciphertexts, by token."""
    rows = await connection.execute("SELECT token, sealed FROM envelope WHERE manifest = %s ORDER BY token", (poll,))
    return await rows.fetchall()
