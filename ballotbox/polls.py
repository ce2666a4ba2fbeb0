"""A poll as the box knows it: who may vote on whom, by which path, and how far it is."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ballotbox.ballots import OVERALL
from domain.policy.document import AppraisalPolicy, BallotMode
from domain.policy.values import Count


class PollKey(NamedTuple):
    """The name of a poll in a deployment of several towns."""

    town: str
    poll_id: str


class Phase(StrEnum):
    """How far a poll's box is. Collecting ends before casting begins: when somebody came tells nothing of a ballot."""

    COLLECTING = "collecting"
    CASTING = "casting"
    CLOSED = "closed"
    DISCARDED = "discarded"


def _sorted_set(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(ids)))


PersonIds = Annotated[tuple[str, ...], AfterValidator(_sorted_set)]
"""Opaque ids of persons, as a set: the order in which they were given says nothing and is not kept."""


class BoxSubject(BaseModel):
    """A subject of a poll."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = Field(min_length=1)
    ballots: Count
    """Ballots that may be issued 发出 at most; in mode `paper` the forms that were handed out."""
    recused: PersonIds = ()
    """Deputies who get no ballot on this subject (rule `appraisal.recusal`)."""


class PollSetup(BaseModel):
    """Everything the box must know of a poll before the first ballot; it never changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    town: str = Field(min_length=1)
    poll_id: str = Field(min_length=1)
    mode: BallotMode
    policy: AppraisalPolicy
    """As pinned by the poll's case."""
    subjects: tuple[BoxSubject, ...] = Field(min_length=1)
    deputies: PersonIds = ()
    """Who may be issued ballots; not needed in mode `paper`, where the box learns no names."""
    with_dimensions: bool = True
    """Whether the ballot asks for the dimensions beside the overall item."""

    @model_validator(mode="after")
    def _consistent(self) -> PollSetup:
        names = [subject.subject for subject in self.subjects]
        if len(names) != len(set(names)):
            raise ValueError("测评对象重复")
        if self.mode is not BallotMode.PAPER and not self.deputies:
            raise ValueError("手机投票须有代表名单")
        return self

    @property
    def key(self) -> PollKey:
        """The poll's name."""
        return PollKey(self.town, self.poll_id)

    @property
    def questions(self) -> tuple[str, ...]:
        """The rows of one subject's ballot, in order: `overall`, then the policy's dimensions."""
        return (OVERALL, *(self.policy.dimension_keys if self.with_dimensions else ()))


class SubjectTurnout(BaseModel):
    """How many, never how: all that may be known of a subject before the close."""

    model_config = ConfigDict(frozen=True)

    subject: str
    issued: int
    """Ballots issued 发出: by the box, or the forms handed out in mode `paper`."""
    returned: int
    """Ballots cast, and paper sheets entered at least once."""


class BoxStatus(BaseModel):
    """How far a poll is, and what keeps it from being closed."""

    model_config = ConfigDict(frozen=True)

    phase: Phase
    mode: BallotMode
    turnout: tuple[SubjectTurnout, ...]
    """In the order of the poll's subjects."""
    unfinished: tuple[str, ...]
    """What must be done before `close`, in Chinese (sheets entered once, entries that differ); empty when nothing."""
