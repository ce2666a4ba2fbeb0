"""Blind RSA signatures of RFC 9474, section 4. The ballot uses the variant RSABSSA-SHA384-PSS-Randomized.

The signer learns nothing of what it signs, and cannot recognise the signature later. The other three variants of the
RFC differ only in the length of the salt and in `prepare`; its vectors test them all.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
from functools import cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA384

from ballotbox.secret.openssl_rsa import RawPrivateKey

PREFIX_LENGTH = 32
"""Bytes of randomness before a message (`prepare`)."""
SALT_LENGTH = 48
"""Bytes of salt of the PSS variants; the PSSZERO variants have none."""
_HASH_LENGTH = 48


class BlindSignatureRefused(Exception):
    """A value is none of this protocol, or a signature does not verify. The message says which."""


class Blinded(NamedTuple):
    """What the client keeps (`inverse`) and what it sends (`message`)."""

    message: bytes
    inverse: int


def prepare(message: bytes) -> bytes:
    """PrepareRandomize: a random prefix before the message; the prefix travels with the signature."""
    return secrets.token_bytes(PREFIX_LENGTH) + message


def blind(key: RSAPublicKey, prepared: bytes, *, salt: bytes | None = None, inverse: int | None = None) -> Blinded:
    """Blind a prepared message. `salt` and `inverse` are drawn unless a test vector gives them."""
    n, e, size = _numbers(key)
    encoded = _emsa_pss(prepared, n.bit_length() - 1, secrets.token_bytes(SALT_LENGTH) if salt is None else salt)
    message = int.from_bytes(encoded, "big")
    if math.gcd(message, n) != 1:
        raise BlindSignatureRefused("the encoded message has a factor in common with the modulus")
    while inverse is None:
        drawn = secrets.randbelow(n - 1) + 1
        if math.gcd(drawn, n) == 1:
            inverse = drawn  # the inverse of a uniform unit is a uniform unit
    factor = pow(pow(inverse, -1, n), e, n)
    return Blinded((message * factor % n).to_bytes(size, "big"), inverse)


class BlindSigner:
    """One RSA key of an issuer, for one slice of one poll."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self.public = key.public_key()
        self._raw = RawPrivateKey(key)
        self._turn = threading.Lock()  # OpenSSL works without the interpreter's lock, and a context serves one thread

    def accepts(self, blinded: bytes) -> bool:
        """Whether a value can be signed: a number below the modulus, in its length."""
        n, _, size = _numbers(self.public)
        return len(blinded) == size and int.from_bytes(blinded, "big") < n

    def sign(self, blinded: bytes) -> bytes:
        """BlindSign. Raises `BlindSignatureRefused` for a value that is no element below the modulus."""
        n, _, size = _numbers(self.public)
        _element(blinded, n, size)
        with self._turn:
            signature = self._raw.apply(blinded)
            # A fault in the computation would give the key away (RFC 9474, section 4.3).
            if self._raw.undone(signature) != blinded:
                raise BlindSignatureRefused("the private operation failed its check")
        return signature

    def destroy(self) -> None:
        """Nothing can be signed afterwards."""
        with self._turn:
            self._raw.close()


def finalize(
    key: RSAPublicKey, prepared: bytes, blind_signature: bytes, inverse: int, *, salt_length: int = SALT_LENGTH
) -> bytes:
    """The signature of the prepared message. Raises `BlindSignatureRefused` when the signer's answer is wrong."""
    n, _, size = _numbers(key)
    signature = (_element(blind_signature, n, size) * inverse % n).to_bytes(size, "big")
    if not verifies(key, prepared, signature, salt_length=salt_length):
        raise BlindSignatureRefused("the signer's answer gives no valid signature")
    return signature


def verifies(key: RSAPublicKey, prepared: bytes, signature: bytes, *, salt_length: int = SALT_LENGTH) -> bool:
    """Whether `signature` is one of the prepared message (RSASSA-PSS, SHA-384, MGF1 with SHA-384)."""
    try:
        key.verify(signature, prepared, _pss(salt_length), SHA384())
    except InvalidSignature:
        return False
    return True


@cache
def _pss(salt_length: int) -> padding.PSS:
    return padding.PSS(padding.MGF1(SHA384()), salt_length)


def _numbers(key: RSAPublicKey) -> tuple[int, int, int]:
    numbers = key.public_numbers()
    return numbers.n, numbers.e, (key.key_size + 7) // 8


def _element(data: bytes, n: int, size: int) -> int:
    value = int.from_bytes(data, "big")
    if len(data) != size or not value < n:
        raise BlindSignatureRefused("this is no number below the modulus in the modulus' length")
    return value


def _emsa_pss(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017, section 9.1.1."""
    length = (bits + 7) // 8
    digest = hashlib.sha384(message).digest()
    h = hashlib.sha384(bytes(8) + digest + salt).digest()
    data_length = length - _HASH_LENGTH - 1
    data = bytes(data_length - len(salt) - 1) + b"\x01" + salt
    mask = _mgf1(h, data_length)
    masked = bytearray(a ^ b for a, b in zip(data, mask, strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + h + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = (hashlib.sha384(seed + i.to_bytes(4, "big")).digest() for i in range(-(-length // _HASH_LENGTH)))
    return b"".join(blocks)[:length]
