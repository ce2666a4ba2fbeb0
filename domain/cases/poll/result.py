"""What a poll finds out about each subject, and how it tells the case that put the subject to it.

The two acts of telling stand here, so that the poll needs neither case's module and neither needs the poll's decider.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.acts import Command, Role
from domain.policy.document import AppraisalPolicy
from domain.policy.values import Count
from domain.rules.appraisal import judge
from domain.rules.counting import Attendance, ItemCount
from domain.rules.verdict import Outcome, Verdict, without_count


class PollStatus(StrEnum):
    """Whether there is anything to judge."""

    COUNTED = "counted"
    NO_QUORUM = "no_quorum"
    VOID = "void"


class SubjectCount(BaseModel):
    """What came out of the box for one subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    overall: ItemCount
    dimensions: dict[str, ItemCount] = {}
    issued: Count
    """Ballots issued 发出."""
    returned: Count
    """Ballots returned 收回, invalid ones included; known also where the box was not opened."""


class PollResult(BaseModel):
    """One subject's part in a poll that is over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    poll_id: str
    """The id of the poll's case."""
    status: PollStatus
    on: date
    """The poll's date, also where the result is told later."""
    attendance: Attendance | None
    """None for a poll that was declared void before it opened."""
    in_session: bool = False
    """Held in a session of the congress, where the quorum is two thirds."""
    returned: Count | None = None
    """None where nothing was collected."""
    overall: ItemCount | None = None
    """None unless counted."""
    dimensions: dict[str, ItemCount] = {}

    def verdict(self, policy: AppraisalPolicy) -> Verdict:
        """What the result means under a policy."""
        if self.status is PollStatus.COUNTED and self.attendance is not None and self.overall is not None:
            return judge(policy, self.attendance, self.overall, self.dimensions, in_session=self.in_session)
        outcome = Outcome.NO_QUORUM if self.status is PollStatus.NO_QUORUM else Outcome.VOID
        if self.attendance is None:
            return Verdict(verdict=outcome)
        return without_count(outcome, self.attendance, self.returned)


class TakePollResult(Command, name="take_poll_result", by=(Role.SYSTEM,)):
    """A poll tells an appraisal its result. `responsible`: who held the post, where the case does not know."""

    poll_id: str
    result: PollResult
    responsible: str | None = None


class TakeRevoteResult(Command, name="take_revote_result", by=(Role.SYSTEM,)):
    """A poll tells a rectification the result of its re-vote."""

    poll_id: str
    result: PollResult
    responsible: str | None = None
