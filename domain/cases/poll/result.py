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
from domain.rules.flipping import could_flip
from domain.rules.verdict import Outcome, Verdict, without_count


class PollStatus(StrEnum):
    """Whether there is anything to judge."""

    COUNTED = "counted"
    NO_QUORUM = "no_quorum"
    VOID = "void"


class VoidReason(StrEnum):
    """Why a poll is void, or why one subject's part of it is."""

    MORE_RETURNED_THAN_ISSUED = "more_returned_than_issued"
    DECLARED = "declared"
    MINIMUM_PATH = "minimum_path"
    """In mode `mixed` too few voted by one path (`ballot.minimum_path`): opening would expose them."""
    TOO_FEW = "too_few"
    """Fewer ballots of a subject than are ever opened (`appraisal.minimum_group`)."""
    SET_ASIDE = "set_aside"
    """As many envelopes were set aside as could flip the verdict."""

    @property
    def label(self) -> str:
        """Its name on paper and screen."""
        return _REASONS[self]


_REASONS = {
    VoidReason.MORE_RETURNED_THAN_ISSUED: "收回的票多于发出的票（选举法第四十四条）",
    VoidReason.DECLARED: "宣布作废",
    VoidReason.MINIMUM_PATH: "某一投票方式的票数少于下限，开箱会暴露投票人",
    VoidReason.TOO_FEW: "票数过少，开箱会暴露投票人",
    VoidReason.SET_ASIDE: "无效信封的数目足以改变结论",
}


class SubjectCount(BaseModel):
    """What came out of the box for one subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    overall: ItemCount
    dimensions: dict[str, ItemCount] = {}
    issued: Count
    """Ballots issued 发出."""
    returned: Count
    """Ballots returned 收回, invalid ones included; known also where the box was not opened."""
    opened: bool = True
    """Whether this subject's ballots were opened; if not, its items are empty."""
    set_aside: Count = 0
    """Envelopes that held no readable ballot: returned, and invalid in every item."""


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
    set_aside: Count = 0
    """Envelopes that held no readable ballot, among the invalid ones."""
    reason: VoidReason | None = None
    """Why this subject's part is void where the others' need not be."""
    dimensions: dict[str, ItemCount] = {}

    def verdict(self, policy: AppraisalPolicy) -> Verdict:
        """What the result means under a policy."""
        if self.status is PollStatus.COUNTED and self.attendance is not None and self.overall is not None:
            verdict = judge(policy, self.attendance, self.overall, self.dimensions, in_session=self.in_session)
            missing = max(0, self.attendance.issued - self.overall.returned)
            turned = could_flip(policy, self.attendance, self.overall, self.dimensions, unreturned=missing)
            return verdict.model_copy(update={"unreturned_could_flip": verdict.decides and turned})
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
