"""What people sign beside the ballots: signed notes (C2SP), each of a kind and bound to the manifest.

A note's text has three lines::

    jiandu-ballot-statement/1 <kind>
    <hash of the manifest, hexadecimal>
    <body in canonical JSON>
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ballotbox.secret.encoding import Hex32, canonical, read_canonical
from ballotbox.secret.manifest import Poll
from transparency.signed_note import NoteKey, NoteRefused, NoteSigner, open_note, text_of

_HEAD = "jiandu-ballot-statement/1"


class Statement(BaseModel):
    """The body of a statement."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    kind: ClassVar[str]


class Collectors(Statement):
    """An issuer: these deputies collected, on the phone or on paper, names only; the list does not say who how.

    `issued` counts the ballots a subject that follow from the list, and `paper` how many of them are paper forms.
    """

    kind: ClassVar[str] = "collectors"
    issuer: Literal["a", "b"]
    deputies: tuple[str, ...]
    issued: dict[str, int]
    paper: dict[str, int]


class Destroyed(Statement):
    """An issuer: the keys with which I stamped in this poll exist no more."""

    kind: ClassVar[str] = "keys-destroyed"
    issuer: Literal["a", "b"]


class Turnout(BaseModel):
    """A subject's 应到, 实到, 发出, 收回, by both paths; and how many of the latter two were paper forms."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    entitled: int = Field(ge=0)
    present: int = Field(ge=0)
    issued: int = Field(ge=0)
    returned: int = Field(ge=0)
    paper_issued: int = Field(ge=0)
    paper_returned: int = Field(ge=0)


class Unopened(StrEnum):
    """Why a poll is void, and nothing of it is ever opened."""

    MORE_RETURNED_THAN_ISSUED = "more_returned_than_issued"
    """On some subject, by one path or the other (rule `appraisal.more_returned_than_issued`)."""
    MINIMUM_PATH = "minimum_path"
    """In mode `mixed` a path in use has too few ballots on some subject (rule `ballot.minimum_path`)."""
    DECLARED = "declared"
    """The numbers allow it, but the scrutineers declared the poll void: the box was down, or something was in doubt."""


class Close(Statement):
    """Three scrutineers: the log ended here, with this turnout. A void poll is never opened."""

    kind: ClassVar[str] = "close"
    log_size: int
    log_root: Hex32
    turnout: dict[str, Turnout]
    void: bool
    reason: Unopened | None
    """Why it is void; None where it is not."""


class PaperCount(Statement):
    """Three scrutineers: so many sheets of each subject were in the paper box, and they say this.

    `rows` by subject, question and code; each has all codes of the manifest and `invalid` (several marks in the row).
    """

    kind: ClassVar[str] = "paper"
    sheets: dict[str, int]
    rows: dict[str, dict[str, dict[str, int]]]


class SetAside(BaseModel):
    """An envelope that was returned and is invalid; the reason names no column."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    leaf: int
    reason: str


class Opened(Statement):
    """The three scrutineers of these shares: from this log we opened these slices."""

    kind: ClassVar[str] = "opening"
    team: Literal[1, 2]
    shares: tuple[int, ...]
    log_root: Hex32
    slices: int
    slices_root: Hex32
    set_aside: tuple[SetAside, ...]
    unopened: tuple[str, ...]


Body = TypeVar("Body", bound=Statement)


def statement_text(poll: Poll, body: Statement) -> str:
    """The text that is signed."""
    return f"{_HEAD} {body.kind}\n{poll.hash.hex()}\n{canonical(body.model_dump(mode='json')).decode()}\n"


def sign_statement(poll: Poll, body: Statement, *signers: NoteSigner) -> str:
    """The note of a statement, with the signatures of all these."""
    return sign_all(statement_text(poll, body), *signers)


def sign_all(text: str, *signers: NoteSigner) -> str:
    """One note with several signatures under one text."""
    notes = [signer.sign(text) for signer in signers]
    return notes[0] + "".join(note.removeprefix(text + "\n") for note in notes[1:])


def merge_signatures(first: str, second: str) -> str:
    """One note with all signatures of two notes of one text. Raises `ValueError` when the texts differ."""
    text = text_of(first)
    if text_of(second) != text:
        raise ValueError("signatures under different texts")
    lines = [line for note in (first, second) for line in note.removeprefix(text + "\n").splitlines()]
    return text + "\n" + "".join(f"{line}\n" for line in dict.fromkeys(lines))


def signers_of(note: str, keys: Mapping[int, NoteKey]) -> set[int]:
    """The numbers of those keys that have signed the note. A wrong signature in a known key's name is none."""
    signed: set[int] = set()
    for number, key in keys.items():
        try:
            open_note(note, [key])
        except NoteRefused:
            continue
        signed.add(number)
    return signed


def read_statement(poll: Poll, note: str, kind: type[Body]) -> Body:
    """The body of a statement of this poll, its signatures unchecked. Raises `ValueError`, `NoteRefused`."""
    lines = text_of(note).split("\n")
    if len(lines) != 4 or lines[0] != f"{_HEAD} {kind.kind}" or lines[1] != poll.hash.hex():
        raise NoteRefused(f"this is no statement of kind {kind.kind} in this poll")
    body = lines[2].encode()
    read_canonical(body)
    return kind.model_validate_json(body)


def numbered(keys: Iterable[str]) -> dict[int, NoteKey]:
    """Keys of the manifest by their holders' numbers, from 1."""
    return {number: NoteKey.parse(key) for number, key in enumerate(keys, 1)}
