"""Prior supervision 事前监督: a village proposal's way through its bodies (rules "Prior supervision", `proposal.*`)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from domain.calendar import WorkCalendar, reminder_days
from domain.policy.document import ProposalPolicy
from domain.policy.values import Count

POSTING_DAYS = 15
"""A village decision is posted for at least so many days (村民委员会组织法 35)."""


class Step(StrEnum):
    """The bodies a proposal passes, in order."""

    LEAD_REVIEW = "lead_review"
    PARTY_PRELIMINARY = "party_preliminary"
    DEPUTIES = "deputies"
    VILLAGE_MEETING = "village_meeting"
    FINAL_APPROVAL = "final_approval"

    @property
    def label(self) -> str:
        """Its name on paper and screen."""
        return _STEP_LABELS[self]


_STEP_LABELS = {
    Step.LEAD_REVIEW: "包村领导把关",
    Step.PARTY_PRELIMINARY: "镇党委初步决议",
    Step.DEPUTIES: "镇人大代表讨论表决",
    Step.VILLAGE_MEETING: "党员、村民代表会议（或党员、村民会议）",
    Step.FINAL_APPROVAL: "镇党委政府最后审批",
}
STEPS = tuple(Step)


def next_step(step: Step) -> Step | None:
    """The step after an approval; None after the final one."""
    position = STEPS.index(step) + 1
    return STEPS[position] if position < len(STEPS) else None


def may_return_to(step: Step) -> tuple[Step, ...]:
    """The steps to which a body may return a proposal for revision: the earlier ones."""
    return STEPS[: STEPS.index(step)]


class Votes(BaseModel):
    """Votes of a meeting. Files write `for`, which Python cannot use as a name."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    in_favour: Count = Field(default=0, alias="for")
    against: Count = 0
    abstain: Count = 0

    @property
    def cast(self) -> int:
        """All votes, abstentions included."""
        return self.in_favour + self.against + self.abstain


class VoteOutcome(StrEnum):
    """What a meeting decided; without quorum nothing, and the step stays open."""

    APPROVED = "approved"
    REJECTED = "rejected"
    NO_QUORUM = "no_quorum"


def vote_fault(entitled: int, present: int | None, votes: Votes) -> str | None:
    """Why such a vote is impossible, in Chinese; None where it is possible."""
    if present is not None and present > entitled:
        return f"到会 {present} 多于应到 {entitled}"
    if present is not None and votes.cast > present:
        return f"票数 {votes.cast} 多于到会 {present}"
    if votes.cast > entitled:
        return f"票数 {votes.cast} 多于应到 {entitled}"
    return None


def deputies_vote(deputies: int, votes: Votes, present: int | None = None) -> VoteOutcome:
    """The town deputies' vote: approved by more than half of **all** deputies; more than half of them must be present.

    `present` is the number of votes cast unless it is given.
    """
    attended = votes.cast if present is None else present
    if 2 * attended <= deputies:
        return VoteOutcome.NO_QUORUM
    return VoteOutcome.APPROVED if 2 * votes.in_favour > deputies else VoteOutcome.REJECTED


class VillageForm(StrEnum):
    """In which form a village decides."""

    REPRESENTATIVES = "representatives"
    """党员、村民代表会议; `entitled` and `present` are representatives (村民委员会组织法 30)."""
    ASSEMBLY = "assembly"
    """党员、村民会议 of adult villagers (26)."""
    HOUSEHOLDS = "households"
    """村民会议 of household representatives; `entitled` and `present` are households (26)."""


def village_quorum(form: VillageForm, entitled: int) -> int:
    """The smallest number present that suffices: two thirds of the representatives (村民委员会组织法 30), more than
    half of the adult villagers, or two thirds of the households (26)."""
    if form is VillageForm.ASSEMBLY:
        return entitled // 2 + 1
    return max(1, -(-2 * entitled // 3))


def village_vote(form: VillageForm, entitled: int, present: int | None, votes: Votes) -> VoteOutcome:
    """The village's vote: with its quorum, approved by more than half of those **present** (村民委员会组织法 26, 30).

    `present` is the number of votes cast where it is None.
    """
    attended = votes.cast if present is None else present
    if attended < village_quorum(form, entitled):
        return VoteOutcome.NO_QUORUM
    return VoteOutcome.APPROVED if 2 * votes.in_favour > attended else VoteOutcome.REJECTED


def step_days(policy: ProposalPolicy, previous_decision_on: date, calendar: WorkCalendar) -> date:
    """`proposal.step_days`: the last day of a step's time limit, from the previous decision (or the submission; a
    return restarts it), whose day is not counted."""
    return calendar.add_working_days(previous_decision_on, policy.step_days)


step_due = step_days
"""The same under the name of what it returns."""


def reminders(policy: ProposalPolicy, due: date, not_before: date | None = None) -> list[tuple[date, int]]:
    """`proposal.reminders`: the days on which a step's due date is recalled, each with the days left."""
    return reminder_days(due, policy.reminders, not_before)


def posting_until(posted_on: date) -> date:
    """The last day for which a village decision must at least stay posted (村民委员会组织法 35); the day of posting is
    not counted."""
    return posted_on + timedelta(days=POSTING_DAYS)
