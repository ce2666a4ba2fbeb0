"""What can be done in a rectification's case (限期整改). The result of a re-vote is told by the poll."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from domain.acts import Command, Role
from domain.roster.posts import Post
from domain.rules.verdict import Verdict


class ReportDecision(StrEnum):
    """What 镇人大 decides on a rectification report."""

    ACCEPT = "accept"
    REJECT = "reject"


class OpenRectification(Command, name="open_rectification", by=(Role.STAFF, Role.SYSTEM)):
    """A subject failed its appraisal; opens the case."""

    year: int
    subject: Post
    failed: Verdict


class ServeNotice(Command, name="serve_notice", by=(Role.STAFF, Role.PRESIDIUM)):
    """The notice to rectify is served; all periods run from this day."""


class SubmitPlan(Command, name="submit_plan", by=(Role.STAFF, Role.HEAD)):
    """The head hands in the plan of rectification."""

    text: str = ""


class AskExtension(Command, name="ask_extension", by=(Role.STAFF, Role.HEAD, Role.PRESIDIUM)):
    """More time is asked for, on the day `on`. `agreed`: whether the presidium agrees."""

    months: int = Field(default=1, ge=1)
    agreed: bool = True


class SubmitRectificationReport(Command, name="submit_rectification_report", by=(Role.STAFF, Role.HEAD)):
    """The head reports on the rectification."""

    text: str = ""


class DecideOnReport(Command, name="decide_on_report", by=(Role.STAFF, Role.PRESIDIUM)):
    """镇人大 accepts the report, or rejects it with a reason."""

    decision: ReportDecision
    reason: str | None = None


class PutToRevote(Command, name="put_to_revote", by=(Role.STAFF, Role.PRESIDIUM, Role.SYSTEM)):
    """The subject is put to a re-vote; `poll_id` is the id of the poll's case.

    `responsible`: who holds the post, where the case does not know.
    """

    poll_id: str = Field(min_length=1)
    responsible: str | None = None


class WithdrawFromRevote(Command, name="withdraw_from_revote", by=(Role.STAFF, Role.PRESIDIUM)):
    """The re-vote will not be held (the poll was called by mistake); another may follow."""

    poll_id: str
    reason: str = Field(min_length=1)


class ReplaceHeadInRectification(Command, name="replace_head_in_rectification", by=(Role.STAFF, Role.SYSTEM)):
    """From the day `from_` on another person answers for the post."""

    responsible: str = Field(min_length=1)
    from_: date
