"""Polls with everybody's sealed envelopes, made faster than phones could: the stamps are signed openly.

A blind signature, unblinded, is an ordinary RSASSA-PSS signature; nobody who checks one can tell how it was made.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA384

from ballotbox.secret.blind_rsa import PREFIX_LENGTH, SALT_LENGTH, BlindSigner, prepare
from ballotbox.secret.ceremony import Dealt, PollFacts, deal_with, questions_and_codes, roster_bytes
from ballotbox.secret.collecting import statements_of
from ballotbox.secret.envelopes import Entry, Envelope, make_envelope
from ballotbox.secret.issuer import IssuerSecrets
from ballotbox.secret.manifest import ISSUERS, RSA_BITS, Poll, Services, slots_of
from ballotbox.secret.sealing import seal
from ballotbox.secret.signing import public_bytes
from ballotbox.secret.slices import make_slice
from ballotbox.secret.stamps import Stamp, Stamps, stamped_message
from domain.policy.document import AppraisalPolicy
from transparency.signed_note import NoteSigner

_Column = tuple[Literal["slice", "token"], str]
_PSS = padding.PSS(padding.MGF1(SHA384()), SALT_LENGTH)


class SealedPoll(NamedTuple):
    """A poll whose deputies have all collected and sealed."""

    dealt: Dealt
    files: dict[str, bytes]
    statements: tuple[str, ...]
    """Leaves 1 to 4."""
    phones: tuple[tuple[Envelope, ...], ...]
    """Everybody's envelopes."""

    @property
    def poll(self) -> Poll:
        return self.dealt.poll

    @property
    def envelopes(self) -> list[Envelope]:
        """All of them."""
        return [envelope for phone in self.phones for envelope in phone]

    @property
    def leaves(self) -> tuple[bytes, ...]:
        """The closed log."""
        entries = [Entry.of(self.poll, envelope).to_bytes() for envelope in self.envelopes]
        return (self.poll.data, *(note.encode() for note in self.statements), *entries)


def sealed_poll(name: str, deputies: int, subjects: int) -> SealedPoll:
    """A poll by question, six questions a subject."""
    questions, codes = questions_and_codes(AppraisalPolicy())
    facts = PollFacts(
        town="bench",
        poll=name,
        event="bench",
        services=Services(a="https://a.test", b="https://b.test", box="https://box.test"),
        recused={f"s{number:02}": () for number in range(1, subjects + 1)},
        questions=questions,
        codes=codes,
        roster=tuple(f"d{number:03}" for number in range(1, deputies + 1)),
        policy=b"{}",
        page=b"<!doctype html>",
    )
    keys = _keys(facts)
    dealt = deal_with(facts, {issuer: _secrets(issuer, keys[issuer]) for issuer in ISSUERS})
    notes = [statements_of(i, dealt.poll, facts.roster, (), dealt.issuers[i].statements) for i in ISSUERS]
    with ThreadPoolExecutor() as pool:
        phones = tuple(pool.map(lambda number: _phone(dealt.poll, keys, number), range(deputies)))
    return SealedPoll(
        dealt,
        {"roster.json": roster_bytes(facts.roster), "policy": facts.policy, "page": facts.page},
        (*(note.collectors for note in notes), *(note.destroyed for note in notes)),
        phones,
    )


_Keys = dict[Literal["a", "b"], dict[_Column, RSAPrivateKey]]


def _keys(facts: PollFacts) -> _Keys:
    columns: list[_Column] = [("token", subject) for subject in facts.recused]
    columns += [("slice", slot.name) for s in facts.recused for slot in slots_of(s, facts.questions, facts.slice_by)]
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda _: generate_private_key(65537, RSA_BITS), range(2 * len(columns))))
    return {"a": dict(zip(columns, made, strict=False)), "b": dict(zip(columns, made[len(columns) :], strict=True))}


def _secrets(issuer: str, keys: dict[_Column, RSAPrivateKey]) -> IssuerSecrets:
    signers = {column: BlindSigner(key) for column, key in keys.items()}
    return IssuerSecrets(
        NoteSigner.generate(f"issuer-{issuer}"),
        {name: signer for (kind, name), signer in signers.items() if kind == "slice"},
        {name: signer for (kind, name), signer in signers.items() if kind == "token"},
    )


def _phone(poll: Poll, keys: _Keys, number: int) -> tuple[Envelope, ...]:
    codes = len(poll.manifest.codes)
    envelopes = []
    for subject in poll.recused:
        token = Ed25519PrivateKey.generate()
        slices = []
        for place, slot in enumerate(poll.manifest.slots_of(subject)):
            key = Ed25519PrivateKey.generate()
            stamps = _stamps(poll, keys, ("slice", slot.name), public_bytes(key))
            slices.append(make_slice(poll, slot, bytes([(number + place) % codes]), key, stamps))
        stamps = _stamps(poll, keys, ("token", subject), public_bytes(token))
        envelopes.append(make_envelope(poll, subject, token, stamps, seal(poll, subject, public_bytes(token), slices)))
    return tuple(envelopes)


def _stamps(poll: Poll, keys: _Keys, column: _Column, key: bytes) -> Stamps:
    message = stamped_message(poll, *column, key)
    made = []
    for issuer in ISSUERS:
        prepared = prepare(message)
        made.append(Stamp(prepared[:PREFIX_LENGTH], keys[issuer][column].sign(prepared, _PSS, SHA384())))
    return Stamps(*made)
