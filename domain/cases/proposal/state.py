"""A proposal after its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.cases.proposal.events import StepDecided, TimeLimit
from domain.cases.proposal.stages import TIMED, Stage


class Outcome(StrEnum):
    """What came of a proposal."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


_OUTCOMES = {
    Stage.IN_PROGRESS: Outcome.APPROVED,
    Stage.COMPLETED: Outcome.APPROVED,
    Stage.REJECTED: Outcome.REJECTED,
    Stage.WITHDRAWN: Outcome.WITHDRAWN,
}


@dataclass(frozen=True)
class Overdue:
    """A step that was not decided in time."""

    step: Stage
    due: date


@dataclass(frozen=True)
class Progress:
    """A report on an approved proposal."""

    on: date
    percent: int
    text: str


@dataclass(frozen=True)
class ProposalState:
    """A proposal after its events."""

    proposal_id: str = ""
    year: int = 0
    village: str = ""
    title: str = ""
    text: str = ""
    deputies: int = 0
    stage: Stage = Stage.DRAFT
    since: date | None = None
    """The date of the last act, before which none can have happened; None before the proposal is submitted."""
    limit: TimeLimit | None = None
    turn: int = 0
    """How many time limits there were: part of a deadline's key, since two may end on one day."""
    overdue_recorded: bool = False
    reminded: frozenset[int] = frozenset()
    steps: tuple[StepDecided, ...] = ()
    overdue: tuple[Overdue, ...] = ()
    progress: tuple[Progress, ...] = ()

    @property
    def submitted(self) -> bool:
        """Whether the case has begun."""
        return self.turn > 0

    @property
    def undecided(self) -> bool:
        """Whether some body, or the village, still has the proposal before it."""
        return self.stage in TIMED

    @property
    def outcome(self) -> Outcome | None:
        """What came of it so far."""
        return _OUTCOMES.get(self.stage)

    @property
    def open(self) -> bool:
        """False once nothing more can happen."""
        return self.undecided or self.stage is Stage.IN_PROGRESS
