"""What a scenario amounts to: acts of people in one order, with what may be done at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.acts import Command
from domain.cases.case import CaseKind
from rehearsal.scenario.polls import RevotePoll


@dataclass(frozen=True)
class OpenYear:
    """The staff start the cycle of a year."""

    year: int


@dataclass(frozen=True)
class TakeOffice:
    """Another person is responsible for a subject from now on."""

    subject: str
    responsible: str
    from_: date


@dataclass(frozen=True)
class CaseAct:
    """An act in one case. `if_there`: nothing is done where the case never came to be, as after a pass."""

    kind: CaseKind
    case_id: str
    command: Command
    if_there: bool = False


@dataclass(frozen=True)
class Together:
    """Acts in one case whose order does not matter."""

    acts: tuple[CaseAct, ...]


@dataclass(frozen=True)
class ServeNotice:
    """The notice to rectify is served, if the poll before has just led to a rectification."""

    case_id: str


@dataclass(frozen=True)
class Seat:
    """A subject's place in a poll: the case it serves and the figures it is to come to."""

    subject: str
    kind: CaseKind
    case_id: str
    figures: RevotePoll


@dataclass(frozen=True)
class HoldPoll:
    """A poll of one or several subjects; those whose case refuses it are left out."""

    year: int
    poll_id: str
    seats: tuple[Seat, ...]

    @property
    def present(self) -> int:
        """Deputies present."""
        return self.seats[0].figures.present

    @property
    def issued(self) -> int:
        """Ballots issued to them."""
        return self.seats[0].figures.ballots_issued


Act = OpenYear | TakeOffice | CaseAct | Together | ServeNotice | HoldPoll

Lane = tuple[Act, ...]
"""Acts that must follow each other."""


@dataclass(frozen=True)
class Round:
    """Lanes of one moment (aware, in the town's zone) that do not touch each other, in the order of the file."""

    at: datetime
    lanes: tuple[Lane, ...]
