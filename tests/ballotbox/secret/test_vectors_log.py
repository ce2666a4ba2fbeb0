"""The log's tree and notes against published vectors: transparency-dev/merkle's inclusion proofs, good and spoiled, and
the example of the C2SP signed-note specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ballotbox.secret.log import root_of_hashes
from transparency.merkle import hash_included, leaf_hash
from transparency.signed_note import NoteKey, NoteRefused, open_note

PROOFS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("merkle_vectors.json").read_text("utf-8"))

# The leaves of the trees of 1 to 8 leaves in certificate-transparency, merkletree/merkle_tree_test.cc
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def test_there_are_good_and_spoiled_proofs() -> None:
    assert sum(proof["holds"] for proof in PROOFS) >= 5
    assert sum(not proof["holds"] for proof in PROOFS) >= 50


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: str(proof["case"]))
def test_inclusion(proof: dict[str, Any]) -> None:
    path = [bytes.fromhex(node) for node in proof["path"]]
    leaf, root = bytes.fromhex(proof["leaf"]), bytes.fromhex(proof["root"])
    assert hash_included(leaf, proof["index"], proof["size"], path, root) is proof["holds"]


@pytest.mark.parametrize("size", ROOTS)
def test_roots_over_hashes(size: int) -> None:
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]
    assert root_of_hashes(hashes).hex() == ROOTS[size]
    if size > 1:
        assert root_of_hashes([hashes[1], hashes[0], *hashes[2:]]).hex() != ROOTS[size]


# golang.org/x/mod/sumdb/note, package example: the implementation that the C2SP specification describes
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"


def test_note() -> None:
    assert open_note(f"{TEXT}\n{SIGNED}", [NoteKey.parse(KEY)]) == TEXT


@pytest.mark.parametrize(
    "spoiled",
    [
        f"{TEXT.replace('answer', 'Answer')}\n{SIGNED}",
        f"{TEXT}\n{SIGNED.replace('x08g', 'x08h')}",
        f"{TEXT}\n{SIGNED.replace('PeterNeumann', 'PeterNewmann')}",
        f"{TEXT}\n{SIGNED.replace('—', '-')}",
        f"{TEXT}{SIGNED}",
        f"{TEXT}\n{SIGNED.strip()}",
        TEXT,
    ],
)
def test_a_spoiled_note(spoiled: str) -> None:
    with pytest.raises(NoteRefused):
        open_note(spoiled, [NoteKey.parse(KEY)])
