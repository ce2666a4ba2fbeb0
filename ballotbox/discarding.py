"""The destruction of void polls: noted first, then told to each party as soon as it can be reached.

A poll is void from the note on, whoever is away. No transaction is open while a party is spoken to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ballotbox.database import in_box, key_of
from ballotbox.offices import BoxOffice, IssuerOffice, PartyUnreachable
from ballotbox.phone_path import Offices
from ballotbox.polls import PollKey
from domain.acts import Refusal

PATIENCE_SECONDS = 4.0
"""For all parties together while a meeting waits: an effect's attempt is given up after ten (`workflows.following`)."""
UNHURRIED_SECONDS = 300.0
"""When nobody waits: the removal of a large poll's ciphertexts takes a while."""
PARTIES = ("a", "b", "box")
_NAMES = {"a": "发票方甲", "b": "发票方乙", "box": "票箱"}

_LOG = structlog.get_logger("ballotbox.discarding")
_NOTE = text("UPDATE ballotbox.poll SET phase = 'discarded', untold = :untold WHERE town = :town AND poll_id = :poll")
_TOLD = text("UPDATE ballotbox.poll SET untold = array_remove(untold, :party) WHERE town = :town AND poll_id = :poll")
_NOTES = text("SELECT poll_id, manifest, untold FROM ballotbox.poll WHERE town = :town AND untold <> '{}'")


class Note(NamedTuple):
    """A void poll, and who has not yet destroyed what is held of it."""

    poll: PollKey
    manifest: str
    untold: tuple[str, ...]

    @property
    def words(self) -> str:
        """For the staff."""
        return still_to_be_destroyed(self.untold)


def still_to_be_destroyed(untold: Sequence[str]) -> str:
    """What staff read while parties are untold."""
    return f"已作废；{'、'.join(_NAMES[party] for party in untold)}处的销毁尚未完成（连上后自动办理，不必等待）"


async def note_down(connection: AsyncConnection, poll: PollKey, untold: Sequence[str]) -> None:
    """From the commit on the poll is void, and these parties have to be told."""
    await connection.execute(_NOTE, {**key_of(poll), "untold": list(untold)})


async def notes_of(engine: AsyncEngine, town: str) -> list[Note]:
    """The notes of a town that are not done with."""
    async with in_box(engine, town) as connection:
        rows = (await connection.execute(_NOTES, {"town": town})).all()
    return [Note(PollKey(town, row.poll_id), row.manifest, tuple(row.untold)) for row in rows]


async def finish(engine: AsyncEngine, offices: Offices | None, town: str) -> int:
    """Tell whoever is untold in a town. Returns how many polls' notes still stand, of which it is said why."""
    standing = 0
    for note in await notes_of(engine, town):
        if offices is None:
            standing += 1
            continue
        try:
            standing += bool(await tell(engine, offices, note, UNHURRIED_SECONDS))
        except Refusal as refusal:  # of one party; other polls do not wait for what people have to see to
            _LOG.warning("destruction_refused", poll=note.poll.poll_id, code=refusal.code)
            standing += 1
    return standing


async def tell(engine: AsyncEngine, offices: Offices, note: Note, seconds: float) -> tuple[str, ...]:
    """Have the untold parties destroy what they hold, all at once. Returns who remains untold.

    Raises `Refusal` of a party that will not, once the others have been told; its note stands.
    """
    told = await asyncio.gather(
        *(_tell(engine, offices, note, party, seconds) for party in note.untold), return_exceptions=True
    )
    for outcome in told:
        if isinstance(outcome, BaseException):
            raise outcome
    return tuple(party for party, done in zip(note.untold, told, strict=True) if not done)


async def _tell(engine: AsyncEngine, offices: Offices, note: Note, party: str, seconds: float) -> bool:
    office: IssuerOffice | BoxOffice = offices.box if party == "box" else offices.a if party == "a" else offices.b
    try:
        async with asyncio.timeout(seconds):
            await office.discard(note.manifest)
    except (PartyUnreachable, TimeoutError) as away:
        _LOG.warning("destruction_not_told", poll=note.poll.poll_id, party=party, reason=type(away).__name__)
        return False
    except Refusal as refusal:
        if refusal.code != "unknown_poll":  # the opening was cut off before this party heard of the poll
            raise
    async with in_box(engine, note.poll.town) as connection:
        await connection.execute(_TOLD, {**key_of(note.poll), "party": party})
    return True
