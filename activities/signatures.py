"""What a workflow may ask of an activity: names and messages, without any of the machinery behind them.

Workflows import this module and nothing else of `activities/`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from domain.acts import AnyCommand
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, Effect
from domain.events import AnyEvent, Metadata, Recorded
from domain.policy.document import Policy

APPEND_EVENTS: Final = "append_events"
READ_STREAM: Final = "read_stream"
SEAL_CHECKPOINT: Final = "seal_checkpoint"
OPEN_YEAR: Final = "open_year"
# An effect's activity has the name of the effect: start_case, tell_case, open_box, close_box, discard_box,
# recall_years.


class AppendEvents(BaseModel):
    """Append the events of one act to a stream that ends at `expected_version` (-1: it does not exist yet)."""

    model_config = ConfigDict(frozen=True)

    town: str
    stream: str
    expected_version: int
    epoch: int
    events: list[AnyEvent]
    metadata: Metadata


class AppendOutcome(BaseModel):
    """What became of it. `events`: the new ones, or the original ones of a `duplicate`; empty otherwise."""

    model_config = ConfigDict(frozen=True)

    verdict: Literal["appended", "duplicate", "conflict", "stale_epoch"]
    events: list[Recorded] = []
    actual_version: int


class ReadStream(BaseModel):
    """Read a stream from a version on, in slices that stay well under the engine's message size."""

    model_config = ConfigDict(frozen=True)

    town: str
    stream: str
    from_version: int = 0
    limit: int = 400


class StreamSlice(BaseModel):
    """Events in the order of their versions; `more` when the stream goes on after them."""

    model_config = ConfigDict(frozen=True)

    events: list[Recorded]
    more: bool


class PerformEffect(BaseModel):
    """Do one effect of an event. `effect_id` is derived from the event, so that doing it again is known to be again."""

    model_config = ConfigDict(frozen=True)

    town: str
    origin: str
    """Stream of the event."""
    effect_id: str
    effect: Effect
    policy: Policy
    calendar: WorkCalendar
    business_time: datetime


class StartedCase(BaseModel):
    """A case that an effect started."""

    model_config = ConfigDict(frozen=True)

    kind: CaseKind
    case_id: str


class EffectOutcome(BaseModel):
    """What an effect came to: acts for the case itself, a case it started, or the reason why the other case refused."""

    model_config = ConfigDict(frozen=True)

    answers: list[AnyCommand] = []
    started: StartedCase | None = None
    refused_code: str | None = None
    refused_message: str | None = None


class SealCheckpoint(BaseModel):
    """Seal a signed checkpoint of a town's log."""

    model_config = ConfigDict(frozen=True)

    town: str


class OpenYear(BaseModel):
    """Start the cycle of a year from the roster, the policy and the calendar in force."""

    model_config = ConfigDict(frozen=True)

    town: str
    year: int
