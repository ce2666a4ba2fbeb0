"""A deputy's phone, as the protocol sees it: keys, blinding, sealing, and finding one's own answers afterwards.

The deputies' page does the same in the browser. Here it serves tests, rehearsals and scripted phones.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballotbox.secret.blind_rsa import PREFIX_LENGTH, Blinded, blind, finalize, prepare
from ballotbox.secret.envelopes import Envelope, make_envelope
from ballotbox.secret.manifest import ISSUERS, Poll
from ballotbox.secret.requests import StampValues, entitled_slots, entitled_subjects
from ballotbox.secret.sealing import seal
from ballotbox.secret.signing import public_bytes
from ballotbox.secret.slices import PublishedSlice, Slice, make_slice
from ballotbox.secret.stamps import Stamp, Stamps, keys_of, stamped_message

Kind = Literal["slice", "token"]


class _Asked(NamedTuple):
    prepared: bytes
    blinded: Blinded


class Phone:
    """One deputy's phone in one poll."""

    def __init__(self, poll: Poll, deputy: str) -> None:
        self.poll = poll
        self.subjects = entitled_subjects(poll, deputy)
        self._columns: list[tuple[Kind, str]] = [("slice", slot) for slot in entitled_slots(poll, deputy)]
        self._columns += [("token", subject) for subject in self.subjects]
        self.keys = {column: Ed25519PrivateKey.generate() for column in self._columns}
        self._asked: dict[str, dict[tuple[Kind, str], _Asked]] = {}
        self._stamps: dict[str, dict[tuple[Kind, str], Stamp]] = {}

    def request(self, issuer: Literal["a", "b"]) -> StampValues:
        """What to send to an issuer; the same each time."""
        if issuer not in self._asked:
            self._asked[issuer] = {column: self._ask(issuer, *column) for column in self._columns}
        asked = self._asked[issuer]
        return StampValues(
            {name: a.blinded.message for (kind, name), a in asked.items() if kind == "slice"},
            {name: a.blinded.message for (kind, name), a in asked.items() if kind == "token"},
        )

    def take(self, issuer: Literal["a", "b"], answer: StampValues) -> None:
        """Keep an issuer's stamps. Raises `BlindSignatureRefused` when one is not good."""
        stamps: dict[tuple[Kind, str], Stamp] = {}
        for (kind, name), (prepared, blinded) in self._asked[issuer].items():
            values = answer.slices if kind == "slice" else answer.tokens
            key = keys_of(self.poll, kind, name)[ISSUERS.index(issuer)]
            signature = finalize(key, prepared, values[name], blinded.inverse)
            stamps[kind, name] = Stamp(prepared[:PREFIX_LENGTH], signature)
        self._stamps[issuer] = stamps

    def stamps(self, kind: Kind, column: str) -> Stamps:
        """Both issuers' stamps of one key."""
        return Stamps(self._stamps["a"][kind, column], self._stamps["b"][kind, column])

    def slices(self, subject: str, marks: Mapping[str, str]) -> list[Slice]:
        """The signed slices of a subject from its marks by question; a question left out is `blank`."""
        codes = self.poll.manifest.codes
        return [
            make_slice(
                self.poll,
                slot,
                bytes(codes.index(marks.get(question, "blank")) for question in slot.questions),
                self.keys["slice", slot.name],
                self.stamps("slice", slot.name),
            )
            for slot in self.poll.manifest.slots_of(subject)
        ]

    def envelope(self, subject: str, ciphertext: bytes) -> Envelope:
        """An envelope around a ciphertext under this phone's token."""
        stamps = self.stamps("token", subject)
        return make_envelope(self.poll, subject, self.keys["token", subject], stamps, ciphertext)

    def token(self, subject: str) -> bytes:
        """The public key of a subject's token."""
        return public_bytes(self.keys["token", subject])

    def fill(self, ballot: Mapping[str, Mapping[str, str]]) -> list[Envelope]:
        """Sealed envelopes for all subjects of this deputy, shuffled: their order tells nothing."""
        envelopes = [
            self.envelope(s, seal(self.poll, s, self.token(s), self.slices(s, ballot.get(s, {}))))
            for s in self.subjects
        ]
        secrets.SystemRandom().shuffle(envelopes)
        return envelopes

    def counted(self, published: list[PublishedSlice], ballot: Mapping[str, Mapping[str, str]]) -> bool:
        """Whether all of this deputy's answers are among the published slices, as they were given."""
        by_key = {piece.key: piece for piece in published}
        for subject in self.subjects:
            for mine in self.slices(subject, ballot.get(subject, {})):
                if by_key.get(mine.key.hex()) != PublishedSlice.of(self.poll, mine):
                    return False
        return True

    def _ask(self, issuer: Literal["a", "b"], kind: Kind, name: str) -> _Asked:
        message = stamped_message(self.poll, kind, name, public_bytes(self.keys[kind, name]))
        prepared = prepare(message)
        return _Asked(prepared, blind(keys_of(self.poll, kind, name)[ISSUERS.index(issuer)], prepared))
