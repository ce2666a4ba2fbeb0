"""A poll after its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.cases.poll.commands import PollItem
from domain.cases.poll.result import PollResult, PollStatus
from domain.policy.document import BallotMode
from domain.rules.counting import Attendance


class Stage(StrEnum):
    """How far a poll is."""

    CALLED = "called"
    OPEN = "open"
    CLOSED = "closed"
    """No more ballots are taken; not counted yet."""
    COUNTED = "counted"
    NO_QUORUM = "no_quorum"
    VOID = "void"

    @property
    def label(self) -> str:
        """Its name on paper and screen."""
        return _LABELS[self]

    @property
    def over(self) -> bool:
        """Whether nothing more can happen."""
        return self in _OVER


_LABELS = {
    Stage.CALLED: "已召集，尚未开始",
    Stage.OPEN: "投票中",
    Stage.CLOSED: "投票已结束，尚未计票",
    Stage.COUNTED: "已计票",
    Stage.NO_QUORUM: "未达法定人数",
    Stage.VOID: "已作废",
}
_OVER = frozenset({Stage.COUNTED, Stage.NO_QUORUM, Stage.VOID})


@dataclass(frozen=True)
class PollObjection:
    """An objection to the count; `upheld` is None until it is decided."""

    reason: str
    upheld: bool | None = None


@dataclass(frozen=True)
class PollState:
    """A poll after its events."""

    poll_id: str = ""
    year: int = 0
    day: date | None = None
    """The day for which it was called."""
    mode: BallotMode = BallotMode.PAPER
    revote: bool = False
    session: bool = False
    with_dimensions: bool = True
    items: tuple[PollItem, ...] = ()
    stage: Stage = Stage.CALLED
    since: date | None = None
    """The date of the last act, before which none can have happened; None before the poll is called."""
    opened_on: date | None = None
    present: int | None = None
    attendance: dict[str, Attendance] = field(default_factory=dict)
    """By subject, from the opening on."""
    results: dict[str, PollResult] = field(default_factory=dict)
    """By subject, once the poll is over."""
    objections: dict[str, PollObjection] = field(default_factory=dict)
    """Objections to the count, by their ids."""
    destroyed_on: date | None = None
    """When envelopes and shares were destroyed, after the objections."""

    @property
    def case_id(self) -> str:
        """Its name among the polls of all years: that of its box, and in the cases that put a subject to it."""
        return f"{self.year}-{self.poll_id}"

    @property
    def outcome(self) -> PollStatus | None:
        """What became of the poll as a whole."""
        return PollStatus(self.stage.value) if self.stage.over else None
