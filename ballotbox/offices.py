"""The three parties of a secret ballot as the poll's organiser speaks to them: two issuers and the box with its board.

Each has a machine, a database cluster, key files and an office key of its own; in the default installation all of them
run in one process group. `manifest` is always the manifest's SHA-256 in hexadecimal digits. Everything may be called
again after a lost answer. Refusals are `domain.acts.Refusal`s; a party that cannot be reached raises
`PartyUnreachable`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from ballotbox.polls import PollKey
from ballotbox.secret.manifest import IssuerKeys

IssuerName = Literal["a", "b"]
"""A is the office's issuer, B the discipline office's."""
BoardPhase = Literal["collecting", "casting", "closed", "published", "void", "discarded"]
"""What phones are told: `phase.json` on the board."""


class PartyUnreachable(Exception):
    """An issuer or the box does not answer. The message says which, where, and what to look at, in Chinese."""


class Voter(NamedTuple):
    """A deputy on an issuer's list: the id that the manifest's roster holds, and the name that people read."""

    deputy: str
    name: str


class Collected(BaseModel):
    """How many deputies got a ballot, by path: counts, never names."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    phones: int
    paper: int


class IssuerStatements(BaseModel):
    """The two signed notes of an issuer that ends collecting."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    collectors: str
    destroyed: str


class IssuerOffice(Protocol):
    """An issuer, as its own office steers it."""

    name: IssuerName

    async def prepare(self, poll: PollKey, slots: Sequence[str], subjects: Sequence[str]) -> IssuerKeys:
        """Make the keys of a poll; the same question again gives the same keys."""
        ...

    async def begin(self, manifest: bytes, voters: Sequence[Voter]) -> None:
        """Collecting begins under this manifest (its bytes). Refused when it does not hold this issuer's keys, or does
        not hold the hash of these voters' ids."""
        ...

    async def codes(self, manifest: str, deputies: Sequence[str] | None = None) -> dict[str, str]:
        """New personal codes, by deputy, told this once: for those named, else for all who have none yet. A new code
        replaces the deputy's old one; refused (`already_collected`) for a deputy who was stamped."""
        ...

    async def give_paper(self, manifest: str, deputies: Sequence[str]) -> None:
        """These deputies take paper forms, and get no stamps any more. All or none. Issuer B refuses a deputy whom it
        has stamped (`both_stamped`): on A's list only paper is allowed, on both never."""
        ...

    async def collected(self, manifest: str) -> Collected:
        """How many deputies have collected so far."""
        ...

    async def end_collecting(self, manifest: str) -> IssuerStatements:
        """Sign the list, destroy the stamp keys and the hashes of requests, sign that; again: the same statements."""
        ...

    async def discard(self, manifest: str) -> None:
        """A void poll: destroy keys and requests."""
        ...


class BoxKeys(BaseModel):
    """The box's public keys of a poll: of receipts (hex) and of the log (a note key)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    receipt_key: str
    log_key: str


class BoxNumbers(BaseModel):
    """How far the box is: counts, never who or how."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    phase: BoardPhase
    returned: dict[str, int]
    """Envelopes by subject."""
    log_size: int
    cosigned: int
    """Witnesses who have co-signed the log's last checkpoint."""
    trouble: str = ""
    """What keeps the log from growing, in Chinese, for the staff (a restored old database); empty when nothing."""


class BoxContents(NamedTuple):
    """A closed box: what scrutineers take to the opening. `ciphertexts` by their SHA-256."""

    leaves: tuple[bytes, ...]
    ciphertexts: Mapping[bytes, bytes]
    checkpoint: str


class BoxOffice(Protocol):
    """The box and its board, as the organiser steers them."""

    async def prepare(self, poll: PollKey) -> BoxKeys:
        """Make the keys of a poll; again: the same keys."""
        ...

    async def announce(self, manifest: bytes, files: Mapping[str, bytes]) -> None:
        """Put the manifest and `roster.json`, `policy` on the board, phase `collecting`."""
        ...

    async def begin_casting(self, manifest: str, statements: Sequence[str]) -> None:
        """Take envelopes from now on; `statements` are leaves 1 to 4. Refused unless they are good, and the manifest
        is announced."""
        ...

    async def numbers(self, manifest: str) -> BoxNumbers:
        """How far the box is."""
        ...

    async def close(self, manifest: str) -> None:
        """Take nothing new; what is pending goes to the log; the last checkpoint stands on the board."""
        ...

    async def contents(self, manifest: str) -> BoxContents:
        """What is in a closed box. Refused before the close, for a void poll, and after `destroy`."""
        ...

    async def publish(self, manifest: str, files: Mapping[str, bytes], phase: BoardPhase) -> None:
        """Put files on the board (all or none) and tell the phones the phase."""
        ...

    async def discard(self, manifest: str) -> None:
        """A void poll: destroy the ciphertexts unread; the log and its files stay on the board."""
        ...

    async def destroy(self, manifest: str) -> None:
        """After the objections: destroy the ciphertexts of a published poll. Its log stays."""
        ...
