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
    UNIMPLEMENTED_OPINIONS = "unimplemented_opinions"

    @property
    def label(self) -> str:
        """The reason in Chinese."""
        return _HOLD_UP_LABELS[self]


_HOLD_UP_LABELS = {
    HoldUp.OPEN_QUESTIONS: "还有提问未答复、未承诺",
    HoldUp.UNIMPLEMENTED_OPINIONS: "还有整改意见未落实或落实情况未经检查",
}


def poll_held_up(
    policy: AppraisalPolicy,
    questions: Mapping[str, Standing],
    unimplemented: Collection[str],
    *,
    waived: bool,
) -> tuple[HoldUp, ...]:
    """`appraisal.order`: everything that holds the poll up; empty where it may open.

    An open question bars the filing, and so the poll, in either order: questions belong to the meeting of the report.
    `after_implementation`: every itemised opinion is implemented first, unless the presidium waives it with a recorded
    reason. `same_day`: nothing that comes after the one meeting holds it up. A late filing has a consequence of its own
    (`rectification.filing_days`) and is no bar.
    """
    reasons = []
    if open_questions(questions):
        reasons.append(HoldUp.OPEN_QUESTIONS)
    if policy.order is Order.AFTER_IMPLEMENTATION and unimplemented and not waived:
        reasons.append(HoldUp.UNIMPLEMENTED_OPINIONS)
    return tuple(reasons)
