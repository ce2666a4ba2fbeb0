"""Who sits at the count desk of a poll, and which form each is typing. What is typed goes to the box itself.

A counter belongs to one of the two independent entries; a scrutineer decides what differs and enters nothing. Each
signs in with a code that is told once and kept as its hash; codes, sessions and claims end with the poll.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox.database import in_box
from ballotbox.interface import Entry
from ballotbox.polls import PollKey
from domain.acts import Refusal

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKE = str.maketrans("OIL", "011", " -")
_CODE_CHARACTERS = 12
"""60 random bits: with the desk's lock on wrong tries nobody guesses one within a meeting."""
_SESSION_BYTES = 32

_SEAT = text(
    "INSERT INTO ballotbox.counter (town, poll_id, person, entry, first_form, last_form, code_hash) "
    "VALUES (:town, :poll, :person, :entry, :first, :last, :code) ON CONFLICT (town, poll_id, person) DO UPDATE SET "
    "entry = excluded.entry, first_form = excluded.first_form, last_form = excluded.last_form, "
    "code_hash = excluded.code_hash"
)
_END_SESSIONS = text(
    "DELETE FROM ballotbox.counter_session WHERE town = :town AND poll_id = :poll AND person = ANY(:persons)"
)
_BY_CODE = text(
    "SELECT poll_id, person, entry, first_form, last_form FROM ballotbox.counter "
    "WHERE town = :town AND code_hash = :code"
)
_BEGIN_SESSION = text(
    "INSERT INTO ballotbox.counter_session (town, token_hash, poll_id, person) VALUES (:town, :token, :poll, :person)"
)
_BY_SESSION = text(
    "SELECT poll_id, person, entry, first_form, last_form FROM ballotbox.counter_session "
    "JOIN ballotbox.counter USING (town, poll_id, person) WHERE town = :town AND token_hash = :token"
)
_SIGN_OUT = text("DELETE FROM ballotbox.counter_session WHERE town = :town AND token_hash = :token")
_SEATS = text(
    "SELECT poll_id, person, entry, first_form, last_form FROM ballotbox.counter "
    "WHERE town = :town AND poll_id = :poll ORDER BY entry NULLS LAST, person"
)
_CLAIM = text(
    "INSERT INTO ballotbox.form_claim (town, poll_id, series, form, entry, person) "
    "VALUES (:town, :poll, :series, :form, :entry, :person) ON CONFLICT (town, poll_id, series, form, entry) "
    "DO UPDATE SET person = CASE WHEN :over THEN excluded.person ELSE form_claim.person END RETURNING person"
)
_CLAIMS = text(
    "SELECT form, person FROM ballotbox.form_claim "
    "WHERE town = :town AND poll_id = :poll AND series = :series AND entry = :entry"
)
_END = (
    text("DELETE FROM ballotbox.form_claim WHERE town = :town AND poll_id = :poll"),
    text("DELETE FROM ballotbox.counter WHERE town = :town AND poll_id = :poll"),
)


class Seat(NamedTuple):
    """A person at the desk. `entry` is None for a scrutineer; `first` and `last` bound the forms to be typed."""

    person: str
    entry: Entry | None
    first: int | None = None
    last: int | None = None

    def takes(self, form: int) -> bool:
        """Whether a form is among this person's."""
        return (self.first is None or form >= self.first) and (self.last is None or form <= self.last)


class SignedIn(NamedTuple):
    """Somebody at work."""

    poll: PollKey
    seat: Seat


