"""Filling the box of a poll: each ballot issued and cast, or entered from paper by two persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ballotbox.ballots import OVERALL, Entitlement, Envelope, Sheet
from ballotbox.interface import BallotBox, Entry
from ballotbox.polls import PollKey
from domain.policy.document import AppraisalPolicy, BallotMode
from rehearsal.acts import Seat
from rehearsal.ballots import ballots_of, counted_rows
from rehearsal.books import SECOND, STAFF

_ENTRIES: Sequence[tuple[Entry, str]] = ((1, STAFF.id), (2, SECOND.id))


@dataclass(frozen=True)
class Voters:
    """Who may vote on a subject: the deputies without those who are recused."""

    deputies: tuple[str, ...]
    recused: int

    @property
    def entitled(self) -> int:
        """应到"""
        return len(self.deputies)

    def issued(self, seat: Seat) -> int:
        """Ballots issued 发出 on the subject."""
        return min(seat.figures.ballots_issued, self.entitled)


def mode_of(seats: Sequence[Seat], voters: Mapping[str, Voters], *, counted: bool) -> BallotMode:
    """Phones, but for what only paper can be: rows counted by hand, invalid rows, more ballots than were issued."""
    on_paper = counted or any(
        seat.figures.invalid or seat.figures.returned > voters[seat.subject].issued(seat) for seat in seats
    )
    return BallotMode.PAPER if on_paper else BallotMode.PHONES


async def fill(
    box: BallotBox, poll: PollKey, seats: Sequence[Seat], voters: Mapping[str, Voters], policy: AppraisalPolicy
) -> None:
    """Issue and cast every ballot of a poll by phone, one a deputy."""
    questions = (OVERALL, *policy.dimension_keys)
    asked = [
        Entitlement(seat.subject, deputy)
        for seat in seats
        for deputy in islice(voters[seat.subject].deputies, voters[seat.subject].issued(seat))
    ]
    tokens = await box.issue_many(poll, asked)
    await box.begin_casting(poll)
    given: dict[str, list[str]] = {seat.subject: [] for seat in seats}
    for entitlement, token in zip(asked, tokens, strict=True):
        given[entitlement.subject].append(token)
    envelopes = [
        Envelope(seat.subject, token, ballot)
        for seat in seats
        # Fewer may come back than were issued.
        for token, ballot in zip(given[seat.subject], ballots_of(seat.figures, policy, questions), strict=False)
    ]
    await box.cast_many(poll, envelopes)


async def enter_sheets(box: BallotBox, poll: PollKey, seats: Sequence[Seat], policy: AppraisalPolicy) -> None:
    """Enter every paper ballot twice."""
    questions = (OVERALL, *policy.dimension_keys)
    sheets = [
        Sheet(seat.subject, number, ballot)
        for seat in seats
        for number, ballot in enumerate(ballots_of(seat.figures, policy, questions), start=1)
    ]
    for entry, person in _ENTRIES:
        await box.enter_papers(poll, entry, sheets, person=person)


async def enter_rows(box: BallotBox, poll: PollKey, seats: Sequence[Seat], policy: AppraisalPolicy) -> None:
    """Enter the counts of every subject twice."""
    rows = {seat.subject: counted_rows(seat.figures, policy) for seat in seats}
    for entry, person in _ENTRIES:
        await box.enter_counted_rows(poll, entry, rows, person=person)
