"""The box's key: a 16-byte seed, shared among five scrutineers 监票人: any three can restore it, two know nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from Crypto.Protocol.SecretSharing import Shamir
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ballotbox.secret.encoding import sha256

SCRUTINEERS = 5
THRESHOLD = 3
SEED_LENGTH = 16
# Order of P-256 (FIPS 186-5).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SharesRefused(Exception):
    """These shares do not open this box: too few, not those that were dealt, or of another poll."""


def new_seed() -> bytes:
    """A new seed, to live only in the memory of the machine that deals the shares."""
    return secrets.token_bytes(SEED_LENGTH)


def deal(seed: bytes) -> dict[int, bytes]:
    """Five shares, by the scrutineers' numbers 1 to 5."""
    return dict(Shamir.split(THRESHOLD, SCRUTINEERS, seed))


def share_hash(number: int, share: bytes) -> str:
    """What the manifest says of a share. A share has 128 random bits: its hash tells nothing of it."""
    return sha256(b"jiandu-ballot/1 share\n" + bytes([number]) + share).hex()


def box_key(seed: bytes, town: str, poll: str) -> ec.EllipticCurvePrivateKey:
    """The P-256 key of a seed. 48 bytes of HKDF-SHA256 reduced modulo the order: the bias is below 2^-128."""
    info = b"jiandu-ballot/1 box-key\n" + town.encode() + b"\n" + poll.encode()
    stream = HKDF(algorithm=SHA256(), length=48, salt=None, info=info).derive(seed)
    return ec.derive_private_key(int.from_bytes(stream, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def point(key: ec.EllipticCurvePublicKey) -> str:
    """A public key as the manifest writes it: the uncompressed point in hexadecimal digits."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()


def combine(shares: Mapping[int, bytes]) -> bytes:
    """The seed of at least three shares. Fewer give some other 16 bytes: only the box key tells."""
    return Shamir.combine(list(shares.items()))


def restore(shares: Mapping[int, bytes], hashes: tuple[str, ...], town: str, poll: str) -> ec.EllipticCurvePrivateKey:
    """The box's private key. Raises `SharesRefused`, naming the share that is not the one that was dealt."""
    if len(shares) < THRESHOLD:
        raise SharesRefused(f"开箱需要 {THRESHOLD} 份密钥，只有 {len(shares)} 份")
    for number, share in sorted(shares.items()):
        if not 1 <= number <= SCRUTINEERS or share_hash(number, share) != hashes[number - 1]:
            raise SharesRefused(f"第 {number} 份密钥不是本次测评分发的那一份")
    return box_key(combine(shares), town, poll)