def written(code: str) -> str:
    """A code as people write it, in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _hash(kind: str, town: str, secret: str) -> bytes:
    return hashlib.sha256(f"jiandu-count-desk-{kind}/1\0{town}\0{secret}".encode()).digest()


def _read(code: str) -> str:
    """A code as it was typed: case, spaces, dashes and look-alikes do not matter."""
    return code.upper().translate(_LOOK_ALIKE)


class CountDesk:
    """The desks of a town's polls. Codes and session tokens are told once; hashes are kept."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def seat(self, poll: PollKey, seats: Sequence[Seat]) -> dict[str, str]:
        """Give people their seats and new codes, by person. Who had a seat gets a new one: old code and sessions end.

        Refused (`seated_twice`) for a person named twice, who would check their own entry.
        """
        persons = [seat.person for seat in seats]
        if twice := sorted({person for person in persons if persons.count(person) > 1}):
            raise Refusal("seated_twice", f"{'、'.join(twice)}出现了两次；每人只能担任一次录入或监票，请换人。")
        codes = {person: "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_CHARACTERS)) for person in persons}
        key = {"town": poll.town, "poll": poll.poll_id}
        async with in_box(self._engine, poll.town) as connection:
            for seat in seats:
                values = {"person": seat.person, "entry": seat.entry, "first": seat.first, "last": seat.last}
                code = _hash("code", poll.town, codes[seat.person])
                await connection.execute(_SEAT, {**key, **values, "code": code})
            await connection.execute(_END_SESSIONS, {**key, "persons": persons})
        return {person: written(code) for person, code in codes.items()}

    async def seats(self, poll: PollKey) -> list[Seat]:
        """Who has a seat, counters first."""
        async with in_box(self._engine, poll.town) as connection:
            rows = await connection.execute(_SEATS, {"town": poll.town, "poll": poll.poll_id})
            return [_signed_in(poll.town, row).seat for row in rows]

    async def sign_in(self, town: str, code: str) -> tuple[SignedIn, str] | None:
        """Who has that code, and the token of a new session; None for a code that nobody has."""
        token = secrets.token_urlsafe(_SESSION_BYTES)
        async with in_box(self._engine, town) as connection:
            found = await connection.execute(_BY_CODE, {"town": town, "code": _hash("code", town, _read(code))})
            row = found.one_or_none()
            if row is None:
                return None
            who = _signed_in(town, row)
            values = {"token": _hash("session", town, token), "poll": who.poll.poll_id, "person": who.seat.person}
            await connection.execute(_BEGIN_SESSION, {"town": town, **values})
        return who, token

    async def signed_in(self, town: str, token: str) -> SignedIn | None:
        """Whose session it is; None where it has ended or never was."""
        async with in_box(self._engine, town) as connection:
            found = await connection.execute(_BY_SESSION, {"town": town, "token": _hash("session", town, token)})
            row = found.one_or_none()
        return _signed_in(town, row) if row is not None else None

    async def sign_out(self, town: str, token: str) -> None:
        """End a session."""
        async with in_box(self._engine, town) as connection:
            await connection.execute(_SIGN_OUT, {"town": town, "token": _hash("session", town, token)})

    async def claim(self, poll: PollKey, series: str, form: int, seat: Seat, *, over: bool = False) -> str:
        """Take a form for typing, so that nobody else of the same entry does. Returns who has it: the first to come.

        `over`: take it from whoever has it, when that person has left.
        """
        assert seat.entry is not None  # a scrutineer types no form
        values = {"series": series, "form": form, "entry": seat.entry, "person": seat.person, "over": over}
        async with in_box(self._engine, poll.town) as connection:
            row = await connection.execute(_CLAIM, {"town": poll.town, "poll": poll.poll_id, **values})
            return str(row.scalar_one())

    async def claims(self, poll: PollKey, series: str, entry: Entry) -> Mapping[int, str]:
        """Who is typing or has typed which form, in one entry."""
        values = {"poll": poll.poll_id, "series": series, "entry": entry}
        async with in_box(self._engine, poll.town) as connection:
            rows = await connection.execute(_CLAIMS, {"town": poll.town, **values})
            return {row.form: row.person for row in rows}

    async def end(self, poll: PollKey) -> None:
        """The poll is closed or void: codes, sessions and claims end."""
        async with in_box(self._engine, poll.town) as connection:
            for statement in _END:
                await connection.execute(statement, {"town": poll.town, "poll": poll.poll_id})


def _signed_in(town: str, row: Row[Any]) -> SignedIn:
    return SignedIn(PollKey(town, row.poll_id), Seat(row.person, row.entry, row.first_form, row.last_form))
