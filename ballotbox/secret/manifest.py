"""The manifest of a poll: all public facts in canonical JSON, leaf 0 of the log. Its SHA-256 is the poll's identity."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ballotbox.secret.encoding import Hex, Hex32, canonical, hex_of, read_canonical, sha256
from ballotbox.secret.shares import SCRUTINEERS
from transparency.signed_note import NoteKey

ISSUERS: tuple[Literal["a", "b"], ...] = ("a", "b")
RSA_BITS = 2048
_NAME = re.compile(r"[^\s/*+\x00-\x1f]{1,64}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a name has 1 to 64 characters, no space, slash, asterisk or plus")
    return text


Name = Annotated[str, AfterValidator(_name)]
Five = Field(min_length=SCRUTINEERS, max_length=SCRUTINEERS)


class Slot(NamedTuple):
    """A column of the count: one question about one subject, or all questions about it (`slice_by`)."""

    name: str
    subject: str
    questions: tuple[str, ...]


def slots_of(subject: str, questions: tuple[str, ...], slice_by: Literal["question", "subject"]) -> tuple[Slot, ...]:
    """A subject's slices, named `subject/question`, or `subject/*` for one that holds all questions."""
    if slice_by == "subject":
        return (Slot(f"{subject}/*", subject, questions),)
    return tuple(Slot(f"{subject}/{question}", subject, (question,)) for question in questions)


class Subject(BaseModel):
    """A subject and the deputies who get no ballot on it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    subject: Name
    recused: tuple[Name, ...]


class IssuerKeys(BaseModel):
    """An issuer's public keys: its statements' key, and an RSA-2048 key a slice and a subject's tokens (DER, hex)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    statements: str
    slices: dict[str, Hex]
    tokens: dict[str, Hex]


class Services(BaseModel):
    """Where the phones find the issuers and the box: origins such as `https://10.1.2.3:8091`, each another one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    a: str
    b: str
    box: str


class Labels(BaseModel):
    """What people read on the ballot, by the keys of subjects, questions and codes; a key without a label is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    subjects: dict[str, str] = {}
    questions: dict[str, str] = {}
    codes: dict[str, str] = {}


class Manifest(BaseModel):
    """The public facts of a poll."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["jiandu-ballot-manifest/1"] = "jiandu-ballot-manifest/1"
    town: Name
    poll: Name
    event: str
    phases: dict[str, str]
    """When each phase is planned, as the paper says it."""
    mode: Literal["phones", "mixed"]
    """Whether paper forms are given beside the phones."""
    recovery: bool
    """Whether a code may restore a lost phone: for polls over days; in the hall it is off."""
    one_operator: bool
    """Whether one operator runs both issuers. Then there is one stamp, not two, and the page says so."""
    services: Services
    labels: Labels
    slice_by: Literal["question", "subject"]
    subjects: tuple[Subject, ...] = Field(min_length=1)
    questions: tuple[Name, ...] = Field(min_length=1)
    codes: tuple[Name, ...] = Field(min_length=1, max_length=255)
    """What may be answered: the grades' keys, `abstain`, `blank`. A code travels as its index here."""
    minimum_group: int = Field(ge=3)
    """With fewer envelopes on a subject none of them is opened."""
    minimum_path: int = Field(ge=1)
    """In mode `mixed`: with fewer ballots on a subject by a path in use nothing at all is opened."""
    roster_hash: Hex32
    policy_hash: Hex32
    page_hash: Hex32
    issuers: dict[Literal["a", "b"], IssuerKeys]
    box_key: Annotated[str, hex_of(65)]
    receipt_key: Hex32
    log_key: str
    share_hashes: tuple[Hex32, ...] = Five
    scrutineer_keys: tuple[str, ...] = Five
    witness_keys: tuple[str, ...] = Five
    witness_quorum: int = Field(ge=3, le=5)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        subjects, slots = {s.subject for s in self.subjects}, {slot.name for slot in self.slots}
        if len(subjects) != len(self.subjects) or len(set(self.questions)) != len(self.questions):
            raise ValueError("subjects and questions are named once each")
        if len(set(self.codes)) != len(self.codes):
            raise ValueError("codes are named once each")
        if any(list(s.recused) != sorted(set(s.recused)) for s in self.subjects):
            raise ValueError("recused deputies are listed once each, in order")
        if set(self.issuers) != set(ISSUERS):
            raise ValueError("there are two issuers, a and b")
        note_keys = [self.log_key, *self.scrutineer_keys, *self.witness_keys]
        note_keys += [issuer.statements for issuer in self.issuers.values()]
        if len({NoteKey.parse(key).public for key in note_keys}) != len(note_keys):
            raise ValueError("nobody has another's key")
        stamps: list[str] = []
        for issuer in self.issuers.values():
            if set(issuer.slices) != slots or set(issuer.tokens) != subjects:
                raise ValueError("each issuer has a key for each slice and each subject's token")
            stamps += [*issuer.slices.values(), *issuer.tokens.values()]
        if len(set(stamps)) != len(stamps):
            raise ValueError("no stamp key serves two columns or two issuers")
        return self

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All slices of the poll, in the order in which an envelope holds its own."""
        return tuple(slot for subject in self.subjects for slot in self.slots_of(subject.subject))

    def slots_of(self, subject: str) -> tuple[Slot, ...]:
        """A subject's slices."""
        return slots_of(subject, self.questions, self.slice_by)

    def to_bytes(self) -> bytes:
        """Leaf 0."""
        return canonical(self.model_dump(mode="json"))


class Poll:
    """A manifest with its hash and its keys ready for use."""

    def __init__(self, data: bytes) -> None:
        """Raises `ValueError` for bytes that are no canonical manifest."""
        read_canonical(data)
        self.data = data
        self.manifest = Manifest.model_validate_json(data)
        self.hash = sha256(data)
        self.slots = {slot.name: slot for slot in self.manifest.slots}
        self.recused = {s.subject: frozenset(s.recused) for s in self.manifest.subjects}

    @cached_property
    def slice_keys(self) -> dict[str, tuple[RSAPublicKey, RSAPublicKey]]:
        """The two issuers' keys of each slice. Raises `ValueError` for anything but RSA-2048."""
        return {slot: self._pair("slices", slot) for slot in self.slots}

    @cached_property
    def token_keys(self) -> dict[str, tuple[RSAPublicKey, RSAPublicKey]]:
        """The two issuers' keys of each subject's tokens. Raises `ValueError` for anything but RSA-2048."""
        return {subject: self._pair("tokens", subject) for subject in self.recused}

    def issuer_key(self, issuer: Literal["a", "b"]) -> NoteKey:
        """The key of an issuer's statements."""
        return NoteKey.parse(self.manifest.issuers[issuer].statements)

    def _pair(self, kind: Literal["slices", "tokens"], name: str) -> tuple[RSAPublicKey, RSAPublicKey]:
        a, b = (_rsa_key(getattr(self.manifest.issuers[issuer], kind)[name]) for issuer in ISSUERS)
        return a, b


def _rsa_key(text: str) -> RSAPublicKey:
    key = load_der_public_key(bytes.fromhex(text))
    if not isinstance(key, RSAPublicKey) or key.key_size != RSA_BITS or key.public_numbers().e != 65537:
        raise ValueError(f"an issuer's key is RSA-{RSA_BITS} with exponent 65537")
    return key
