"""The sealed box: takes envelopes, knows no identities, gives receipts, and feeds the log in sorted batches.

What is decided stands in functions, which `Box`, in memory, and the service with its database share. The service must
answer only after a durable commit.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict

from ballotbox.refusals import bad_token, closed
from ballotbox.secret.encoding import Hex32, Hex64, canonical, labelled, sha256
from ballotbox.secret.envelopes import Entry, Envelope, entry_fault, sizes_fit
from ballotbox.secret.manifest import Poll
from ballotbox.secret.signing import signed_by
from domain.acts import Refusal
from transparency.merkle import leaf_hash

BATCH = 8
"""Entries that the log takes at once, at least, until the box closes."""


class Receipt(BaseModel):
    """The box's promise that this leaf will be in the log. It names no time."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["jiandu-ballot-receipt/1"] = "jiandu-ballot-receipt/1"
    manifest: Hex32
    leaf: Hex32
    signature: Hex64

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json"))


def receipt_holds(poll: Poll, receipt: Receipt) -> bool:
    """Whether this box has given this receipt."""
    message = labelled("receipt", poll.hash, bytes.fromhex(receipt.leaf))
    key = bytes.fromhex(poll.manifest.receipt_key)
    return receipt.manifest == poll.hash.hex() and signed_by(key, message, bytes.fromhex(receipt.signature))


class OtherEnvelope(Refusal):
    """A token was used before with other bytes. The first envelope stands; `receipt` is its receipt."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("other_ballot_cast", "这张票已经投过，内容不同。第一次投的票有效，不能再改。")
        self.receipt = receipt


class Accepted(NamedTuple):
    """An envelope that may be in the box: its entry, a leaf of the log, and that leaf's hash."""

    entry: bytes
    leaf: bytes


def accepted(poll: Poll, envelope: Envelope) -> Accepted:
    """What the box keeps of a good envelope.

    Raises `Refusal` for an envelope of a wrong size, without both stamps or with a wrong signature.
    """
    if not sizes_fit(poll, envelope):
        raise bad_token(envelope.subject)
    entry = Entry.of(poll, envelope)
    if entry_fault(poll, entry) is not None:
        raise bad_token(envelope.subject)
    data = entry.to_bytes()
    return Accepted(data, leaf_hash(data))


def receipt_for(poll: Poll, key: Ed25519PrivateKey, leaf: bytes) -> Receipt:
    """The receipt of a leaf, by its hash: always the same, since the signature is (RFC 8032)."""
    signature = key.sign(labelled("receipt", poll.hash, leaf))
    return Receipt(manifest=poll.hash.hex(), leaf=leaf.hex(), signature=signature.hex())


class Box:
    """The box of one poll, from the end of collecting to its close."""

    def __init__(self, poll: Poll, leaves: list[bytes], receipts: Ed25519PrivateKey) -> None:
        """`leaves` are the manifest and the issuers' four statements; the box's log goes on from there."""
        self._poll = poll
        self._leaves = list(leaves)
        self._key = receipts
        self._seen: dict[bytes, tuple[bytes, Receipt]] = {}
        self._pending: list[bytes] = []
        self._ciphertexts: dict[bytes, bytes] = {}
        self._open = True

    def cast(self, envelope: Envelope) -> Receipt:
        """Take an envelope. The same bytes again get the same receipt, also after the close.

        Raises `OtherEnvelope` for other bytes under the same token, `Refusal` for an envelope of a wrong size, without
        both stamps or with a wrong signature, and for a new one after the close.
        """
        sent = sha256(envelope.to_bytes())
        if known := self._seen.get(envelope.token):
            if known[0] != sent:
                raise OtherEnvelope(known[1])
            return known[1]
        if not self._open:
            raise closed(self._poll.manifest.poll)
        data, leaf = accepted(self._poll, envelope)
        receipt = receipt_for(self._poll, self._key, leaf)
        self._seen[envelope.token] = (sent, receipt)
        self._ciphertexts[sha256(envelope.ciphertext)] = envelope.ciphertext
        self._pending.append(data)
        if len(self._pending) >= BATCH:
            self._append()
        return receipt

    def close(self) -> None:
        """Take nothing more; what is pending goes to the log. Again: changes nothing."""
        self._open = False
        self._append()

    @property
    def leaves(self) -> tuple[bytes, ...]:
        """The log so far."""
        return tuple(self._leaves)

    @property
    def ciphertexts(self) -> dict[bytes, bytes]:
        """What is opened, by its SHA-256; destroyed with the shares."""
        return dict(self._ciphertexts)

    def _append(self) -> None:
        # Sorted by hash: the order of a batch tells nothing of the order of arrival.
        self._leaves += sorted(self._pending, key=leaf_hash)
        self._pending.clear()
