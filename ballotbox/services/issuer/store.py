"""What an issuer asks its database. What changes a poll holds the poll's row, so the acts of a poll have an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ballotbox.offices import Voter
from ballotbox.services.cluster import Connection

Phase = Literal["collecting", "ended", "discarded"]


class PollRow(NamedTuple):
    """A poll as it is stored."""

    phase: Phase
    commitments: int


class VoterRow(NamedTuple):
    """A deputy on the list."""

    deputy: str
    name: str
    request: bytes | None
    paper: bool


async def add_poll(connection: Connection, manifest: bytes, voters: Sequence[Voter]) -> None:
    """A new poll with its list. One that is there already stays as it is."""
    added = await connection.execute(
        "INSERT INTO poll (manifest, phase) VALUES (%s, 'collecting') ON CONFLICT DO NOTHING", (manifest,)
    )
    if added.rowcount:
        await connection.execute(
            "INSERT INTO voter (manifest, deputy, name) SELECT %s, deputy, name"
            " FROM unnest(%s::text[], %s::text[]) AS v (deputy, name) ORDER BY deputy",
            (manifest, [voter.deputy for voter in voters], [voter.name for voter in voters]),
        )


async def poll_row(connection: Connection, manifest: bytes, *, lock: bool = False) -> PollRow | None:
    """A poll; with `lock` alone until the end of the transaction."""
    found = await connection.execute(
        "SELECT phase, commitments FROM poll WHERE manifest = %s FOR UPDATE"
        if lock
        else "SELECT phase, commitments FROM poll WHERE manifest = %s",
        (manifest,),
    )
    row = await found.fetchone()
    return PollRow(*row) if row is not None else None


async def set_phase(connection: Connection, manifest: bytes, phase: Phase) -> None:
    """Move a poll on."""
    await connection.execute("UPDATE poll SET phase = %s WHERE manifest = %s", (phase, manifest))


async def voter_of(connection: Connection, manifest: bytes, code: bytes) -> VoterRow | None:
    """Whose code this is, by its hash."""
    found = await connection.execute(
        "SELECT deputy, name, request, paper FROM voter WHERE manifest = %s AND code = %s", (manifest, code)
    )
    row = await found.fetchone()
    return VoterRow(*row) if row is not None else None


async def voters(connection: Connection, manifest: bytes) -> dict[str, VoterRow]:
    """The whole list, by deputy."""
    found = await connection.execute(
        "SELECT deputy, name, request, paper FROM voter WHERE manifest = %s ORDER BY deputy", (manifest,)
    )
    return {row[0]: VoterRow(*row) for row in await found.fetchall()}


async def without_code(connection: Connection, manifest: bytes) -> list[str]:
    """Deputies who were given no code yet, and need one."""
    found = await connection.execute(
        "SELECT deputy FROM voter WHERE manifest = %s AND code IS NULL AND request IS NULL ORDER BY deputy", (manifest,)
    )
    return [deputy for (deputy,) in await found.fetchall()]


async def set_codes(connection: Connection, manifest: bytes, codes: Mapping[str, bytes]) -> None:
    """These deputies' codes, by their hashes."""
    await connection.execute(
        "UPDATE voter SET code = new.code FROM unnest(%s::text[], %s::bytea[]) AS new (deputy, code)"
        " WHERE voter.manifest = %s AND voter.deputy = new.deputy",
        (list(codes), list(codes.values()), manifest),
    )


async def commit_request(connection: Connection, manifest: bytes, deputy: str, request: bytes) -> None:
    """The one request of a deputy."""
    await connection.execute(
        "UPDATE voter SET request = %s WHERE manifest = %s AND deputy = %s", (request, manifest, deputy)
    )
    await _count(connection, manifest, 1)


async def commit_paper(connection: Connection, manifest: bytes, deputies: Iterable[str]) -> None:
    """These deputies take paper; none of them did before."""
    changed = await connection.execute(
        "UPDATE voter SET paper = true WHERE manifest = %s AND deputy = ANY(%s) AND NOT paper",
        (manifest, list(deputies)),
    )
    await _count(connection, manifest, changed.rowcount)


async def delete_voters(connection: Connection, manifest: bytes) -> None:
    """The list, with its codes and requests."""
    await connection.execute("DELETE FROM voter WHERE manifest = %s", (manifest,))


async def _count(connection: Connection, manifest: bytes, commitments: int) -> None:
    await connection.execute(
        "UPDATE poll SET commitments = commitments + %s WHERE manifest = %s", (commitments, manifest)
    )
