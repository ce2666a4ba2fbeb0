"""Ed25519 (RFC 8032): one-time keys of slices and tokens, and the box's receipts."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_LENGTH = 64


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public key."""
    return key.public_key().public_bytes_raw()


def signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key of these 32 bytes has signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):  # ValueError: not 32 bytes
        return False
    return True
