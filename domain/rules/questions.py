"""Questions at the duty report 述职提问, and what holds a poll up (rules "Questions", `appraisal.order`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum

from domain.policy.document import AppraisalPolicy, Order
from domain.rules.rectification import filing_due

__all__ = ["HoldUp", "Standing", "commitment_broken", "filing_due", "may_file", "open_questions", "poll_held_up"]


class Standing(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    COMMITTED = "committed"
    """A commitment 承诺 with measure, owner and due date; it is followed until kept or marked broken."""


def open_questions(questions: Mapping[str, Standing]) -> tuple[str, ...]:
    """The questions with neither answer nor commitment, in order."""
    return tuple(question for question, standing in questions.items() if standing is Standing.OPEN)


def may_file(questions: Mapping[str, Standing]) -> bool:
    """Whether the opinions may be filed with the discipline office: no question is open. A commitment that falls due
    later does not matter."""
    return not open_questions(questions)


def commitment_broken(due: date, kept: bool, today: date) -> bool:
    """Whether a commitment may be marked broken: its due date is past and it is not kept."""
    return not kept and today > due


class HoldUp(StrEnum):
    """Why a poll may not open; its verdict is then `refused`."""

    OPEN_QUESTIONS = "open_questions"
    NOT_FILED = "not_filed"
    UNIMPLEMENTED_OPINIONS = "unimplemented_opinions"

    @property
    def label(self) -> str:
        """The reason in Chinese."""
        return _HOLD_UP_LABELS[self]


_HOLD_UP_LABELS = {
    HoldUp.OPEN_QUESTIONS: "还有提问未答复、未承诺",
    HoldUp.NOT_FILED: "整改意见尚未报镇纪委备案",
    HoldUp.UNIMPLEMENTED_OPINIONS: "还有整改意见未落实或落实情况未经检查",
}


def poll_held_up(
    policy: AppraisalPolicy,
    questions: Mapping[str, Standing],
    opinions: Collection[str],
    unimplemented: Collection[str],
    *,
    filed: bool,
    waived: bool,
) -> tuple[HoldUp, ...]:
    """`appraisal.order`: everything that holds the poll up; empty where it may open.

    `after_implementation`: the filing (which an open question bars) and every itemised opinion come first; the
    presidium may waive the implementation with a recorded reason. Without opinions there is nothing to file or to
    implement. `same_day`: report, questions and poll are one meeting and nothing that comes after it holds it up.
    """
    if policy.order is Order.SAME_DAY:
        return ()
    reasons = []
    if open_questions(questions):
        reasons.append(HoldUp.OPEN_QUESTIONS)
    if opinions and not filed:
        reasons.append(HoldUp.NOT_FILED)
    if unimplemented and not waived:
        reasons.append(HoldUp.UNIMPLEMENTED_OPINIONS)
    return tuple(reasons)
