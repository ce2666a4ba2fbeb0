"""What is recorded of a proposal. Every event that sets a time limit holds its date and its reminders."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.cases.proposal.stages import Stage
from domain.events import Event
from domain.rules.proposal import Step, VillageForm, Votes


class TimeLimit(BaseModel):
    """Until when a step is to be decided (to the end of `due`), and how many days before that reminders are sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due: date
    reminders: tuple[int, ...]


class StepOutcome(StrEnum):
    """What became of a proposal at a step; `no_quorum` leaves it where it was."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    NO_QUORUM = "no_quorum"


class Submitted(Event, name="proposal.submitted"):
    """A village submitted its draft."""

    proposal_id: str
    year: int
    village: str
    title: str
    text: str
    deputies: int
    on: date
    limit: TimeLimit
    paper: str | None = None


class StepDecided(Event, name="proposal.step_decided"):
    """A body decided. `next_stage` is where the proposal is now; `limit` is None where nobody has to decide."""

    step: Step
    decision: StepOutcome
    on: date
    reason: str | None = None
    votes: Votes | None = None
    form: VillageForm | None = None
    entitled: int | None = None
    present: int | None = None
    next_stage: Stage
    limit: TimeLimit | None
    posted_until: date | None = None
    """A village's decision is posted at least until the end of this day (村民委员会组织法 35)."""
    paper: str | None = None


class StepOverdue(Event, name="proposal.step_overdue"):
    """A step was not decided in time; it stays open."""

    step: Stage
    due: date


class ReminderSent(Event, name="proposal.reminder_sent"):
    """The body at a step was reminded."""

    step: Stage
    due: date
    days_before: int
    on: date


class Amended(Event, name="proposal.amended"):
    """The village amended its draft; it starts again at the first review."""

    title: str | None = None
    text: str | None = None
    on: date
    limit: TimeLimit
    paper: str | None = None


class Withdrawn(Event, name="proposal.withdrawn"):
    """The village withdrew its proposal."""

    reason: str
    on: date
    paper: str | None = None


class ProgressReported(Event, name="proposal.progress_reported"):
    """How far the approved proposal has come."""

    text: str
    percent: int
    on: date
    paper: str | None = None


class Completed(Event, name="proposal.completed"):
    """The approved proposal is done."""

    text: str
    on: date
    paper: str | None = None
