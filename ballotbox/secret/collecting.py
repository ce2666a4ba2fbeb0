"""What an issuer decides while deputies collect 签领, apart from where it keeps what it has decided.

The issuer in memory and the issuer's service ask the same functions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from ballotbox.refusals import not_entitled, wrong_mode
from ballotbox.secret.blind_rsa import BlindSigner
from ballotbox.secret.manifest import Poll
from ballotbox.secret.requests import StampValues, entitled_slots, entitled_subjects
from ballotbox.secret.statements import Collectors, Destroyed, sign_statement
from domain.acts import Refusal
from transparency.signed_note import NoteSigner


class Statements(NamedTuple):
    """What an issuer signs when collecting ends: the list of collectors, and that its keys are destroyed."""

    collectors: str
    destroyed: str


def check_entitled(poll: Poll, deputies: Collection[str], deputy: str) -> None:
    """Refused: no deputy of the poll, or recused on all its subjects."""
    if deputy not in deputies or not entitled_subjects(poll, deputy):
        raise not_entitled(deputy)


def check_request(
    poll: Poll, slices: Mapping[str, BlindSigner], tokens: Mapping[str, BlindSigner], deputy: str, request: StampValues
) -> None:
    """Refused: not exactly the values of the deputy's entitlement, or a value that is no element of its key.

    Asked before the commitment: a request that cannot be answered must not use up the deputy's one request.
    """
    if (
        set(request.slices) != set(entitled_slots(poll, deputy))
        or set(request.tokens) != set(entitled_subjects(poll, deputy))
        or not all(slices[slot].accepts(value) for slot, value in request.slices.items())
        or not all(tokens[subject].accepts(value) for subject, value in request.tokens.items())
    ):
        raise Refusal("wrong_request", f"代表 {deputy} 的领票请求与应领的票不符，请重新扫码打开页面后再试。")


def check_commitment(deputy: str, committed: bytes | None, asked: bytes, *, on_paper: bool) -> None:
    """Refused: the deputy took paper, or has sent another request before; that takes a human."""
    if on_paper:
        raise Refusal(
            "took_paper", f"代表 {deputy} 已经领了纸质票，不能再用手机领票；请用纸质票投票，有疑问请到签领处核实。"
        )
    if committed is not None and committed != asked:
        raise Refusal(
            "other_request", f"代表 {deputy} 已用另一部手机或另一页面领过票，不能再领；请到签领处由工作人员核实。"
        )


def check_paper(issuer: Literal["a", "b"], poll: Poll, stamped: Collection[str], deputies: Iterable[str]) -> None:
    """Refused: a poll without paper forms; at issuer B a deputy whom it has stamped. On A's list only is no harm:
    without the second stamp nothing can be cast, so the deputy may change to paper."""
    if poll.manifest.mode != "mixed":
        raise wrong_mode(poll.manifest.poll, "纸质票")
    if issuer == "b" and (both := sorted(set(deputies) & set(stamped))):
        raise Refusal("both_stamped", f"代表 {'、'.join(both)} 已用手机领齐两方的票，不能再领纸质票，请用手机投票。")


def statements_of(
    issuer: Literal["a", "b"], poll: Poll, stamped: Iterable[str], paper: Iterable[str], signer: NoteSigner
) -> Statements:
    """The signed statements on those who were stamped and those who took paper. The same input, the same notes."""
    on_paper = set(paper)
    deputies = on_paper | set(stamped)
    collectors = Collectors(
        issuer=issuer,
        deputies=tuple(sorted(deputies)),
        issued={subject: len(deputies - recused) for subject, recused in poll.recused.items()},
        paper={subject: len(on_paper - recused) for subject, recused in poll.recused.items()},
    )
    return Statements(sign_statement(poll, collectors, signer), sign_statement(poll, Destroyed(issuer=issuer), signer))
