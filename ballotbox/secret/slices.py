"""A slice: one deputy's answer in one column, with a one-time key and both issuers' stamps on it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict

from ballotbox.secret.encoding import Hex32, Hex64, canonical, hex_of, labelled
from ballotbox.secret.manifest import Poll, Slot
from ballotbox.secret.signing import SIGNATURE_LENGTH, public_bytes, signed_by
from ballotbox.secret.stamps import KEY_LENGTH, STAMP_LENGTH, Stamp, Stamps, stamped_twice

FIXED_LENGTH = KEY_LENGTH + SIGNATURE_LENGTH + 2 * STAMP_LENGTH


class SliceFault(StrEnum):
    """Why a slice does not count."""

    GRADE = "unknown_grade"
    SIGNATURE = "slice_signature"
    STAMP = "slice_stamp"


class Slice(NamedTuple):
    """A slice as an envelope holds it. `codes` are indexes into the manifest's codes, one a question of the slot."""

    slot: str
    codes: bytes
    key: bytes
    signature: bytes
    stamps: Stamps

    def to_bytes(self) -> bytes:
        """Codes, key, signature, stamp of A, stamp of B; the slot follows from the place."""
        return self.codes + self.key + self.signature + self.stamps.a.to_bytes() + self.stamps.b.to_bytes()

    @classmethod
    def from_bytes(cls, slot: Slot, data: bytes) -> Slice:
        """Raises `ValueError` for another length than `length_of(slot)`."""
        if len(data) != length_of(slot):
            raise ValueError("a slice has an exact length")
        cuts = (len(slot.questions), KEY_LENGTH, SIGNATURE_LENGTH, STAMP_LENGTH, STAMP_LENGTH)
        parts: list[bytes] = []
        for cut in cuts:
            parts.append(data[:cut])
            data = data[cut:]
        codes, key, signature, a, b = parts
        return cls(slot.name, codes, key, signature, Stamps(Stamp.from_bytes(a), Stamp.from_bytes(b)))


def length_of(slot: Slot) -> int:
    """Bytes of a slice in its envelope."""
    return len(slot.questions) + FIXED_LENGTH


def signed_message(poll: Poll, slot: str, key: bytes, codes: bytes) -> bytes:
    """What a slice's own key signs: poll, slot, key and grades."""
    return labelled("slice", poll.hash, slot.encode(), key, codes)


def make_slice(poll: Poll, slot: Slot, codes: bytes, key: Ed25519PrivateKey, stamps: Stamps) -> Slice:
    """A slice with its grades, signed."""
    public = public_bytes(key)
    return Slice(slot.name, codes, public, key.sign(signed_message(poll, slot.name, public, codes)), stamps)


def fault_of(poll: Poll, piece: Slice) -> SliceFault | None:
    """Why a slice of a known slot does not count; None when it does."""
    if len(piece.codes) != len(poll.slots[piece.slot].questions) or any(
        code >= len(poll.manifest.codes) for code in piece.codes
    ):
        return SliceFault.GRADE
    if not signed_by(piece.key, signed_message(poll, piece.slot, piece.key, piece.codes), piece.signature):
        return SliceFault.SIGNATURE
    if not stamped_twice(poll, "slice", piece.slot, piece.key, piece.stamps):
        return SliceFault.STAMP
    return None


class PublishedStamp(BaseModel):
    """A stamp as published files write it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    prefix: Hex32
    signature: Annotated[str, hex_of(256)]

    @classmethod
    def of(cls, stamp: Stamp) -> PublishedStamp:
        """The written form of a stamp."""
        # Not validated here and below: hexadecimal digits by construction, and a sixth of the time of opening a box.
        return cls.model_construct(prefix=stamp.prefix.hex(), signature=stamp.signature.hex())

    def stamp(self) -> Stamp:
        """The stamp."""
        return Stamp.from_bytes(bytes.fromhex(self.prefix) + bytes.fromhex(self.signature))


class PublishedStamps(BaseModel):
    """Both stamps as published files write them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    a: PublishedStamp
    b: PublishedStamp

    @classmethod
    def of(cls, stamps: Stamps) -> PublishedStamps:
        """The written form of stamps."""
        return cls.model_construct(a=PublishedStamp.of(stamps.a), b=PublishedStamp.of(stamps.b))

    def stamps(self) -> Stamps:
        """The stamps."""
        return Stamps(self.a.stamp(), self.b.stamp())


class PublishedSlice(BaseModel):
    """A line of `slices.jsonl`: grades in words, nothing of the envelope they came in."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    slot: str
    grades: tuple[str, ...]
    key: Hex32
    signature: Hex64
    stamps: PublishedStamps

    @classmethod
    def of(cls, poll: Poll, piece: Slice) -> PublishedSlice:
        """The written form of a slice that counts."""
        return cls.model_construct(
            slot=piece.slot,
            grades=tuple(poll.manifest.codes[code] for code in piece.codes),
            key=piece.key.hex(),
            signature=piece.signature.hex(),
            stamps=PublishedStamps.of(piece.stamps),
        )

    def line(self) -> bytes:
        """Canonical JSON, without the line feed."""
        return canonical(self.model_dump(mode="json"))

    def slice(self, poll: Poll) -> Slice:
        """The slice. Raises `ValueError` for grades that are no codes of the poll."""
        codes = bytes(poll.manifest.codes.index(grade) for grade in self.grades)
        return Slice(self.slot, codes, bytes.fromhex(self.key), bytes.fromhex(self.signature), self.stamps.stamps())
