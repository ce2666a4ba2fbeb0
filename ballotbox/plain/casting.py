"""Casting: a token is used once, its ballot stored under a random number; the receipt is the deputy's alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ballotbox import refusals
from ballotbox.ballots import Envelope
from ballotbox.plain.issuing import token_hash
from ballotbox.polls import Phase, PollSetup
from ballotbox.refusals import Conflict

_LABEL = b"jiandu-plain-receipt-1"
_RECEIPT_CHARACTERS = 32
"""128 bits in hexadecimal."""

_CAST = text(
    "WITH asked AS MATERIALIZED ("
    "  SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:hashes AS bytea[]), CAST(:receipts AS text[]),"
    "    CAST(:ids AS uuid[]), CAST(:contents AS text[])) AS a (subject, token_hash, receipt, ballot_id, content)"
    "), used AS ("
    "  INSERT INTO ballotbox.casting (town, poll_id, subject, token_hash, receipt)"
    "  SELECT :town, :poll, a.subject, a.token_hash, a.receipt FROM asked a"
    "  JOIN ballotbox.token t ON t.town = :town AND t.poll_id = :poll AND t.subject = a.subject"
    "    AND t.token_hash = a.token_hash"
    "  ORDER BY a.token_hash ON CONFLICT DO NOTHING RETURNING subject, token_hash"
    ") INSERT INTO ballotbox.ballot (town, poll_id, subject, ballot_id, content)"
    "  SELECT :town, :poll, a.subject, a.ballot_id, a.content FROM asked a JOIN used USING (subject, token_hash)"
    "  ORDER BY a.ballot_id"
)
_RECEIPTS = text(
    "SELECT c.subject, c.token_hash, c.receipt FROM ballotbox.casting c"
    " JOIN unnest(CAST(:subjects AS text[]), CAST(:hashes AS bytea[])) AS a (subject, token_hash)"
    "   USING (subject, token_hash)"
    " WHERE c.town = :town AND c.poll_id = :poll"
)


class _Sealed(NamedTuple):
    subject: str
    token_hash: bytes
    receipt: str
    ballot_id: UUID
    content: str


def receipt_of(setup: PollSetup, subject: str, token: str, content: str) -> str:
    """The receipt of a ballot: a MAC under the token, so that the box's tables do not tell marks by it."""
    digest = hmac.new(token.encode(), _LABEL, hashlib.sha256)
    for part in (setup.town, setup.poll_id, subject, content):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()[:_RECEIPT_CHARACTERS]


def _seal(setup: PollSetup, envelope: Envelope) -> _Sealed:
    content = envelope.ballot.content(setup.policy, setup.questions)
    receipt = receipt_of(setup, envelope.subject, envelope.token, content)
    return _Sealed(envelope.subject, token_hash(envelope.token), receipt, uuid4(), content)


async def cast(connection: AsyncConnection, setup: PollSetup, phase: Phase, envelopes: Sequence[Envelope]) -> list[str]:
    """Store ballots under the poll's shared lock; their receipts. Refused for all when it is refused for one."""
    if phase is Phase.COLLECTING:
        raise refusals.still_collecting()
    subjects = {subject.subject for subject in setup.subjects}
    sealed: dict[tuple[str, bytes], _Sealed] = {}
    asked: list[_Sealed] = []
    for envelope in envelopes:
        if envelope.subject not in subjects:
            raise refusals.unknown_subject(setup.poll_id, envelope.subject)
        one = _seal(setup, envelope)
        sealed.setdefault((one.subject, one.token_hash), one)
        asked.append(one)
    rows = list(sealed.values())
    key = {"town": setup.town, "poll": setup.poll_id}
    tokens = {"subjects": [row.subject for row in rows], "hashes": [row.token_hash for row in rows]}
    if phase is Phase.CASTING:
        made = {
            "receipts": [row.receipt for row in rows],
            "ids": [row.ballot_id for row in rows],
            "contents": [row.content for row in rows],
        }
        await connection.execute(_CAST, {**key, **tokens, **made})
    # A statement of its own: only then does it see what another connection cast under the same token meanwhile.
    stored = {
        (subject, bytes(hashed)): receipt
        for subject, hashed, receipt in (await connection.execute(_RECEIPTS, {**key, **tokens}))
    }
    return [_answer(setup, phase, one, stored.get((one.subject, one.token_hash))) for one in asked]


def _answer(setup: PollSetup, phase: Phase, asked: _Sealed, stored: str | None) -> str:
    if stored is None:
        raise refusals.closed(setup.poll_id) if phase is Phase.CLOSED else refusals.bad_token(asked.subject)
    if stored != asked.receipt:
        raise Conflict(asked.subject, stored)
    return stored
