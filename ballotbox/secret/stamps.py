"""Stamps: an issuer's blind signature of a one-time key, and the check that both issuers have stamped it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ballotbox.secret.blind_rsa import PREFIX_LENGTH, verifies
from ballotbox.secret.encoding import labelled
from ballotbox.secret.manifest import Poll

SIGNATURE_LENGTH = 256
STAMP_LENGTH = PREFIX_LENGTH + SIGNATURE_LENGTH
KEY_LENGTH = 32


class Stamp(NamedTuple):
    """One issuer's stamp: the random prefix of RFC 9474's PrepareRandomize, and the signature."""

    prefix: bytes
    signature: bytes

    def to_bytes(self) -> bytes:
        """288 bytes."""
        return self.prefix + self.signature

    @classmethod
    def from_bytes(cls, data: bytes) -> Stamp:
        """Raises `ValueError` for another length."""
        if len(data) != STAMP_LENGTH:
            raise ValueError(f"a stamp has {STAMP_LENGTH} bytes")
        return cls(data[:PREFIX_LENGTH], data[PREFIX_LENGTH:])


class Stamps(NamedTuple):
    """The stamps of both issuers on one key."""

    a: Stamp
    b: Stamp


def stamped_message(poll: Poll, kind: Literal["slice", "token"], column: str, key: bytes) -> bytes:
    """What is stamped: kind, poll, column (a slice's name or a token's subject) and the one-time key."""
    return labelled(f"stamp-{kind}", poll.hash, column.encode(), key)


def keys_of(poll: Poll, kind: Literal["slice", "token"], column: str) -> tuple[RSAPublicKey, RSAPublicKey]:
    """The issuers' keys of a column. Raises `KeyError` for no column of the poll."""
    return poll.slice_keys[column] if kind == "slice" else poll.token_keys[column]


def stamped_twice(poll: Poll, kind: Literal["slice", "token"], column: str, key: bytes, stamps: Stamps) -> bool:
    """Whether both issuers have stamped this key for this column of this poll."""
    message = stamped_message(poll, kind, column, key)
    return all(
        verifies(issuer, stamp.prefix + message, stamp.signature)
        for issuer, stamp in zip(keys_of(poll, kind, column), stamps, strict=True)
    )
