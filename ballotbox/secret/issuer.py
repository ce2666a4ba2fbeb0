"""An issuer: checks who asks, stamps blindly, once, and destroys its keys before casting begins.

What is here keeps its commitments in memory; `ballotbox/services/issuer` makes each durable before the first signature
of its answer leaves. Both decide by `collecting`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ballotbox.refusals import collecting_over
from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.collecting import (
    Statements,
    check_commitment,
    check_entitled,
    check_paper,
    check_request,
    statements_of,
)
from ballotbox.secret.manifest import Poll
from ballotbox.secret.requests import StampValues, request_hash
from transparency.signed_note import NoteSigner


class IssuerSecrets:
    """An issuer's private keys: one a slice, one a subject's token, one for its statements. In no backup."""

    def __init__(
        self, statements: NoteSigner, slices: Mapping[str, BlindSigner], tokens: Mapping[str, BlindSigner]
    ) -> None:
        self.statements = statements
        self.slices = slices
        self.tokens = tokens

    def stamp(self, request: StampValues) -> StampValues:
        """Sign all values of a request that was checked and committed to."""
        return StampValues(
            {slot: self.slices[slot].sign(value) for slot, value in request.slices.items()},
            {subject: self.tokens[subject].sign(value) for subject, value in request.tokens.items()},
        )

    def destroy(self) -> None:
        """Nothing can be stamped afterwards."""
        for signer in (*self.slices.values(), *self.tokens.values()):
            signer.destroy()
        self.slices = self.tokens = {}


class Issuer:
    """One of the two issuers in one poll. Who the deputy is was established before, by the issuer's own credentials."""

    def __init__(self, name: Literal["a", "b"], poll: Poll, roster: tuple[str, ...], secrets: IssuerSecrets) -> None:
        self.name = name
        self._poll = poll
        self._roster = frozenset(roster)
        self._secrets = secrets
        self._committed: dict[str, bytes] = {}
        self._paper: set[str] = set()
        self._collecting = True

    def stamp(self, deputy: str, request: StampValues) -> StampValues:
        """Stamp a deputy's request; the same request again gives the same answer.

        Refused: collecting over, no deputy of the poll, not exactly the values of their entitlement, another request
        than the first (that takes a human), a deputy who took paper, a value that is no element of the key.
        """
        if not self._collecting:
            raise collecting_over()
        check_entitled(self._poll, self._roster, deputy)
        check_request(self._poll, self._secrets.slices, self._secrets.tokens, deputy, request)
        asked = request_hash(self._poll, deputy, request)
        check_commitment(deputy, self._committed.get(deputy), asked, on_paper=deputy in self._paper)
        self._committed[deputy] = asked
        return self._secrets.stamp(request)

    def give_paper(self, deputies: Sequence[str]) -> None:
        """These deputies take paper forms, and get no stamps any more. All or none; again changes nothing."""
        if not self._collecting:
            raise collecting_over()
        for deputy in deputies:
            check_entitled(self._poll, self._roster, deputy)
        check_paper(self.name, self._poll, self._committed, deputies)
        self._paper.update(deputies)

    def collected(self) -> tuple[int, int]:
        """How many were stamped, and how many took paper; who did both counts as paper."""
        return len(set(self._committed) - self._paper), len(self._paper)

    def end_collecting(self) -> Statements:
        """The signed list of collectors, and the signed statement that the keys are destroyed; they now are.

        The hashes of the requests die with the keys: the list carries names only.
        """
        if not self._collecting:
            raise collecting_over()
        self._collecting = False
        statements = statements_of(self.name, self._poll, self._committed, self._paper, self._secrets.statements)
        self._committed.clear()
        self._secrets.destroy()
        return statements
