"""How messages travel through the engine: as pydantic writes them, sealed with AES-256-GCM.

So the engine's database and logs hold no person's data. Readable summaries are the exception, and never name a person.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    PayloadCodec,
)

_SEALED = b"binary/encrypted"
_CLEAR_KEY = "jiandu-clear"


class ClearText(str):
    """A text that may be read in the engine's own pages: a case number and a subject's id, never a person."""

    __slots__ = ()


class _ClearTextConverter(EncodingPayloadConverter):
    """Marks a `ClearText` so that the codec lets it pass; everything else is left to the next converter."""

    @property
    def encoding(self) -> str:
        return "json/clear"

    def to_payload(self, value: object) -> Payload | None:
        if not isinstance(value, ClearText):
            return None
        plain = PydanticPayloadConverter().to_payload(str(value))
        if plain is not None:
            plain.metadata[_CLEAR_KEY] = b"1"
        return plain

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> object:
        raise NotImplementedError("clear texts are written as json/plain and read as such")


class JianduPayloadConverter(CompositePayloadConverter):
    """Clear texts first, then everything that pydantic knows."""

    def __init__(self) -> None:
        super().__init__(_ClearTextConverter(), *PydanticPayloadConverter().converters.values())


class SealingCodec(PayloadCodec):
    """Encrypts every payload with the installation's key; the key's id travels along, so that keys can be changed."""

    def __init__(self, keys: dict[str, bytes], current: str) -> None:
        """`keys`: 32-byte keys by id; `current`: the id to seal with. Raises `ValueError` when it is not among them."""
        if current not in keys:
            raise ValueError(f"no key has the id {current!r}")
        self._current = current
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [payload if _CLEAR_KEY in payload.metadata else self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._open(payload) if payload.metadata.get("encoding") == _SEALED else payload for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        nonce = os.urandom(12)
        key_id = self._current.encode()
        sealed = nonce + self._ciphers[self._current].encrypt(nonce, payload.SerializeToString(), key_id)
        return Payload(metadata={"encoding": _SEALED, "key-id": key_id}, data=sealed)

    def _open(self, payload: Payload) -> Payload:
        key_id = payload.metadata["key-id"]
        cipher = self._ciphers.get(key_id.decode())
        if cipher is None:
            raise ValueError(
                f"payload is sealed with the key {key_id.decode()!r}, which this installation does not have"
            )
        return Payload.FromString(cipher.decrypt(payload.data[:12], payload.data[12:], key_id))


def data_converter(codec: SealingCodec | None) -> DataConverter:
    """The converter of every client and worker; with `None` nothing is sealed."""
    plain = DataConverter(
        payload_converter_class=JianduPayloadConverter,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
    return plain if codec is None else replace(plain, payload_codec=codec)
