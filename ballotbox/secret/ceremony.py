"""Setting a poll up 设置仪式: all public facts in, manifest and five slips out, the opening rehearsed.

Dealing happens offline, in memory, on a machine that runs neither issuer nor box nor web: a `DealingRequest` goes there
as one file, the manifest and the slips come back. Issuers and box have made their own keys before.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import BaseModel, ConfigDict

from ballotbox.ballots import OVERALL
from ballotbox.offices import BoxKeys
from ballotbox.secret import shares as box_shares
from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.encoding import Hex32, canonical, read_canonical, sha256
from ballotbox.secret.issuer import IssuerSecrets
from ballotbox.secret.manifest import ISSUERS, RSA_BITS, IssuerKeys, Labels, Manifest, Poll, Services, Subject, slots_of
from ballotbox.secret.sealing import OVERHEAD, EnvelopeUnreadable, ballot_head, seal_bytes, sealed_length, unseal
from ballotbox.secret.shares import SCRUTINEERS, SharesRefused
from ballotbox.secret.signing import public_bytes
from ballotbox.secret.slips import Slip, scrutineer_name, slip_of
from domain.policy.document import AppraisalPolicy
from domain.rules.counting import ABSTAIN
from transparency.signed_note import NoteSigner

BLANK = "blank"
"""The code of a row with no mark; what it counts as is the policy's affair (`appraisal.blank_row`)."""
TEAMS_OF_THE_REHEARSAL = ((1, 2, 3), (3, 4, 5))
_SIGNING_LENGTH = 32


