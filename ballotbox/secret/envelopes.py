"""An envelope: a sealed ballot on one subject under a one-time token, and the public entry that the log keeps of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict

from ballotbox.secret.encoding import Hex32, Hex64, canonical, labelled, read_canonical, sha256
from ballotbox.secret.manifest import Poll
from ballotbox.secret.sealing import sealed_length
from ballotbox.secret.signing import SIGNATURE_LENGTH, public_bytes, signed_by
from ballotbox.secret.slices import PublishedStamps
from ballotbox.secret.stamps import KEY_LENGTH, Stamp, Stamps, stamped_twice

_FIELDS = 6


class Envelope(NamedTuple):
    """What a phone casts. It names no deputy."""

    subject: str
    token: bytes
    stamps: Stamps
    ciphertext: bytes
    signature: bytes

    def to_bytes(self) -> bytes:
        """The bytes that the box compares: same token and same bytes are the same envelope."""
        fields = (self.subject, self.token, self.stamps.a.to_bytes(), self.stamps.b.to_bytes())
        encoded = [field.encode() if isinstance(field, str) else field for field in fields]
        return b"".join(len(f).to_bytes(4, "big") + f for f in (*encoded, self.ciphertext, self.signature))

    @classmethod
    def from_bytes(cls, data: bytes) -> Envelope:
        """Raises `ValueError` for bytes that `to_bytes` of no envelope gives."""
        fields: list[bytes] = []
        at = 0
        while at < len(data) and len(fields) < _FIELDS:
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            fields.append(data[at + 4 : end])
            at = end
        if at != len(data) or len(fields) != _FIELDS:
            raise ValueError("an envelope has six fields, each after its length")
        subject, token, a, b, ciphertext, signature = fields
        return cls(subject.decode(), token, Stamps(Stamp.from_bytes(a), Stamp.from_bytes(b)), ciphertext, signature)


class EntryFault(StrEnum):
    """Why an envelope may not be in the box."""

    SUBJECT = "no_such_subject"
    STAMP = "envelope_stamp"
    SIGNATURE = "envelope_signature"


class Entry(BaseModel):
    """A line of `entries.jsonl` and a leaf of the log: the envelope with its ciphertext's hash for its ciphertext."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["jiandu-ballot-entry/1"] = "jiandu-ballot-entry/1"
    manifest: Hex32
    subject: str
    token: Hex32
    stamps: PublishedStamps
    ciphertext_hash: Hex32
    signature: Hex64

    @classmethod
    def of(cls, poll: Poll, envelope: Envelope) -> Entry:
        """The public part of an envelope."""
        return cls.model_construct(  # hexadecimal digits by construction, and the box has little time for each
            manifest=poll.hash.hex(),
            subject=envelope.subject,
            token=envelope.token.hex(),
            stamps=PublishedStamps.of(envelope.stamps),
            ciphertext_hash=sha256(envelope.ciphertext).hex(),
            signature=envelope.signature.hex(),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Entry:
        """Raises `ValueError` for bytes that are no canonical entry."""
        read_canonical(data)
        return cls.model_validate_json(data)

    def to_bytes(self) -> bytes:
        """The leaf."""
        return canonical(self.model_dump(mode="json"))


def signed_message(poll: Poll, subject: str, token: bytes, ciphertext_hash: bytes) -> bytes:
    """What a token's key signs: poll, subject, token and the hash of the ciphertext."""
    return labelled("envelope", poll.hash, subject.encode(), token, ciphertext_hash)


def make_envelope(poll: Poll, subject: str, key: Ed25519PrivateKey, stamps: Stamps, ciphertext: bytes) -> Envelope:
    """An envelope around a ciphertext, signed by the token's key."""
    token = public_bytes(key)
    return Envelope(
        subject, token, stamps, ciphertext, key.sign(signed_message(poll, subject, token, sha256(ciphertext)))
    )


def entry_fault(poll: Poll, entry: Entry) -> EntryFault | None:
    """Why an entry may not be in the log; None when it may."""
    if entry.manifest != poll.hash.hex() or entry.subject not in poll.recused:
        return EntryFault.SUBJECT
    token = bytes.fromhex(entry.token)
    message = signed_message(poll, entry.subject, token, bytes.fromhex(entry.ciphertext_hash))
    if not signed_by(token, message, bytes.fromhex(entry.signature)):
        return EntryFault.SIGNATURE
    if not stamped_twice(poll, "token", entry.subject, token, entry.stamps.stamps()):
        return EntryFault.STAMP
    return None


def sizes_fit(poll: Poll, envelope: Envelope) -> bool:
    """Whether the parts have the exact lengths that the manifest gives them; checked before anything is stored."""
    return (
        envelope.subject in poll.recused
        and len(envelope.token) == KEY_LENGTH
        and len(envelope.signature) == SIGNATURE_LENGTH
        and len(envelope.ciphertext) == sealed_length(poll, envelope.subject)
    )
