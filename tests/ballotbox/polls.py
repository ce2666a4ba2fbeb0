"""A small poll of two subjects and five deputies, for the tests of the box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ballotbox.ballots import Ballot
from ballotbox.interface import BallotBox, Entry, ScriptedPhones
from ballotbox.polls import BoxSubject, PollSetup
from domain.policy.document import AppraisalPolicy, BallotMode, BallotPolicy, BallotSlice

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
    minimum_path: int = 1,
) -> PollSetup:
    """A poll on `czs` and on `lys`, where d5 is recused; a slice a subject, so that few keys are made."""
    return PollSetup(
        town=town,
        poll_id=poll_id,
        mode=mode,
        policy=policy or AppraisalPolicy(),
        subjects=(BoxSubject(subject="czs", ballots=ballots), BoxSubject(subject="lys", ballots=4, recused=("d5",))),
        deputies=DEPUTIES,
        ballot=BallotPolicy(slice=BallotSlice.SUBJECT, minimum_path=minimum_path),
    )


def marks(overall: str, **others: str) -> Ballot:
    """A ballot with the same mark in every row but the named ones."""
    return Ballot.of(overall=overall, **{key: others.get(key, overall) for key in DIMENSIONS})


class Parties(Protocol):
    """Who takes part in a poll beside its organiser."""

    @property
    def phones(self) -> ScriptedPhones:
        """The deputies' phones."""
        ...

    async def open(self, box: BallotBox, setup: PollSetup, *, teams: int = 2) -> None:
        """End the casting; witnesses sign, and as many teams open the box and hand their results in."""
        ...


PartiesT = TypeVar("PartiesT", bound=Parties, covariant=True)


@dataclass(frozen=True)
class Hall(Generic[PartiesT]):
    """A box, with the parties and phones of its polls."""

    box: BallotBox
    parties: PartiesT

    async def collected(self, poll: PollSetup, deputies: Sequence[str] = DEPUTIES) -> None:
        """An open poll in which these deputies hold both stamps; casting has begun."""
        await self.box.open(poll)
        await self.parties.phones.collect(poll.key, deputies)
        await self.box.begin_casting(poll.key)

    async def voted(self, poll: PollSetup, ballots: Sequence[Ballot], *, subject: str = "czs", other: str = "") -> None:
        """A poll in which the first deputies have cast `ballots` on one subject, and `other` on the rest."""
        await self.collected(poll, DEPUTIES[: len(ballots)])
        rest = [s for s in poll.subjects if s.subject != subject] if other else []
        given = {
            deputy: {subject: ballot, **{s.subject: marks(other) for s in rest if deputy not in s.recused}}
            for deputy, ballot in zip(DEPUTIES, ballots, strict=False)
        }
        await self.parties.phones.cast(poll.key, given)

    async def on_paper(self, poll: PollSetup, sheets: Sequence[Ballot], *, subject: str = "czs") -> None:
        """Sheets entered alike by two."""
        entries: Sequence[tuple[Entry, str]] = ((1, "甲"), (2, "乙"))
        for entry, person in entries:
            for number, ballot in enumerate(sheets, 1):
                await self.box.enter_paper(poll.key, subject, entry, number, ballot, person=person)
