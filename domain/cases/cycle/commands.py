"""What can be done in a town's year."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from domain.acts import Command, Role
from domain.cases.outcomes import RecordOutcome
from domain.cases.poll.commands import PollItem
from domain.policy.document import BallotMode
from domain.roster.posts import Post

__all__ = [
    "CallPoll",
    "ChangeHead",
    "CloseCycle",
    "OpenCycle",
    "RecordOutcome",
    "RegisterProposal",
    "StartAppraisal",
    "StartAssessment",
]


class OpenCycle(Command, name="open_cycle", by=(Role.STAFF, Role.SYSTEM)):
    """The year's cycle begins, with the posts and the number of deputies of the day; opens the case."""

    year: int = Field(ge=1949, le=2999)
    subjects: tuple[Post, ...]
    deputies: int = Field(ge=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [post.id for post in self.subjects]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"考核对象编号重复：{'、'.join(twice)}")
        return self


class RegisterProposal(Command, name="register_proposal", by=(Role.STAFF, Role.VILLAGE)):
    """A village's proposal is registered; its case is opened."""

    proposal_id: str = Field(min_length=1)
    village: str = Field(min_length=1)
    title: str = Field(min_length=1)
    text: str = ""


class StartAppraisal(Command, name="start_appraisal", by=(Role.STAFF, Role.PRESIDIUM)):
    """The appraisal of a subject begins, under the head of the day."""

    subject: str


class CallPoll(Command, name="call_poll", by=(Role.STAFF, Role.PRESIDIUM)):
    """A poll is called for a day: one meeting for all its subjects.

    `revote`: a second poll after rectification. `session`: held in a session of the congress, with its quorum.
    """

    poll_id: str = Field(min_length=1)
    date: date
    items: tuple[PollItem, ...] = Field(min_length=1)
    mode: BallotMode = BallotMode.PAPER
    revote: bool = False
    dimensions: bool = True
    session: bool = False


class StartAssessment(Command, name="start_assessment", by=(Role.STAFF, Role.PRESIDIUM)):
    """The year-end assessment of all subjects begins, but for those `not_assessed`."""

    not_assessed: tuple[str, ...] = ()


class ChangeHead(Command, name="change_head", by=(Role.STAFF,)):
    """A post has another head from the day `from_` on, which may lie ahead."""

    subject: str
    responsible: str = Field(min_length=1)
    from_: date


class CloseCycle(Command, name="close_cycle", by=(Role.STAFF, Role.PRESIDIUM)):
    """The year is closed. While cases are undecided, it takes a reason; they go on and outlive the year."""

    reason: str | None = None
