"""Setting a poll up 设置仪式: keys, shares, manifest, and the rehearsed opening.

Dealing happens offline, in memory, on a machine that runs neither issuer nor box nor web.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import BaseModel, ConfigDict

from ballotbox.ballots import OVERALL
from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.encoding import canonical, sha256
from ballotbox.secret.issuer import IssuerSecrets
from ballotbox.secret.manifest import ISSUERS, RSA_BITS, IssuerKeys, Labels, Manifest, Poll, Services, Subject, slots_of
from ballotbox.secret.shares import (
    SCRUTINEERS,
    SharesRefused,
    box_key,
    combine,
    deal,
    new_seed,
    point,
    share_hash,
)
from ballotbox.secret.signing import public_bytes
from domain.policy.document import AppraisalPolicy
from domain.rules.counting import ABSTAIN
from transparency.signed_note import NoteSigner

BLANK = "blank"
"""The code of a row with no mark; what it counts as is the policy's affair (`appraisal.blank_row`)."""


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


class Dealt(NamedTuple):
    """The secrets of a poll, each to go to its holder; nobody keeps them together after the ceremony."""

    poll: Poll
    issuers: dict[Literal["a", "b"], IssuerSecrets]
    shares: dict[int, bytes]
    log: NoteSigner
    receipts: Ed25519PrivateKey
    scrutineers: dict[int, NoteSigner]
    witnesses: dict[int, NoteSigner]


def questions_and_codes(policy: AppraisalPolicy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A policy's questions, the overall item first, and what may be answered to each."""
    return (OVERALL, *policy.dimension_keys), (*policy.grade_keys, ABSTAIN, BLANK)


def roster_bytes(roster: tuple[str, ...]) -> bytes:
    """`roster.json`, whose hash the manifest holds."""
    return canonical(sorted(set(roster)))


def set_up(facts: PollFacts) -> Dealt:
    """Make all keys of a poll and its manifest. The seed is forgotten; only the shares can restore the box's key."""
    secrets = {issuer: _issuer_secrets(issuer, facts) for issuer in ISSUERS}
    return deal_with(facts, secrets)


def deal_with(facts: PollFacts, secrets: dict[Literal["a", "b"], IssuerSecrets]) -> Dealt:
    """The same with issuers' keys that each issuer has made on a machine of its own."""
    seed = new_seed()
    shares = deal(seed)
    public_box = point(box_key(seed, facts.town, facts.poll).public_key())
    rehearse(shares, facts.town, facts.poll, public_box)
    log, receipts = NoteSigner.generate(f"{facts.town}-log"), Ed25519PrivateKey.generate()
    scrutineers = {n: NoteSigner.generate(f"scrutineer-{n}") for n in range(1, SCRUTINEERS + 1)}
    witnesses = {n: NoteSigner.generate(f"witness-{n}") for n in range(1, SCRUTINEERS + 1)}
    manifest = Manifest(
        town=facts.town,
        poll=facts.poll,
        event=facts.event,
        phases=facts.phases,
        mode=facts.mode,
        recovery=facts.recovery,
        one_operator=facts.one_operator,
        services=facts.services,
        labels=facts.labels,
        slice_by=facts.slice_by,
        subjects=_subjects(facts),
        questions=facts.questions,
        codes=facts.codes,
        minimum_group=facts.minimum_group,
        minimum_path=facts.minimum_path,
        roster_hash=sha256(roster_bytes(facts.roster)).hex(),
        policy_hash=sha256(facts.policy).hex(),
        page_hash=sha256(facts.page).hex(),
        issuers={issuer: _public(secret) for issuer, secret in secrets.items()},
        box_key=public_box,
        receipt_key=public_bytes(receipts).hex(),
        log_key=str(log.key),
        share_hashes=tuple(share_hash(number, share) for number, share in sorted(shares.items())),
        scrutineer_keys=tuple(str(signer.key) for signer in scrutineers.values()),
        witness_keys=tuple(str(signer.key) for signer in witnesses.values()),
        witness_quorum=facts.witness_quorum,
    )
    return Dealt(Poll(manifest.to_bytes()), secrets, shares, log, receipts, scrutineers, witnesses)


def rehearse(shares: Mapping[int, bytes], town: str, poll: str, public_box: str) -> None:
    """Restore the key with shares {1,2,3} and {3,4,5}, as is done before the vote. Raises `SharesRefused`."""
    for team in ((1, 2, 3), (3, 4, 5)):
        restored = box_key(combine({number: shares[number] for number in team}), town, poll)
        if point(restored.public_key()) != public_box:
            raise SharesRefused(f"第 {'、'.join(map(str, team))} 份密钥合成的不是票箱的密钥，请重新分发")


def _subjects(facts: PollFacts) -> tuple[Subject, ...]:
    if strange := {d for recused in facts.recused.values() for d in recused} - set(facts.roster):
        raise ValueError(f"recused, but not on the roster: {', '.join(sorted(strange))}")
    return tuple(Subject(subject=s, recused=tuple(sorted(set(recused)))) for s, recused in facts.recused.items())


def _issuer_secrets(issuer: str, facts: PollFacts) -> IssuerSecrets:
    slots = [slot for s in facts.recused for slot in slots_of(s, facts.questions, facts.slice_by)]
    return IssuerSecrets(
        NoteSigner.generate(f"issuer-{issuer}"),
        {slot.name: _signer() for slot in slots},
        {subject: _signer() for subject in facts.recused},
    )


def _signer() -> BlindSigner:
    return BlindSigner(generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def _public(secrets: IssuerSecrets) -> IssuerKeys:
    return IssuerKeys(
        statements=str(secrets.statements.key),
        slices={slot: _der(signer.public) for slot, signer in secrets.slices.items()},
        tokens={subject: _der(signer.public) for subject, signer in secrets.tokens.items()},
    )


def _der(key: RSAPublicKey) -> str:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()
