"""Merkle tree hashes of RFC 6962, section 2.1: root, inclusion path, and its check. Nothing here knows of events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf; its prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class RunningRoot:
    """The root of a tree that grows leaf by leaf, with memory of one hash a level."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        """Roots of the full subtrees that the leaves so far fall into, largest first: one for each 1 bit of `size`."""

    def add(self, data: bytes) -> None:
        """Append a leaf."""
        node = leaf_hash(data)
        size = self.size
        while size & 1:
            node = node_hash(self._peaks.pop(), node)
            size >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over `leaves`."""
    tree = RunningRoot()
    for data in leaves:
        tree.add(data)
    return tree.root()


class PathBuilder:
    """The inclusion path of leaf `index` in a tree of `size` leaves, from one pass over the leaves."""

    def __init__(self, index: int, size: int) -> None:
        if not 0 <= index < size:
            raise ValueError(f"leaf {index} is not in a tree of {size}")
        self._ranges = list(_siblings(index, size))
        self._trees = [RunningRoot() for _ in self._ranges]
        self._next = 0

    def add(self, data: bytes) -> None:
        """Take the next leaf."""
        for (first, end), tree in zip(self._ranges, self._trees, strict=True):
            if first <= self._next < end:
                tree.add(data)
                break
        self._next += 1

    def path(self) -> list[bytes]:
        """The hashes beside the way from the leaf to the root, lowest first."""
        return [tree.root() for tree in self._trees]


def _siblings(index: int, size: int) -> Iterator[tuple[int, int]]:
    """Ranges of leaves of the subtrees beside the way, lowest first."""
    found: list[tuple[int, int]] = []
    first, end = 0, size
    while end - first > 1:
        split = first + (1 << (end - first - 1).bit_length() - 1)
        if index < split:
            found.append((split, end))
            end = split
        else:
            found.append((first, split))
            first = split
    return reversed(found)


def inclusion_holds(data: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Whether `path` proves that leaf `index` of the tree of `size` leaves and `root` is `data` (RFC 9162, 2.1.3.2)."""
    return hash_included(leaf_hash(data), index, size, path, root)


def hash_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """The same of a leaf of which only the hash is known."""
    if not 0 <= index < size or len(leaf) != len(EMPTY_ROOT):
        return False
    node, last = index, size - 1
    computed = leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and computed == root
