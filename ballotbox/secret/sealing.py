"""Sealing: HPKE (RFC 9180) in base mode with P-256, HKDF-SHA256 and AES-128-GCM.

`cryptography` takes no associated data in its one-call interface. So the token's key stands in `info`, beside the
hash of the manifest and the subject: `info` enters the key schedule, and a ciphertext opens under no other. The
plaintexts of one subject have one length.
"""

from __future__ import annotations

from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ballotbox.secret.encoding import labelled
from ballotbox.secret.manifest import Poll
from ballotbox.secret.slices import Slice, length_of

OVERHEAD = 65 + 16
"""Bytes that sealing adds: the encapsulated key and the tag."""


class EnvelopeUnreadable(Exception):
    """A ciphertext does not open, or what is in it is no ballot. `reason` is a code that names no column."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@cache
def suite() -> Suite:
    """The parts of HPKE that this protocol uses."""
    return Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def _info(poll: Poll, subject: str, token: bytes) -> bytes:
    return labelled("seal", poll.hash, subject.encode(), token)


def ballot_head(poll: Poll, subject: str) -> bytes:
    """What a plaintext begins with."""
    return labelled("ballot", poll.hash, subject.encode())


def sealed_length(poll: Poll, subject: str) -> int:
    """Bytes of every ciphertext on this subject."""
    slices = sum(length_of(slot) for slot in poll.manifest.slots_of(subject))
    return len(ballot_head(poll, subject)) + slices + OVERHEAD


def seal(poll: Poll, subject: str, token: bytes, slices: list[Slice]) -> bytes:
    """The ciphertext of a subject's slices, given in the manifest's order."""
    plaintext = ballot_head(poll, subject) + b"".join(piece.to_bytes() for piece in slices)
    return seal_bytes(poll, subject, token, plaintext)


def seal_bytes(poll: Poll, subject: str, token: bytes, plaintext: bytes) -> bytes:
    """The ciphertext of any bytes: a phone can send such a thing, and the opening must survive it."""
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), bytes.fromhex(poll.manifest.box_key))
    return suite().encrypt(plaintext, key, info=_info(poll, subject, token))


def unseal(poll: Poll, subject: str, token: bytes, ciphertext: bytes, key: EllipticCurvePrivateKey) -> list[Slice]:
    """The slices of a ciphertext, unchecked but for their lengths. Raises `EnvelopeUnreadable`."""
    try:
        plaintext = suite().decrypt(ciphertext, key, info=_info(poll, subject, token))
    except (InvalidTag, ValueError):
        raise EnvelopeUnreadable("cannot_decrypt") from None
    header = ballot_head(poll, subject)
    if len(plaintext) != sealed_length(poll, subject) - OVERHEAD or not plaintext.startswith(header):
        raise EnvelopeUnreadable("not_a_ballot")
    rest = plaintext[len(header) :]
    slices: list[Slice] = []
    for slot in poll.manifest.slots_of(subject):
        length = length_of(slot)
        slices.append(Slice.from_bytes(slot, rest[:length]))
        rest = rest[length:]
    return slices
