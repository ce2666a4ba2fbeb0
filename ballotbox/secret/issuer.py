"""An issuer: checks who asks, stamps blindly, once, and destroys its keys before casting begins.

What is here is the core that a service wraps. It keeps its commitments in memory; the service must make each commitment
durable before the first signature of its answer leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ballotbox.refusals import collecting_over, not_entitled
from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.manifest import Poll
from ballotbox.secret.requests import StampValues, entitled_slots, entitled_subjects, request_hash
from ballotbox.secret.statements import Collectors, Destroyed, sign_statement
from domain.acts import Refusal
from transparency.signed_note import NoteSigner


class IssuerSecrets:
    """An issuer's private keys: one a slice, one a subject's token, one for its statements. In no backup."""

    def __init__(
        self, statements: NoteSigner, slices: Mapping[str, BlindSigner], tokens: Mapping[str, BlindSigner]
    ) -> None:
        self.statements = statements
        self.slices = slices
        self.tokens = tokens

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
        self._collecting = True

    def stamp(self, deputy: str, request: StampValues) -> StampValues:
        """Stamp a deputy's request; the same request again gives the same answer.

        Refused: collecting over, no deputy of the poll, not exactly the values of their entitlement, another request
        than the first (that takes a human), a value that is no element of the key.
        """
        if not self._collecting:
            raise collecting_over()
        if deputy not in self._roster or not entitled_subjects(self._poll, deputy):
            raise not_entitled(deputy)
        if not self._well_formed(deputy, request):
            raise Refusal("wrong_request", f"代表 {deputy} 的领票请求与应领的票不符，请重新扫码打开页面后再试。")
        asked = request_hash(self._poll, deputy, request)
        if self._committed.setdefault(deputy, asked) != asked:
            raise Refusal(
                "other_request", f"代表 {deputy} 已用另一部手机或另一页面领过票，不能再领；请到签领处由工作人员核实。"
            )
        return StampValues(
            {slot: self._secrets.slices[slot].sign(value) for slot, value in request.slices.items()},
            {subject: self._secrets.tokens[subject].sign(value) for subject, value in request.tokens.items()},
        )

    def end_collecting(self) -> tuple[str, str]:
        """The signed list of collectors, and the signed statement that the keys are destroyed; they now are.

        The hashes of the requests die with the keys: the list carries names only.
        """
        if not self._collecting:
            raise collecting_over()
        self._collecting = False
        deputies = tuple(sorted(self._committed))
        self._committed.clear()
        issued = {s: sum(d not in recused for d in deputies) for s, recused in self._poll.recused.items()}
        self._secrets.destroy()
        signer = self._secrets.statements
        collectors = Collectors(issuer=self.name, deputies=deputies, issued=issued)
        return (
            sign_statement(self._poll, collectors, signer),
            sign_statement(self._poll, Destroyed(issuer=self.name), signer),
        )

    def _well_formed(self, deputy: str, request: StampValues) -> bool:
        # Before the commitment: a request that cannot be answered must not use up the deputy's one request.
        return (
            set(request.slices) == set(entitled_slots(self._poll, deputy))
            and set(request.tokens) == set(entitled_subjects(self._poll, deputy))
            and all(self._secrets.slices[slot].accepts(value) for slot, value in request.slices.items())
            and all(self._secrets.tokens[subject].accepts(value) for subject, value in request.tokens.items())
        )
