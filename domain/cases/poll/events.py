"""What is recorded of a poll. Nothing here says who voted, or how anybody did."""

from __future__ import annotations

from datetime import date

from domain.cases.poll.commands import PollItem
from domain.cases.poll.result import PollResult, VoidReason
from domain.events import Event
from domain.policy.document import BallotMode
from domain.policy.values import Count
from domain.rules.counting import Attendance


class Called(Event, name="poll.called"):
    """A poll was called."""

    poll_id: str
    year: int
    day: date
    """For which it was called."""
    mode: BallotMode
    revote: bool
    items: tuple[PollItem, ...]
    dimensions: bool
    session: bool
    on: date


class LackedQuorum(Event, name="poll.lacked_quorum"):
    """Too few deputies came for any subject; the poll did not open."""

    present: Count
    results: dict[str, PollResult]
    on: date


class Opened(Event, name="poll.opened"):
    """The poll opened, with who was there and how many ballots are issued a subject."""

    present: Count
    attendance: dict[str, Attendance]
    on: date


class Closed(Event, name="poll.closed"):
    """No more ballots are taken; the box is to be counted."""

    on: date


class Counted(Event, name="poll.counted"):
    """The box was counted."""

    results: dict[str, PollResult]
    on: date


class Voided(Event, name="poll.voided"):
    """The whole poll is void: nothing was counted, no rate exists, a new poll is needed."""

    reason: VoidReason
    explanation: str
    results: dict[str, PollResult]
    on: date
