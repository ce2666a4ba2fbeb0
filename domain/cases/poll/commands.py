"""What can be done in a poll's case."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from domain.acts import Command, Role
from domain.cases.case import CaseKind
from domain.cases.poll.result import SubjectCount, VoidReason
from domain.policy.document import BallotMode
from domain.policy.values import Count, Positive


class ItemKind(StrEnum):
    """The kinds of case that put a subject to a poll."""

    APPRAISAL = "appraisal"
    RECTIFICATION = "rectification"

    @property
    def case_kind(self) -> CaseKind:
        """The same among all kinds of case."""
        return CaseKind(self.value)


class PollItem(BaseModel):
    """One subject of a poll, and the case that is told the result.

    `entitled` 应到 leaves out the `recused` deputies, who may be present all the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = Field(min_length=1)
    case_kind: ItemKind
    case_id: str = Field(min_length=1)
    entitled: Positive
    recused: Count = 0


class OpenPollCase(Command, name="open_poll_case", by=(Role.STAFF, Role.PRESIDIUM, Role.SYSTEM)):
    """A poll is called for a day; opens the case.

    `dimensions`: the ballots ask for the dimensions beside the overall item. `session`: it is held in a session of the
    congress, where the quorum is two thirds.
    """

    poll_id: str = Field(min_length=1)
    year: int
    date: date
    mode: BallotMode = BallotMode.PAPER
    revote: bool = False
    items: tuple[PollItem, ...] = Field(min_length=1)
    dimensions: bool = True
    session: bool = False


class OpenPoll(Command, name="open_poll", by=(Role.STAFF, Role.SCRUTINEER)):
    """The meeting begins, `present` deputies being there. `issued`: ballots by subject; left out, one for each."""

    present: Count
    issued: dict[str, Count] | None = None


class ClosePoll(Command, name="close_poll", by=(Role.STAFF, Role.SCRUTINEER)):
    """No more ballots are taken. May be repeated while the box has not been counted (paper entries were missing)."""


class RecordCount(Command, name="record_count", by=(Role.SYSTEM,)):
    """The box's answer to being closed: the counts of every subject. `unopened`: why nothing at all was opened."""

    counts: dict[str, SubjectCount]
    unopened: VoidReason | None = None


class VoidPoll(Command, name="void_poll", by=(Role.STAFF, Role.PRESIDIUM, Role.SCRUTINEER)):
    """The poll is declared void before it is counted; its box is never opened."""

    reason: str = Field(min_length=1)