class PollFacts(BaseModel):
    """What is decided before the ceremony."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    town: str
    poll: str
    event: str
    phases: dict[str, str] = {}
    mode: Literal["phones", "mixed"] = "phones"
    recovery: bool = False
    one_operator: bool = True
    services: Services
    labels: Labels = Labels()
    slice_by: Literal["question", "subject"] = "question"
    recused: dict[str, tuple[str, ...]]
    """Recused deputies of each subject; the subjects, in the order of the ballot."""
    questions: tuple[str, ...]
    codes: tuple[str, ...]
    roster: tuple[str, ...]
    policy: bytes
    page: bytes
    minimum_group: int = 3
    minimum_path: int = 8
    witness_quorum: int = 3


class DealingRequest(BaseModel):
    """What the dealing machine is given: one file of canonical JSON. It holds nothing secret, and no name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: Literal["jiandu-ballot-dealing/1"] = "jiandu-ballot-dealing/1"
    town: str
    poll: str
    event: str
    phases: dict[str, str]
    mode: Literal["phones", "mixed"]
    recovery: bool
    one_operator: bool
    services: Services
    labels: Labels
    slice_by: Literal["question", "subject"]
    subjects: tuple[Subject, ...]
    questions: tuple[str, ...]
    codes: tuple[str, ...]
    minimum_group: int
    minimum_path: int
    roster: tuple[str, ...]
    policy_hash: Hex32
    page_hash: Hex32
    issuers: dict[Literal["a", "b"], IssuerKeys]
    box: BoxKeys
    witness_keys: tuple[str, ...] | None
    """Public keys that the witnesses' own programs have made; None: keys are dealt for them."""
    witness_quorum: int

    @classmethod
    def of(
        cls,
        facts: PollFacts,
        issuers: Mapping[Literal["a", "b"], IssuerKeys],
        box: BoxKeys,
        witness_keys: Iterable[str] | None = None,
    ) -> DealingRequest:
        """The request of a poll. Raises `ValueError` for recused deputies who are not on the roster."""
        if strange := {d for recused in facts.recused.values() for d in recused} - set(facts.roster):
            raise ValueError(f"recused, but not on the roster: {', '.join(sorted(strange))}")
        return cls(
            **facts.model_dump(exclude={"recused", "roster", "policy", "page", "services", "labels"}),
            services=facts.services,
            labels=facts.labels,
            subjects=tuple(Subject(subject=s, recused=tuple(sorted(set(r)))) for s, r in facts.recused.items()),
            roster=tuple(sorted(set(facts.roster))),
            policy_hash=sha256(facts.policy).hex(),
            page_hash=sha256(facts.page).hex(),
            issuers=dict(issuers),
            box=box,
            witness_keys=None if witness_keys is None else tuple(witness_keys),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> DealingRequest:
        """Raises `ValueError` for bytes that are no canonical request."""
        read_canonical(data)
        return cls.model_validate_json(data)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json"))


class Dealing(NamedTuple):
    """What dealing gives, each secret to go to its holder; nobody keeps them together after the ceremony."""

    poll: Poll
    slips: dict[int, Slip]
    """By the scrutineers' numbers, 1 to 5."""
    witnesses: dict[int, NoteSigner]
    """Keys of the witnesses by number; empty where they have made their own."""


class Dealt(NamedTuple):
    """All secrets of a poll in one hand: for tests and rehearsals."""

    poll: Poll
    issuers: dict[Literal["a", "b"], IssuerSecrets]
    shares: dict[int, bytes]
    log: NoteSigner
    receipts: Ed25519PrivateKey
    scrutineers: dict[int, NoteSigner]
    witnesses: dict[int, NoteSigner]
    slips: dict[int, Slip]


def questions_and_codes(policy: AppraisalPolicy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A policy's questions, the overall item first, and what may be answered to each."""
    return (OVERALL, *policy.dimension_keys), (*policy.grade_keys, ABSTAIN, BLANK)


def roster_bytes(roster: tuple[str, ...]) -> bytes:
    """`roster.json`, whose hash the manifest holds."""
    return canonical(sorted(set(roster)))


def deal(request: DealingRequest) -> Dealing:
    """Make the box's key, share it, make the scrutineers' keys, write the manifest, rehearse the opening.

    The seed is forgotten; only three slips can restore the key. Raises `ValueError` for a request that gives no
    manifest, `SharesRefused` when the rehearsal fails.
    """
    seed = box_shares.new_seed()
    shares = box_shares.deal(seed)
    numbers = range(1, SCRUTINEERS + 1)
    seeds = {n: secrets.token_bytes(_SIGNING_LENGTH) for n in numbers}
    scrutineers = {n: _signer_of(scrutineer_name(n), seeds[n]) for n in numbers}
    witnesses: dict[int, NoteSigner] = {}
    witness_keys = request.witness_keys
    if witness_keys is None:
        witnesses = {n: NoteSigner.generate(f"witness-{n}") for n in numbers}
        witness_keys = tuple(str(witness.key) for witness in witnesses.values())
    manifest = Manifest(
        town=request.town,
        poll=request.poll,
        event=request.event,
        phases=request.phases,
        mode=request.mode,
        recovery=request.recovery,
        one_operator=request.one_operator,
        services=request.services,
        labels=request.labels,
        slice_by=request.slice_by,
        subjects=request.subjects,
        questions=request.questions,
        codes=request.codes,
        minimum_group=request.minimum_group,
        minimum_path=request.minimum_path,
        roster_hash=sha256(roster_bytes(request.roster)).hex(),
        policy_hash=request.policy_hash,
        page_hash=request.page_hash,
        issuers=request.issuers,
        box_key=box_shares.point(box_shares.box_key(seed, request.town, request.poll).public_key()),
        receipt_key=request.box.receipt_key,
        log_key=request.box.log_key,
        share_hashes=tuple(box_shares.share_hash(number, share) for number, share in sorted(shares.items())),
        scrutineer_keys=tuple(str(scrutineers[n].key) for n in numbers),
        witness_keys=witness_keys,
        witness_quorum=request.witness_quorum,
    )
    poll = Poll(manifest.to_bytes())
    slips = {n: slip_of(n, shares[n], seeds[n], poll) for n in numbers}
    # What is printed is what is rehearsed: the shares are read back from the slips' text.
    rehearse(poll, {n: Slip.decode(slip.encode(), poll).share for n, slip in slips.items()})
    return Dealing(poll, slips, witnesses)


def rehearse(
    poll: Poll, shares: Mapping[int, bytes], teams: Iterable[tuple[int, ...]] = TEAMS_OF_THE_REHEARSAL
) -> None:
    """Open a test envelope with each team's shares, as is done before the vote. Raises `SharesRefused`."""
    manifest = poll.manifest
    subject, token = manifest.subjects[0].subject, secrets.token_bytes(32)
    head = ballot_head(poll, subject)
    answers = secrets.token_bytes(sealed_length(poll, subject) - OVERHEAD - len(head))
    test = seal_bytes(poll, subject, token, head + answers)
    for team in teams:
        key = box_shares.restore({n: shares[n] for n in team}, manifest.share_hashes, manifest.town, manifest.poll)
        named = "、".join(map(str, team))
        if box_shares.point(key.public_key()) != manifest.box_key:
            raise SharesRefused(f"第 {named} 份密钥合成的不是票箱的密钥，请重新分发")
        try:
            opened = unseal(poll, subject, token, test, key)
        except EnvelopeUnreadable:
            raise SharesRefused(f"第 {named} 份密钥打不开试验信封，请重新分发") from None
        if b"".join(piece.to_bytes() for piece in opened) != answers:
            raise SharesRefused(f"第 {named} 份密钥从试验信封取出的不是放进去的内容，请重新分发")


def set_up(facts: PollFacts) -> Dealt:
    """A whole poll with all its keys in one place: for tests and rehearsals."""
    return deal_with(facts, {issuer: issuer_secrets(issuer, facts) for issuer in ISSUERS})


def deal_with(facts: PollFacts, issuers: dict[Literal["a", "b"], IssuerSecrets]) -> Dealt:
    """The same with issuers' keys that were made before."""
    log, receipts = NoteSigner.generate(f"{facts.town}-log"), Ed25519PrivateKey.generate()
    box = BoxKeys(receipt_key=public_bytes(receipts).hex(), log_key=str(log.key))
    dealing = deal(DealingRequest.of(facts, {issuer: public_keys(keys) for issuer, keys in issuers.items()}, box))
    shares = {n: slip.share for n, slip in dealing.slips.items()}
    scrutineers = {n: slip.signer for n, slip in dealing.slips.items()}
    return Dealt(dealing.poll, issuers, shares, log, receipts, scrutineers, dealing.witnesses, dealing.slips)


def issuer_secrets(issuer: Literal["a", "b"], facts: PollFacts) -> IssuerSecrets:
    """New keys of an issuer: one a slice, one a subject's token, one for its statements."""
    slots = [slot for s in facts.recused for slot in slots_of(s, facts.questions, facts.slice_by)]
    return IssuerSecrets(
        NoteSigner.generate(f"issuer-{issuer}"),
        {slot.name: _stamp_key() for slot in slots},
        {subject: _stamp_key() for subject in facts.recused},
    )


def public_keys(issuer: IssuerSecrets) -> IssuerKeys:
    """What the manifest says of an issuer's keys."""
    return IssuerKeys(
        statements=str(issuer.statements.key),
        slices={slot: _der(signer.public) for slot, signer in issuer.slices.items()},
        tokens={subject: _der(signer.public) for subject, signer in issuer.tokens.items()},
    )


def _signer_of(name: str, seed: bytes) -> NoteSigner:
    return NoteSigner(name, Ed25519PrivateKey.from_private_bytes(seed))


def _stamp_key() -> BlindSigner:
    return BlindSigner(generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def _der(key: RSAPublicKey) -> str:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()
