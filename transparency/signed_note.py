"""Signed notes as C2SP defines them (c2sp.org/signed-note): a text, an empty line, and Ed25519 signatures under it.

Readable on paper and checked by any tool that knows the format, such as those of the Go checksum database.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_PRIVATE_PREFIX = "PRIVATE+KEY+"
_SIGNATURE_PREFIX = "\u2014 "


class NoteRefused(Exception):
    """A note is malformed, or no key that we trust has signed it, or its signature is wrong. The message says which."""


def _check_name(name: str) -> str:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise ValueError(f"a key name has no spaces and no plus: {name!r}")
    return name


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


@dataclass(frozen=True)
class NoteKey:
    """A public key under a name, written `name+id+key`."""

    name: str
    public: bytes

    def __str__(self) -> str:
        key = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return _key_id(self.name, self.public)

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """Read a key as it is written. Raises `ValueError`."""
        name, public, key_id = _parse_key(text.strip())
        key = cls(_check_name(name), public)
        if key.id != key_id:
            raise ValueError(f"the id of key {name!r} is not that of the key itself")
        return key


class NoteSigner:
    """A private key under a name, written `PRIVATE+KEY+name+id+seed`."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.name = _check_name(name)
        self._private = private

    @classmethod
    def generate(cls, name: str) -> NoteSigner:
        """A new key."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> NoteSigner:
        """Read a private key as `secret` writes it. Raises `ValueError`."""
        text = text.strip()
        if not text.startswith(_PRIVATE_PREFIX):
            raise ValueError("not a private note key")
        name, seed, key_id = _parse_key(text.removeprefix(_PRIVATE_PREFIX))
        signer = cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        if signer.key.id != key_id:
            raise ValueError(f"the id of private key {name!r} is not that of the key itself")
        return signer

    def secret(self) -> str:
        """The private key as text, to be kept in a file that only the service can read."""
        seed = base64.b64encode(_ED25519 + self._private.private_bytes_raw()).decode()
        return f"{_PRIVATE_PREFIX}{self.name}+{self.key.id.hex()}+{seed}"

    @property
    def key(self) -> NoteKey:
        """The public key, to be given to everybody."""
        return NoteKey(self.name, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signed note of `text`, which ends with a line feed."""
        if not text.endswith("\n") or any(ord(c) < 0x20 and c != "\n" for c in text):
            raise ValueError("a note's text ends with a line feed and holds no other control characters")
        signature = base64.b64encode(self.key.id + self._private.sign(text.encode())).decode()
        return f"{text}\n{_SIGNATURE_PREFIX}{self.name} {signature}\n"


def text_of(note: str) -> str:
    """The text of a note, unchecked. Raises `NoteRefused` for something that is no note."""
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.startswith(_SIGNATURE_PREFIX) or not signatures.endswith("\n"):
        raise NoteRefused("this is no signed note: an empty line and a signature line must end it")
    return text + "\n"


def open_note(note: str, keys: Iterable[NoteKey]) -> str:
    """The text of a note that one of `keys` has signed. Raises `NoteRefused`."""
    text = text_of(note)
    known = {(key.name, key.id): key for key in keys}
    signed = False
    for line in note[len(text) + 1 : -1].split("\n"):  # not splitlines: other control characters end no line
        name, _, encoded = line.removeprefix(_SIGNATURE_PREFIX).partition(" ")
        try:
            data = base64.b64decode(encoded, validate=True)
        except ValueError as error:  # binascii.Error is one; characters outside ASCII raise it too
            raise NoteRefused(f"the signature of {name!r} is not base64") from error
        if not line.startswith(_SIGNATURE_PREFIX) or len(data) < 5:
            raise NoteRefused("a signature line is malformed")
        key = known.get((name, data[:4]))
        if key is None:  # others may sign the same note
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(data[4:], text.encode())
        except InvalidSignature:
            raise NoteRefused(f"the signature of {name!r} does not fit the text") from None
        signed = True
    if not signed:
        raise NoteRefused("none of the known keys has signed this note")
    return text


def _parse_key(text: str) -> tuple[str, bytes, bytes]:
    # The name has no plus; base64 may have one.
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise ValueError("a note key is written name+id+key")
    name, key_id, encoded = parts
    data = base64.b64decode(encoded, validate=True)
    if data[:1] != _ED25519 or len(data) != 33:
        raise ValueError(f"key {name!r} is not an Ed25519 key")
    return name, data[1:], bytes.fromhex(key_id)
