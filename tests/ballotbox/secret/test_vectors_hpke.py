"""Sealing against RFC 9180, A.3.1. Our call takes no associated data, the RFC's examples have some: the bodies are the
same with any, and the tag is made anew under the RFC's key and nonce."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ballotbox.secret.sealing import suite

VECTOR: dict[str, Any] = json.loads(Path(__file__).with_name("rfc9180_vectors.json").read_text("utf-8"))
FIRST: dict[str, Any] = VECTOR["encryptions"][0]
TAG = 16


def raw(name: str) -> bytes:
    return bytes.fromhex(VECTOR[name])


RECEIVER = derive_private_key(int(VECTOR["skRm"], 16), SECP256R1())


def sealed() -> bytes:
    """The first example with another tag: that of no associated data."""
    body = AESGCM(raw("key")).encrypt(raw("base_nonce"), bytes.fromhex(FIRST["pt"]), None)
    assert body[:-TAG] == bytes.fromhex(FIRST["ct"])[:-TAG]
    return raw("enc") + body


@pytest.mark.parametrize("example", VECTOR["encryptions"], ids=lambda example: f"sequence {example['sequence']}")
def test_key_and_nonces_are_those_of_the_examples(example: dict[str, Any]) -> None:
    nonce = int(VECTOR["base_nonce"], 16) ^ int(example["sequence"])
    assert nonce.to_bytes(12, "big").hex() == example["nonce"]
    opened = AESGCM(raw("key")).decrypt(
        bytes.fromhex(example["nonce"]), bytes.fromhex(example["ct"]), bytes.fromhex(example["aad"])
    )
    assert opened.hex() == example["pt"]


def test_what_the_example_sealed_is_opened() -> None:
    assert suite().decrypt(sealed(), RECEIVER, info=raw("info")).hex() == FIRST["pt"]


def test_another_info_key_or_byte_is_refused() -> None:
    good = sealed()
    other = derive_private_key(int(VECTOR["skEm"], 16), SECP256R1())
    with pytest.raises(InvalidTag):
        suite().decrypt(good, RECEIVER, info=raw("info") + b"\0")
    with pytest.raises(InvalidTag):
        suite().decrypt(good, other, info=raw("info"))
    for place in (65, len(good) - 1):
        with pytest.raises(InvalidTag):
            suite().decrypt(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :], RECEIVER, info=raw("info"))


@pytest.mark.parametrize("place", [0, 1, 64])
def test_an_encapsulated_key_off_the_curve_is_refused(place: int) -> None:
    good = sealed()
    with pytest.raises((ValueError, InvalidTag)):
        suite().decrypt(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :], RECEIVER, info=raw("info"))


def test_the_example_with_associated_data_does_not_pass_for_one_without() -> None:
    with pytest.raises(InvalidTag):
        suite().decrypt(raw("enc") + bytes.fromhex(FIRST["ct"]), RECEIVER, info=raw("info"))


def test_every_sealing_is_another_one() -> None:
    seen = {suite().encrypt(b"ballot", RECEIVER.public_key(), info=b"info") for _ in range(10)}
    assert len({one[:65] for one in seen}) == 10
    assert all(suite().decrypt(one, RECEIVER, info=b"info") == b"ballot" for one in seen)
