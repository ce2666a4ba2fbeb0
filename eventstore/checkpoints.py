"""Checkpoints: now and then the whole log so far is summed up in one hash and signed.

The text is that of C2SP's tlog-checkpoint (origin, size, root) and two lines of ours: the moment, the chain's digest.
A leaf of the tree is the chain digest of an event, so a root pins every event before it, their order and their number.
The discipline office and the archive keep the notes; `verify` holds the log against them.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from eventstore.canonical import instant
from eventstore.database import in_town
from eventstore.reader import FETCH
from eventstore.schema import checkpoint, event, town_log
from transparency.merkle import RunningRoot
from transparency.signed_note import NoteRefused, NoteSigner, text_of


class Checkpoint(BaseModel):
    """A sealed checkpoint: the first `position` events of the town have the Merkle root `root`."""

    model_config = ConfigDict(frozen=True)

    town: str
    position: int
    root: bytes
    note: str
    sealed_at: datetime


class CheckpointText(BaseModel):
    """What a checkpoint's note says."""

    model_config = ConfigDict(frozen=True)

    origin: str
    position: int
    root: bytes


def origin(town: str) -> str:
    """The log's name in its notes. A town's name stands as it is, except for what a note's line cannot hold."""
    return "jiandu/" + "".join(c if c.isalnum() or c in "-._" else quote(c) for c in town)


def checkpoint_text(town: str, position: int, root: bytes, digest: bytes, sealed_at: datetime) -> str:
    """The text to be signed."""
    return (
        f"{origin(town)}\n{position}\n{base64.b64encode(root).decode()}\n"
        f"sealed {instant(sealed_at)}\nchain {base64.b64encode(digest).decode()}\n"
    )


def read_text(note: str) -> CheckpointText:
    """What a note says; its signature is `open_note`'s affair. Raises `NoteRefused`."""
    lines = text_of(note).splitlines()
    if len(lines) < 3 or not lines[1].isascii() or not lines[1].isdigit():
        raise NoteRefused("the note is no checkpoint: origin, size and root must be its first lines")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as error:
        raise NoteRefused("the checkpoint's root is not base64") from error
    return CheckpointText(origin=lines[0], position=int(lines[1]), root=root)


async def seal(engine: AsyncEngine, town: str, signer: NoteSigner) -> Checkpoint | None:
    """Seal a checkpoint over all events so far; None when nothing happened since the last one."""
    async with in_town(engine, town) as connection:
        last = (
            await connection.execute(
                # Under the lock: two sealers make one checkpoint, and the digest is that of the position.
                select(town_log.c.position, town_log.c.digest, func.clock_timestamp())
                .where(town_log.c.town == town)
                .with_for_update()
            )
        ).one_or_none()
        if last is None or last.position == 0:
            return None
        known = await connection.execute(
            select(checkpoint.c.position).where(checkpoint.c.town == town, checkpoint.c.position == last.position)
        )
        if known.first() is not None:
            return None
        tree = RunningRoot()
        await _grow(connection, tree, town, last.position)
        sealed = Checkpoint(
            town=town,
            position=last.position,
            root=tree.root(),
            note=signer.sign(checkpoint_text(town, last.position, tree.root(), last.digest, last[2])),
            sealed_at=last[2],
        )
        await connection.execute(insert(checkpoint).values(sealed.model_dump()))
    return sealed


async def _grow(connection: AsyncConnection, tree: RunningRoot, town: str, size: int) -> None:
    async with connection.stream(digests(town, size), execution_options={"yield_per": FETCH}) as rows:
        async for row in rows:
            tree.add(row.digest)


def digests(town: str, size: int) -> Select[tuple[bytes]]:
    """The leaves: chain digests of the town's first `size` events."""
    return select(event.c.digest).where(event.c.town == town, event.c.position <= size).order_by(event.c.position)


async def checkpoints(engine: AsyncEngine, town: str) -> list[Checkpoint]:
    """All checkpoints of a town, oldest first."""
    query = select(checkpoint).where(checkpoint.c.town == town).order_by(checkpoint.c.position)
    async with in_town(engine, town) as connection:
        return [Checkpoint.model_validate(dict(row._mapping)) for row in await connection.execute(query)]
