"""Proof that one event is in a checkpoint, without opening the others; a public key is all that checking needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pydantic import Base64Bytes, BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from eventstore.canonical import ChainedRow, chain, genesis
from eventstore.checkpoints import digests, origin, read_text
from eventstore.database import in_town
from eventstore.reader import FETCH
from eventstore.schema import checkpoint, event
from transparency.merkle import PathBuilder, inclusion_holds
from transparency.signed_note import NoteKey, NoteRefused, open_note


class NotProvable(LookupError):
    """There is no such event, or no checkpoint covers it yet."""


class ProofRefused(Exception):
    """The proof does not hold; the message says where it breaks."""


class StoredRow(BaseModel):
    """An event exactly as it is stored and chained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    town: str
    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    schema_version: int
    command_id: str
    command_index: int
    business_time: datetime
    recorded_at: datetime
    body: str
    metadata: str


class EventProof(BaseModel):
    """One event, the digest before it, its way to the root, and the signed checkpoint. JSON-able."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: StoredRow
    previous: Base64Bytes
    path: tuple[Base64Bytes, ...]
    note: str


async def prove(engine: AsyncEngine, town: str, position: int) -> EventProof:
    """The proof of the event at `position` in the earliest checkpoint that covers it. Raises `NotProvable`."""
    columns = [event.c[name] for name in StoredRow.model_fields]
    async with in_town(engine, town) as connection:
        row = (
            await connection.execute(select(*columns).where(event.c.town == town, event.c.position == position))
        ).one_or_none()
        sealed = (
            await connection.execute(
                select(checkpoint.c.position, checkpoint.c.note)
                .where(checkpoint.c.town == town, checkpoint.c.position >= position)
                .order_by(checkpoint.c.position)
                .limit(1)
            )
        ).one_or_none()
        if row is None or sealed is None:
            raise NotProvable(f"no checkpoint covers an event at position {position} of {town!r}")
        builder = PathBuilder(position - 1, sealed.position)
        previous, last = genesis(town), genesis(town)
        async with connection.stream(digests(town, sealed.position), execution_options={"yield_per": FETCH}) as leaves:
            place = 0
            async for leaf in leaves:
                place += 1
                if place == position:
                    previous = last
                last = leaf.digest
                builder.add(last)
    return EventProof.model_construct(
        row=StoredRow.model_validate(dict(row._mapping)),
        previous=previous,
        path=tuple(builder.path()),
        note=sealed.note,
    )


def check_proof(proof: EventProof, keys: Iterable[NoteKey]) -> None:
    """Check a proof. Raises `ProofRefused`."""
    try:
        open_note(proof.note, keys)
        said = read_text(proof.note)
    except NoteRefused as error:
        raise ProofRefused(f"the checkpoint is refused: {error}") from error
    if said.origin != origin(proof.row.town):
        raise ProofRefused(f"the checkpoint is one of {said.origin}, the event one of {proof.row.town}")
    digest = chain(proof.previous, ChainedRow(**dict(proof.row)))
    if not inclusion_holds(digest, proof.row.position - 1, said.position, list(proof.path), said.root):
        raise ProofRefused("the event is not the one that the checkpoint was sealed over")
