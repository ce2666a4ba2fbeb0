"""What the Python side refuses to read, the deputies' page refuses too: canonical JSON, and the manifest's rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ballotbox.secret.ceremony import set_up
from ballotbox.secret.encoding import canonical, labelled, read_canonical, sha256
from ballotbox.secret.manifest import Poll
from tests.ballotbox.page.node import NodePhones, Refused
from tests.ballotbox.secret.scripted import facts

Fields = dict[str, Any]

CANONICAL = [
    '{"a":1,"b":[true,false,null,"测评"]}',
    '{"！":1,"😀":2}',
    '["\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\/"]',
    '["\x7f\u2028\u2029\u00e9\ufeff"]',
    "-12",
    "0",
    "9007199254740991",
    '""',
    '{"":{}}',
    '{"__proto__":1,"constructor":2}',
]
NOT_CANONICAL = [
    '{"b":1,"a":2}',
    '{"😀":2,"！":1}',
    '{"a": 1}',
    '{"a":1,"a":1}',
    "1.0",
    "1e3",
    "-0",
    "01",
    "NaN",
    '["\\u00e9"]',
    '["\\/"]',
    '["\\u001F"]',
    '["\\ud800"]',
    "\ufeff{}",
    "{}\n",
    "",
    "[1,]",
    "'a'",
]


@pytest.mark.parametrize("text", CANONICAL)
def test_canonical(text: str, node_phones: NodePhones) -> None:
    assert canonical(read_canonical(text.encode())) == text.encode()
    assert node_phones.tell("read", data=text.encode().hex()) == {"canonical": text.encode().hex()}


@pytest.mark.parametrize("text", NOT_CANONICAL)
def test_not_canonical(text: str, node_phones: NodePhones) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_canonical(text.encode())
    with pytest.raises(Refused):
        node_phones.tell("read", data=text.encode().hex())


@pytest.mark.parametrize("data", [b'["\xff"]', b'["\xed\xa0\x80"]', b'["\xc0\xaf"]'])
def test_no_utf8(data: bytes, node_phones: NodePhones) -> None:
    with pytest.raises(ValueError, match="utf-8"):
        read_canonical(data)
    with pytest.raises(Refused):
        node_phones.tell("read", data=data.hex())


@pytest.mark.parametrize("parts", [[], [b""], [b"a", b"bc"], [b"ab", b"c"], ["测评".encode(), bytes(300)]])
def test_labelled(parts: list[bytes], node_phones: NodePhones) -> None:
    told = node_phones.tell("labelled", label="seal", manifest="ab" * 32, parts=[part.hex() for part in parts])
    assert told == {"bytes": labelled("seal", b"\xab" * 32, *parts).hex()}
    with pytest.raises(Refused):
        node_phones.tell("labelled", label="seal", manifest="ab" * 31, parts=[])


@pytest.fixture(scope="module")
def good() -> Fields:
    chosen = facts("2026-p8", "subject").model_copy(update={"recused": {"czs": ("d01", "d02"), "lys": ()}})
    fields: Fields = json.loads(set_up(chosen).poll.data)
    return fields


def der(bits: int = 2048, exponent: int = 65537) -> str:
    key = generate_private_key(3 if exponent == 3 else 65537, bits).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()


def change(path: str, value: object) -> Callable[[Fields], None]:
    *way, last = path.split(".")

    def changed(fields: Fields) -> None:
        place: Any = fields
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        if value is None:
            del place[int(last) if last.isdigit() else last]
        else:
            place[int(last) if last.isdigit() else last] = value

    return changed


def _swapped_stamp_keys(fields: Fields) -> None:
    fields["issuers"]["b"]["slices"]["czs/*"] = fields["issuers"]["a"]["slices"]["czs/*"]


def _one_key_for_two_columns(fields: Fields) -> None:
    fields["issuers"]["a"]["tokens"]["lys"] = fields["issuers"]["a"]["tokens"]["czs"]


def _one_holder_twice(fields: Fields) -> None:
    fields["witness_keys"][1] = fields["witness_keys"][0]


def _one_key_under_two_names(fields: Fields) -> None:
    fields["log_key"] = fields["scrutineer_keys"][0]


def _a_point_too_short(fields: Fields) -> None:
    fields["box_key"] = fields["box_key"][:-2]


WRONG: dict[str, Callable[[Fields], None]] = {
    "a field too much": change("more", 1),
    "a field missing": change("recovery", None),
    "another type": change("type", "jiandu-ballot-manifest/2"),
    "an unknown mode": change("mode", "paper"),
    "a number for a yes": change("one_operator", 1),
    "a text for a yes": change("recovery", "true"),
    "a service missing": change("services.box", None),
    "a service too much": change("services.c", "https://c.test"),
    "a label that is no text": change("labels.codes", {"blank": 1}),
    "no subject": change("subjects", []),
    "a subject twice": change("subjects.1.subject", "czs"),
    "a name with a slash": change("questions.0", "a/b"),
    "an empty name": change("questions.0", ""),
    "a name too long": change("town", "镇" * 65),
    "a question twice": change("questions.1", "overall"),
    "a code twice": change("codes.1", "excellent"),
    "too many codes": change("codes", [f"c{n}" for n in range(255)] + ["blank"]),
    "recused not in order": change("subjects.0.recused", ["d02", "d01"]),
    "recused twice": change("subjects.0.recused", ["d01", "d01"]),
    "a group of two": change("minimum_group", 2),
    "a path of none": change("minimum_path", 0),
    "a quorum of two": change("witness_quorum", 2),
    "a quorum of six": change("witness_quorum", 6),
    "a hash too short": change("page_hash", "ab" * 31),
    "a hash in capitals": change("page_hash", "AB" * 32),
    "four shares": change("share_hashes.4", None),
    "an issuer missing": change("issuers.b", None),
    "a column too much": change("issuers.a.slices.zhs/*", "00"),
    "a column missing": change("issuers.a.tokens.lys", None),
    "a stamp key of both issuers": _swapped_stamp_keys,
    "a stamp key of two columns": _one_key_for_two_columns,
    "a witness twice": _one_holder_twice,
    "the log is a scrutineer": _one_key_under_two_names,
    "a box key too short": _a_point_too_short,
    "a damaged note key": change("log_key", "log+00000000+AAAA"),
    "RSA of 3072 bits": change("issuers.a.slices.czs/*", der(3072)),
    "exponent 3": change("issuers.a.slices.czs/*", der(exponent=3)),
    "no RSA key": change("issuers.a.slices.czs/*", "3000"),
    "rubbish for a key": change("issuers.b.tokens.lys", "zz"),
}


@pytest.fixture
def spoiled(good: Fields) -> Fields:
    """A copy to spoil."""
    copy: Fields = json.loads(json.dumps(good))
    return copy


def test_the_good_one_is_read(good: Fields, node_phones: NodePhones) -> None:
    data = canonical(good)
    assert Poll(data).slice_keys
    assert node_phones.tell("poll", data=data.hex(), hash=sha256(data).hex()) == {}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_manifest(what: str, spoiled: Fields, node_phones: NodePhones) -> None:
    WRONG[what](spoiled)
    data = canonical(spoiled)
    with pytest.raises(ValueError, match=r"."):
        _ = Poll(data).slice_keys, Poll(data).token_keys
    with pytest.raises(Refused, match="测评公告"):
        node_phones.tell("poll", data=data.hex(), hash=sha256(data).hex())


def test_another_manifest_than_the_halls(good: Fields, spoiled: Fields, node_phones: NodePhones) -> None:
    spoiled["event"] = "另一次测评"
    with pytest.raises(Refused, match="与会场二维码不一致"):
        node_phones.tell("poll", data=canonical(spoiled).hex(), hash=sha256(canonical(good)).hex())
    with pytest.raises(Refused, match="重新扫码"):
        node_phones.tell("poll", data=canonical(good).hex(), hash=sha256(canonical(good)).hex()[:16])
    loose = json.dumps(good, ensure_ascii=False).encode()
    with pytest.raises(Refused, match="规范格式"):
        node_phones.tell("poll", data=loose.hex(), hash=sha256(loose).hex())


def test_what_only_the_page_refuses(good: Fields, spoiled: Fields, node_phones: NodePhones) -> None:
    """Names that every object of JavaScript already has, and a poll without the code for a row left empty."""
    for path, value in (("questions.1", "constructor"), ("codes.5", "leer")):
        fields: Fields = json.loads(json.dumps(good))
        change(path, value)(fields)
        data = canonical(fields)
        with pytest.raises(Refused, match="不合规定"):
            node_phones.tell("poll", data=data.hex(), hash=sha256(data).hex())
