"""The control: on naive schemas the linker finds every deputy's ballot. One that found none would prove nothing."""

from __future__ import annotations

import hashlib
import json
import random
import secrets

import psycopg
import pytest

from tests.ballotbox.linking.evidence import rows_of
from tests.ballotbox.linking.linker import by_group, by_rank, grouped, right, shared_values, suspects

DEPUTIES = [f"d{number:02}" for number in range(1, 61)]
SUBJECTS = ("czs", "lys", "zhs")
_SCHEMA = """
    CREATE TABLE issued (deputy text PRIMARY KEY, token_hash bytea);
    CREATE TABLE ballot (id text PRIMARY KEY, subject text, token bytea, grades jsonb);
"""


class Naive:
    """A poll as one would write it first: who came in one table, ballots under random ids in another, no times."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.truth: dict[str, dict[str, str]] = {deputy: {} for deputy in DEPUTIES}
        self._arrivals = random.sample(DEPUTIES, len(DEPUTIES))
        with psycopg.connect(url) as connection:
            connection.execute(_SCHEMA)

    def at_once(self) -> None:
        """Each deputy is ticked off and votes in one transaction."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for deputy in self._arrivals:
                with connection.transaction():
                    connection.execute("INSERT INTO issued VALUES (%s)", [deputy])
                    self._vote(connection, deputy, None)

    def one_after_another(self) -> None:
        """Each is ticked off, and votes at once in another transaction under a token that only the phone knows."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for deputy in self._arrivals:
                connection.execute("INSERT INTO issued VALUES (%s)", [deputy])
                self._vote(connection, deputy, None)

    def by_token(self) -> None:
        """All are ticked off, later all vote in another order, under tokens of which a hash was noted."""
        tokens = {deputy: secrets.token_bytes(32) for deputy in DEPUTIES}
        with psycopg.connect(self.url, autocommit=True) as connection:
            for deputy in self._arrivals:
                digest = hashlib.sha256(tokens[deputy]).digest()
                connection.execute("INSERT INTO issued VALUES (%s, %s)", [deputy, digest])
            for deputy in random.sample(DEPUTIES, len(DEPUTIES)):
                self._vote(connection, deputy, hashlib.sha256(tokens[deputy]).digest())

    def _vote(self, connection: psycopg.Connection, deputy: str, token: bytes | None) -> None:
        for subject in SUBJECTS:
            ballot = secrets.token_hex(16)
            self.truth[deputy][subject] = ballot
            grades = json.dumps({"overall": random.choice(["excellent", "competent", "incompetent"])})
            connection.execute("INSERT INTO ballot VALUES (%s, %s, %s, %s)", [ballot, subject, token, grades])


@pytest.mark.parametrize("manner", ["at_once", "one_after_another", "by_token"])
def test_on_a_naive_schema_every_ballot_is_linked(postgres_url: str, manner: str) -> None:
    naive = Naive(postgres_url)
    getattr(naive, manner)()
    records = list(rows_of("naive", naive.url))
    deputies = suspects({deputy: [deputy.encode()] for deputy in DEPUTIES}, records)
    best = 0
    ballots = {
        subject: suspects({own[subject]: [own[subject].encode()] for own in naive.truth.values()}, records)
        for subject in SUBJECTS
    }
    for subject in SUBJECTS:
        truth = {deputy: own[subject] for deputy, own in naive.truth.items()}
        guesses = {"shared": shared_values(deputies, ballots[subject]), **by_rank(deputies, ballots[subject])}
        best = max(best, *(right(guess, truth) for guess in guesses.values()))
    assert best == len(DEPUTIES)
    own_ballots = {deputy: frozenset(own.values()) for deputy, own in naive.truth.items()}
    assert max(grouped(groups, own_ballots) for groups in by_group(ballots).values()) == len(DEPUTIES)
