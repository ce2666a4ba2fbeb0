"""Filling the box of a poll: each ballot stamped, cast and opened, or entered from paper by two persons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ballotbox.ballots import OVERALL, Ballot, Sheet
from ballotbox.facts import least_group
from ballotbox.in_memory import InMemoryParties
from ballotbox.interface import BallotBox, Entry
from ballotbox.polls import PollKey
from domain.policy.document import AppraisalPolicy
from rehearsal.acts import Seat
from rehearsal.ballots import ballots_of, counted_rows
from rehearsal.books import SECOND, STAFF

_ENTRIES: Sequence[tuple[Entry, str]] = ((1, STAFF.id), (2, SECOND.id))
_TRIED = 12
"""Of so many deputies who are recused somewhere, every choice is tried."""


@dataclass(frozen=True)
class Voters:
    """Who may vote on a subject: the deputies without those who are recused."""

    deputies: tuple[str, ...]
    recused: frozenset[str]

    @property
    def entitled(self) -> int:
        """应到"""
        return len(self.deputies)

    def issued(self, seat: Seat) -> int:
        """Ballots issued 发出 on the subject."""
        return min(seat.figures.ballots_issued, self.entitled)


def collectors_of(
    seats: Sequence[Seat], voters: Mapping[str, Voters], policy: AppraisalPolicy
) -> tuple[str, ...] | None:
    """The deputies who take ballots on their phones, so that each subject's 发出 is the scenario's.

    None for what only paper can be: invalid rows, more ballots than were issued, fewer than are ever opened, and
    numbers of ballots issued that no one set of deputies explains. Those recused nowhere are taken first.
    """
    least = least_group(policy)
    if any(
        seat.figures.invalid or not least <= seat.figures.returned <= voters[seat.subject].issued(seat)
        for seat in seats
    ):
        return None
    everybody = list(dict.fromkeys(deputy for own in voters.values() for deputy in own.deputies))
    elsewhere = [deputy for deputy in everybody if any(deputy in own.recused for own in voters.values())]
    free = [deputy for deputy in everybody if deputy not in elsewhere]
    for chosen in _choices(elsewhere[:_TRIED]):
        wanted = {
            own.issued(seat) - sum(deputy not in own.recused for deputy in chosen)
            for seat, own in ((seat, voters[seat.subject]) for seat in seats)
        }
        if len(wanted) == 1 and 0 <= (number := wanted.pop()) <= len(free):
            return (*free[:number], *chosen)
    return None


def _choices(deputies: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return (chosen for number in range(len(deputies) + 1) for chosen in combinations(deputies, number))


async def cast(
    box: BallotBox,
    parties: InMemoryParties,
    poll: PollKey,
    seats: Sequence[Seat],
    voters: Mapping[str, Voters],
    collectors: Sequence[str],
    policy: AppraisalPolicy,
) -> None:
    """Collect, cast and open every ballot of a poll on phones, one a deputy."""
    setup = await box.setup_of(poll)
    assert setup is not None  # its case has opened it
    await parties.phones.collect(poll, collectors)
    await box.begin_casting(poll)
    given: dict[str, dict[str, Ballot]] = {}
    for seat in seats:
        entitled = [deputy for deputy in collectors if deputy not in voters[seat.subject].recused]
        # Fewer may come back than were issued.
        for deputy, ballot in zip(entitled, ballots_of(seat.figures, policy, setup.questions), strict=False):
            given.setdefault(deputy, {})[seat.subject] = ballot
    await parties.phones.cast(poll, given)
    await parties.open(box, setup)


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
