"""Issuing 签领: which deputy got a ballot is written down, which token it was is not."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ballotbox import refusals
from ballotbox.ballots import Entitlement
from ballotbox.polls import BoxSubject, Phase, PollKey, PollSetup

TOKEN_BYTES = 32

_ISSUE = text(
    "INSERT INTO ballotbox.issue (town, poll_id, subject, deputy) "
    "SELECT :town, :poll, subject, deputy "
    "FROM unnest(CAST(:subjects AS text[]), CAST(:deputies AS text[])) AS asked (subject, deputy) "
    "ORDER BY subject, deputy ON CONFLICT DO NOTHING RETURNING subject, deputy"
)
_ISSUED = text(
    "SELECT subject, count(*) AS ballots FROM ballotbox.issue WHERE town = :town AND poll_id = :poll GROUP BY subject"
)
_TOKENS = text(
    "INSERT INTO ballotbox.token (town, poll_id, subject, token_hash) "
    "SELECT :town, :poll, subject, token_hash "
    "FROM unnest(CAST(:subjects AS text[]), CAST(:hashes AS bytea[])) AS given (subject, token_hash) "
    # Sorted by hash: the order of the deputies must not show in the order of the rows.
    "ORDER BY token_hash"
)
_FORMS = text(
    "INSERT INTO ballotbox.paper_forms (town, poll_id, subject, forms) "
    "SELECT :town, :poll, subject, count(*) FROM unnest(CAST(:subjects AS text[])) AS given (subject) GROUP BY subject "
    "ON CONFLICT (town, poll_id, subject) DO UPDATE SET forms = paper_forms.forms + excluded.forms"
)
_REWRITE_TOKENS = text(
    "WITH given AS (DELETE FROM ballotbox.token WHERE town = :town AND poll_id = :poll RETURNING subject, token_hash) "
    "INSERT INTO ballotbox.token (town, poll_id, subject, token_hash) "
    "SELECT :town, :poll, subject, token_hash FROM given ORDER BY token_hash"
)
_CAST_NOW = text("UPDATE ballotbox.poll SET phase = 'casting' WHERE town = :town AND poll_id = :poll")


def token_hash(token: str) -> bytes:
    """What the box keeps of a token. A plain hash will do: a token is 256 random bits, which nobody guesses."""
    return hashlib.sha256(token.encode()).digest()


def _check(setup: PollSetup, entitlements: Sequence[Entitlement]) -> dict[str, BoxSubject]:
    subjects = {subject.subject: subject for subject in setup.subjects}
    deputies = frozenset(setup.deputies)
    asked: set[Entitlement] = set()
    for entitlement in entitlements:
        subject = subjects.get(entitlement.subject)
        if subject is None:
            raise refusals.unknown_subject(setup.poll_id, entitlement.subject)
        if entitlement.deputy not in deputies:
            raise refusals.not_entitled(entitlement.deputy)
        if entitlement.deputy in subject.recused:
            raise refusals.recused(entitlement.deputy, entitlement.subject)
        if entitlement in asked:
            raise refusals.already_issued(entitlement.deputy, entitlement.subject)
        asked.add(entitlement)
    return subjects


async def record_issue(
    connection: AsyncConnection, setup: PollSetup, phase: Phase, entitlements: Sequence[Entitlement]
) -> None:
    """Write down who gets a ballot, under the poll's exclusive lock. Refused for all when it is refused for one."""
    if phase is not Phase.COLLECTING:
        raise refusals.collecting_over()
    subjects = _check(setup, entitlements)
    key = {"town": setup.town, "poll": setup.poll_id}
    asked = {"subjects": [e.subject for e in entitlements], "deputies": [e.deputy for e in entitlements]}
    given = {Entitlement(*row) for row in (await connection.execute(_ISSUE, {**key, **asked}))}
    for entitlement in entitlements:
        if entitlement not in given:
            raise refusals.already_issued(entitlement.deputy, entitlement.subject)
    for subject, ballots in await connection.execute(_ISSUED, key):
        if ballots > subjects[subject].ballots:
            raise refusals.none_left(subject, subjects[subject].ballots)


async def give_tokens(connection: AsyncConnection, poll: PollKey, subjects: Sequence[str]) -> list[str]:
    """New tokens, one for each of `subjects`, in that order; only their hashes are stored."""
    tokens = [secrets.token_urlsafe(TOKEN_BYTES) for _ in subjects]
    await connection.execute(
        _TOKENS,
        {
            "town": poll.town,
            "poll": poll.poll_id,
            "subjects": list(subjects),
            "hashes": [token_hash(token) for token in tokens],
        },
    )
    return tokens


async def count_forms(connection: AsyncConnection, poll: PollKey, subjects: Sequence[str]) -> None:
    """Count the paper forms given; whoever took them stands in the same list as those who took tokens."""
    await connection.execute(_FORMS, {"town": poll.town, "poll": poll.poll_id, "subjects": list(subjects)})


async def end_collecting(connection: AsyncConnection, poll: PollKey) -> None:
    """Casting begins. All tokens become rows of this one transaction, sorted: when each was given shows no more."""
    key = {"town": poll.town, "poll": poll.poll_id}
    await connection.execute(_REWRITE_TOKENS, key)
    await connection.execute(_CAST_NOW, key)
