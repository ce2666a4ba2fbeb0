"""A small poll of two subjects and five deputies, for the tests of the box."""

from __future__ import annotations

from collections.abc import Sequence

from ballotbox.ballots import Ballot, Entitlement, Envelope
from ballotbox.interface import BallotBox
from ballotbox.polls import BoxSubject, PollSetup
from domain.policy.document import AppraisalPolicy, BallotMode

TOWN = "城关镇"
DEPUTIES = ("d1", "d2", "d3", "d4", "d5")
DIMENSIONS = ("thought", "ability", "style", "achievement", "integrity")


def setup(
    mode: BallotMode = BallotMode.PHONES,
    *,
    poll_id: str = "2025-p1",
    town: str = TOWN,
    ballots: int = 5,
    policy: AppraisalPolicy | None = None,
) -> PollSetup:
    """A poll on `czs` and on `lys`, where d5 is recused."""
    return PollSetup(
        town=town,
        poll_id=poll_id,
        mode=mode,
        policy=policy or AppraisalPolicy(),
        subjects=(BoxSubject(subject="czs", ballots=ballots), BoxSubject(subject="lys", ballots=4, recused=("d5",))),
        deputies=DEPUTIES,
    )


def marks(overall: str, **others: str) -> Ballot:
    """A ballot with the same mark in every row but the named ones."""
    return Ballot.of(overall=overall, **{key: others.get(key, overall) for key in DIMENSIONS})


async def collected(box: BallotBox, poll: PollSetup, subject: str, deputies: Sequence[str]) -> list[str]:
    """An open poll whose deputies have taken their tokens for one subject; casting has begun."""
    await box.open(poll)
    tokens = await box.issue_many(poll.key, [Entitlement(subject, deputy) for deputy in deputies])
    await box.begin_casting(poll.key)
    return tokens


async def voted(box: BallotBox, poll: PollSetup, subject: str, ballots: Sequence[Ballot]) -> list[str]:
    """A poll in which the first deputies have cast `ballots` on one subject; their tokens."""
    tokens = await collected(box, poll, subject, DEPUTIES[: len(ballots)])
    await box.cast_many(poll.key, [Envelope(subject, *pair) for pair in zip(tokens, ballots, strict=True)])
    return tokens
