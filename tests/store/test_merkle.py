"""RFC 6962's tree against the test vectors of Certificate Transparency, and against its definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transparency.merkle import EMPTY_ROOT, PathBuilder, inclusion_holds, leaf_hash, node_hash, root_of

# certificate-transparency, merkletree/merkle_tree_test.cc
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else hashlib.sha256().digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


def path_of(leaves: list[bytes], index: int) -> list[bytes]:
    builder = PathBuilder(index, len(leaves))
    for leaf in leaves:
        builder.add(leaf)
    return builder.path()


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_a_published_path() -> None:
    assert [node.hex() for node in path_of(LEAVES, 5)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_an_empty_tree_has_a_root() -> None:
    assert root_of([]) == EMPTY_ROOT


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_has_a_path_and_no_other_leaf_fits_it(size_and_index: tuple[int, int]) -> None:
    size, index = size_and_index
    leaves = [b"%d" % n for n in range(size)]
    root = root_of(leaves)
    assert root == defined_root(leaves)
    path = path_of(leaves, index)
    assert inclusion_holds(leaves[index], index, size, path, root)
    assert not inclusion_holds(b"other", index, size, path, root)
    assert not inclusion_holds(leaves[index], index, size, [*path, root], root)
    assert size == 1 or not inclusion_holds(leaves[index], (index + 1) % size, size, path, root)
    assert not inclusion_holds(leaves[index], size, size, path, root)
