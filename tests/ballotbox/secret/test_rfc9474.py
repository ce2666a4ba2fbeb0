"""RFC 9474, Appendix A: the published vectors, and what must be refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
    generate_private_key,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)

from ballotbox.secret.blind_rsa import BlindSignatureRefused, BlindSigner, blind, finalize, prepare, verifies
from ballotbox.secret.openssl_rsa import OpenSslUnusable

VECTORS: list[dict[str, str]] = json.loads(Path(__file__).with_name("rfc9474_vectors.json").read_text("utf-8"))


def key_of(vector: dict[str, str]) -> RSAPrivateKey:
    p, q, n, e, d = (int(vector[name], 16) for name in ("p", "q", "n", "e", "d"))
    numbers = RSAPrivateNumbers(
        p, q, d, rsa_crt_dmp1(d, p), rsa_crt_dmq1(d, q), rsa_crt_iqmp(p, q), RSAPublicNumbers(e, n)
    )
    return numbers.private_key()


def raw(vector: dict[str, str], name: str) -> bytes:
    return bytes.fromhex(vector[name].removeprefix("0x"))


@pytest.fixture(params=VECTORS, ids=lambda vector: vector["name"])
def vector(request: pytest.FixtureRequest) -> dict[str, str]:
    chosen: dict[str, str] = request.param
    return chosen


def test_all_four_variants_are_there() -> None:
    assert sorted(vector["name"] for vector in VECTORS) == [
        "RSABSSA-SHA384-PSS-Deterministic",
        "RSABSSA-SHA384-PSS-Randomized",
        "RSABSSA-SHA384-PSSZERO-Deterministic",
        "RSABSSA-SHA384-PSSZERO-Randomized",
    ]


def test_vector(vector: dict[str, str]) -> None:
    key = key_of(vector)
    prepared, salt, inverse = raw(vector, "input_msg"), raw(vector, "salt"), int(vector["inv"], 16)
    assert prepared == raw(vector, "msg_prefix") + raw(vector, "msg")

    blinded = blind(key.public_key(), prepared, salt=salt, inverse=inverse)
    assert blinded.message == raw(vector, "blinded_msg")
    answer = BlindSigner(key).sign(blinded.message)
    assert answer == raw(vector, "blind_sig")
    signature = finalize(key.public_key(), prepared, answer, inverse, salt_length=len(salt))
    assert signature == raw(vector, "sig")
    assert verifies(key.public_key(), prepared, signature, salt_length=len(salt))


def test_one_changed_bit_is_refused(vector: dict[str, str]) -> None:
    key, salt = key_of(vector).public_key(), raw(vector, "salt")
    prepared, signature, answer = raw(vector, "input_msg"), raw(vector, "sig"), bytearray(raw(vector, "blind_sig"))
    assert not verifies(key, prepared[:-1] + bytes([prepared[-1] ^ 1]), signature, salt_length=len(salt))
    assert not verifies(key, prepared, signature[:-1] + bytes([signature[-1] ^ 1]), salt_length=len(salt))
    assert not verifies(key, prepared, signature[1:], salt_length=len(salt))
    answer[100] ^= 1
    with pytest.raises(BlindSignatureRefused, match="no valid signature"):
        finalize(key, prepared, bytes(answer), int(vector["inv"], 16), salt_length=len(salt))


def test_the_salt_length_of_another_variant_is_refused(vector: dict[str, str]) -> None:
    other = 48 - len(raw(vector, "salt"))
    key = key_of(vector).public_key()
    assert not verifies(key, raw(vector, "input_msg"), raw(vector, "sig"), salt_length=other)


def test_values_that_are_no_element_are_refused() -> None:
    key = generate_private_key(65537, 2048)
    signer, n = BlindSigner(key), key.public_key().public_numbers().n
    for value in (n.to_bytes(256, "big"), (n + 1).to_bytes(256, "big"), b"\x01" * 255, b"\x00" + b"\x01" * 256, b""):
        assert not signer.accepts(value)
        with pytest.raises(BlindSignatureRefused):
            signer.sign(value)
        with pytest.raises(BlindSignatureRefused):
            finalize(key.public_key(), b"message", value, 1)


def test_another_key_signs_nothing_of_ours() -> None:
    ours, other = generate_private_key(65537, 2048), generate_private_key(65537, 2048)
    message = prepare(b"message")
    blinded = blind(ours.public_key(), message)
    signature = finalize(ours.public_key(), message, BlindSigner(ours).sign(blinded.message), blinded.inverse)
    assert verifies(ours.public_key(), message, signature)
    assert not verifies(other.public_key(), message, signature)


def test_the_signer_sees_another_value_each_time() -> None:
    key = generate_private_key(65537, 2048).public_key()
    seen = {blind(key, b"the same message").message for _ in range(20)}
    assert len(seen) == 20
    assert len({prepare(b"m") for _ in range(20)}) == 20


def test_a_destroyed_key_signs_no_more() -> None:
    signer = BlindSigner(generate_private_key(65537, 2048))
    value = (2).to_bytes(256, "big")
    assert signer.sign(value)
    signer.destroy()
    signer.destroy()
    with pytest.raises(OpenSslUnusable):
        signer.sign(value)
