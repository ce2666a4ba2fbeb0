"""Opening the box: a pure function of the log, its ciphertexts and any three shares. Two teams must get the same root.

A malformed envelope is set aside as returned and invalid, by its leaf number and a reason that names no column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from ballotbox.secret.closing import unopened
from ballotbox.secret.envelopes import Entry
from ballotbox.secret.log import FIRST_ENTRY, LogContents, read_log, root_of_hashes
from ballotbox.secret.manifest import Poll
from ballotbox.secret.sealing import EnvelopeUnreadable, unseal
from ballotbox.secret.shares import point, restore
from ballotbox.secret.slices import PublishedSlice, Slice, fault_of
from ballotbox.secret.statements import Opened, SetAside
from domain.acts import Refusal
from transparency.merkle import leaf_hash


class Opening(NamedTuple):
    """What came out of the box."""

    lines: tuple[bytes, ...]
    """Slices as published, sorted: the order tells nothing."""
    set_aside: tuple[SetAside, ...]
    unopened: tuple[str, ...]
    """Subjects with fewer valid envelopes than the minimum group: nothing of them is published."""
    log_root: bytes

    @property
    def root(self) -> bytes:
        """Merkle root over the lines."""
        return slices_root(self.lines)

    def statement(self, team: int, shares: Sequence[int]) -> Opened:
        """What the team signs."""
        return Opened.model_validate(
            {
                "team": team,
                "shares": tuple(sorted(shares)),
                "log_root": self.log_root.hex(),
                "slices": len(self.lines),
                "slices_root": self.root.hex(),
                "set_aside": self.set_aside,
                "unopened": self.unopened,
            }
        )


def slices_root(lines: Sequence[bytes]) -> bytes:
    """The root by which openings are compared."""
    return root_of_hashes([leaf_hash(line) for line in lines])


def is_void(poll: Poll, log: LogContents) -> bool:
    """Whether more envelopes came back than were issued for phones on any subject, or too few to stand beside paper.

    What the log alone can say; with the number of paper sheets `closing.unopened` says all.
    """
    return unopened(poll, log, {}) is not None


def open_box(
    poll: Poll, leaves: Sequence[bytes], ciphertexts: Mapping[bytes, bytes], shares: Mapping[int, bytes]
) -> Opening:
    """Open all envelopes of a closed log.

    Raises `SharesRefused`; `Refusal` for a void poll, which is never opened, for shares whose key is not the box's, and
    for a ciphertext that is missing: a receipt means that the ballot is never lost, so that is no set-aside.
    """
    log = read_log(poll, leaves)
    if is_void(poll, log):
        raise Refusal("void", "收回的票多于发出的票，本次测评无效，票箱不予开启。")
    manifest = poll.manifest
    key = restore(shares, manifest.share_hashes, manifest.town, manifest.poll)
    if point(key.public_key()) != manifest.box_key:
        raise Refusal("wrong_box_key", "三份密钥合成的不是本次测评票箱的密钥，不能开箱。")
    kept: dict[str, list[list[Slice]]] = {subject: [] for subject in poll.recused}
    set_aside: list[SetAside] = []
    used: set[bytes] = set()
    for leaf, entry in enumerate(log.entries, FIRST_ENTRY):
        ciphertext = ciphertexts.get(bytes.fromhex(entry.ciphertext_hash))
        if ciphertext is None:
            raise Refusal("ciphertext_missing", f"第 {leaf} 号信封的密文缺失，不能开箱；请用另一份副本，或宣布作废。")
        try:
            slices = _opened(poll, entry, ciphertext, key, used)
        except EnvelopeUnreadable as fault:
            set_aside.append(SetAside(leaf=leaf, reason=fault.reason))
            continue
        used.update(piece.key for piece in slices)
        kept[entry.subject].append(slices)
    few = tuple(sorted(subject for subject, envelopes in kept.items() if len(envelopes) < manifest.minimum_group))
    lines = sorted(
        PublishedSlice.of(poll, piece).line()
        for subject, envelopes in kept.items()
        if subject not in few
        for slices in envelopes
        for piece in slices
    )
    return Opening(tuple(lines), tuple(set_aside), few, log.root)


def _opened(poll: Poll, entry: Entry, ciphertext: bytes, key: EllipticCurvePrivateKey, used: set[bytes]) -> list[Slice]:
    slices = unseal(poll, entry.subject, bytes.fromhex(entry.token), ciphertext, key)
    for piece in slices:
        if (fault := fault_of(poll, piece)) is not None:
            raise EnvelopeUnreadable(fault.value)
        if piece.key in used:
            raise EnvelopeUnreadable("slice_used_before")
    return slices
