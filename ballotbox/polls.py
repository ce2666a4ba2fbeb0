"""A poll as the box knows it: who may vote on whom, by which path, and how far it is."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ballotbox.ballots import OVERALL
from domain.policy.document import AppraisalPolicy, BallotMode, BallotPolicy
from domain.policy.values import Count


class PollKey(NamedTuple):
    """The name of a poll in a deployment of several towns."""

    town: str
    poll_id: str


class Phase(StrEnum):
    """How far a poll's box is. Collecting ends before casting begins: when somebody came tells nothing of a ballot."""

    COLLECTING = "collecting"
    CASTING = "casting"
    ENDED = "ended"
    """By phone nothing is taken any more; paper may still be entered. Not counted yet."""
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
    present: Count | None = None
    """实到 of those entitled; None: as many as `ballots`."""
    label: str = ""
    """What people read on the ballot; empty: the subject's key."""
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
    ballot: BallotPolicy = BallotPolicy()
    """How ballots are cut and published; its `mode` is the default of new polls, not this poll's."""
    title: str = ""
    """The event, as phones and papers name it; empty: the poll's id."""

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
    """Ballots issued 发出. While deputies collect: at most as many; in mode `paper` the forms handed out."""
    returned: int
    """Envelopes cast, and paper sheets entered at least once."""
    entitled: int | None = None
    """应到; None in mode `paper`, where the box learns no names."""
    present: int = 0
    """实到 of those entitled."""
    paper: int = 0
    """Of the ballots issued, those on paper."""


class BoxStatus(BaseModel):
    """How far a poll is, and what keeps it from being closed."""

    model_config = ConfigDict(frozen=True)

    phase: Phase
    mode: BallotMode
    turnout: tuple[SubjectTurnout, ...]
    """In the order of the poll's subjects."""
    manifest: str | None = None
    """Hash of the manifest, the poll's name among phones; None in mode `paper`."""
    unfinished: tuple[str, ...]
    """What must be done before `close`, in Chinese (sheets entered once, entries that differ); empty when nothing."""
