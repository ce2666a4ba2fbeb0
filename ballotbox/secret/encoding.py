"""The bytes that are stamped, signed, sealed and hashed: labels over the manifest's whole hash, and canonical JSON.

    labelled(label, manifest, part…) = "jiandu-ballot/1 " label LF  manifest (32 bytes)  ( N(part) part )…

where N is the part's length in bytes as four bytes, most significant first. A label says what kind of thing it is, so
that no message of one kind passes for another; the hash of the manifest ties it to one poll.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator

_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def labelled(label: str, manifest: bytes, *parts: bytes) -> bytes:
    """The message of kind `label` in the poll of `manifest`, a SHA-256."""
    if len(manifest) != 32:
        raise ValueError("a message is bound to the whole hash of a manifest")
    head = b"jiandu-ballot/1 " + label.encode("ascii") + b"\n" + manifest
    return head + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def canonical(value: Any) -> bytes:
    """Canonical JSON in UTF-8: keys sorted by code point, no spaces, nothing escaped that need not be, no floats."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_no_other).encode()


def read_canonical(data: bytes) -> Any:
    """The value of canonical JSON. Raises `ValueError` for anything that `canonical` would write otherwise."""
    try:
        value = json.loads(data.decode(), parse_float=_no_other, parse_constant=_no_other)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if canonical(value) != data:
        raise ValueError("not in canonical form")
    return value


def hex_of(size: int | None = None) -> AfterValidator:
    """Checks a field of lower-case hexadecimal digits of `size` bytes."""

    def check(text: str) -> str:
        if not _HEX.fullmatch(text) or (size is not None and len(text) != 2 * size):
            raise ValueError(f"must be {'' if size is None else f'{size} bytes of '}lower-case hexadecimal digits")
        return text

    return AfterValidator(check)


Hex = Annotated[str, hex_of()]
Hex32 = Annotated[str, hex_of(32)]
Hex64 = Annotated[str, hex_of(64)]


def _no_other(value: object) -> Any:
    raise ValueError(f"canonical JSON holds no {value!r}")
