"""What every case is: a decider that the workflow asks, and nothing else.

A case is one process with one stream. Its `Decider` is pure: `decide` turns an act into events or refuses it, `evolve`
folds an event into the state, `deadlines` says for which moments the workflow must wait, `pass_deadline` what is
recorded when one of them comes, `effects` what the world has to be told of an event. The workflow holds no rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Generic, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from domain.acts import Actor, AnyCommand, Command
from domain.calendar import WorkCalendar
from domain.events import Event, Recorded
from domain.policy.document import Policy

TOWN_ZONE = ZoneInfo("Asia/Shanghai")
"""Business dates are dates in this zone; mainland China has one."""

REMINDER_HOUR = time(8, 0)
"""Reminders go out at this hour of the day."""


class CaseKind(StrEnum):
    """The kinds of case; the value is the first part of a stream's name and of a workflow's id."""

    CYCLE = "cycle"
    PROPOSAL = "proposal"
    APPRAISAL = "appraisal"
    POLL = "poll"
    RECTIFICATION = "rectification"
    ASSESSMENT = "assessment"


class Context(BaseModel):
    """What a decision rests on beside the state: the pinned policy, the calendar, and the business time (aware)."""

    model_config = ConfigDict(frozen=True)

    town: str
    case_id: str
    policy: Policy
    calendar: WorkCalendar
    now: datetime

    @property
    def today(self) -> date:
        """The business date in the town's zone."""
        return self.now.astimezone(TOWN_ZONE).date()

    def date_of(self, command: Command) -> date:
        """The business date of an act: the one it names, or today."""
        return command.on or self.today


def start_of(day: date) -> datetime:
    """00:00 of a business date."""
    return datetime.combine(day, time(0, 0), TOWN_ZONE)


def end_of(day: date) -> datetime:
    """24:00 of a business date: the moment at which something due on that day is late."""
    return start_of(day + timedelta(days=1))


def reminder_time(day: date) -> datetime:
    """The moment of a business date at which reminders go out."""
    return datetime.combine(day, REMINDER_HOUR, TOWN_ZONE)


class Deadline(BaseModel):
    """A moment for which the case waits.

    `key` names it once and for ever (`overdue:2025-09-22`): the timer's act has its id from it.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    at: datetime


def stream_of(kind: CaseKind, case_id: str) -> str:
    """The stream in which a case of a town keeps its events."""
    return f"{kind}-{case_id}"


class StartCase(BaseModel):
    """An effect: another case is to be started under its fixed id. Starting it again changes nothing."""

    model_config = ConfigDict(frozen=True)

    effect: Literal["start_case"] = "start_case"
    kind: CaseKind
    case_id: str
    opening: AnyCommand


class TellCase(BaseModel):
    """An effect: another case is to be told something, as an act of the system; told again, it changes nothing.

    `optional`: the other case may have ended or never have existed; then nobody needs to be told.
    """

    model_config = ConfigDict(frozen=True)

    effect: Literal["tell_case"] = "tell_case"
    kind: CaseKind
    case_id: str
    command: AnyCommand
    optional: bool = False


class OpenBox(BaseModel):
    """An effect: the ballot box of a poll takes ballots from now on."""

    model_config = ConfigDict(frozen=True)

    effect: Literal["open_box"] = "open_box"
    poll_id: str


class CloseBox(BaseModel):
    """An effect: the ballot box of a poll takes no more ballots and is counted.

    It answers with the poll's own act `record_count`.
    """

    model_config = ConfigDict(frozen=True)

    effect: Literal["close_box"] = "close_box"
    poll_id: str


class DiscardBox(BaseModel):
    """An effect: the ballot box of a void poll is never opened."""

    model_config = ConfigDict(frozen=True)

    effect: Literal["discard_box"] = "discard_box"
    poll_id: str


class RecallYears(BaseModel):
    """An effect: the other years' last places, and who held which post, are read from the event store.

    It answers with the assessment's own act `judge_veto`.
    """

    model_config = ConfigDict(frozen=True)

    effect: Literal["recall_years"] = "recall_years"
    year: int


Effect = Annotated[StartCase | TellCase | OpenBox | CloseBox | DiscardBox | RecallYears, Field(discriminator="effect")]
"""What the world must be told of an event. An effect may answer with acts of the same case, which are recorded next."""

S = TypeVar("S")


class CaseFacts(BaseModel):
    """What lists and searches show of a case, whatever its kind: derived from its state, held nowhere else."""

    model_config = ConfigDict(frozen=True)

    stage: str
    """Where the case stands, e.g. `lead_review`; a word of the case's own `Stage` enum."""
    year: int
    subject: str | None
    title: str
    """Readable and impersonal: shown in the engine's own pages, so it never holds a person's name."""
    due: date | None
    open: bool
    """False when nothing more can happen: the workflow ends."""
    outcome: str | None


class Decider(Protocol, Generic[S]):
    """One process of supervision. All methods are pure; a refusal raises `Refusal` and leaves no trace."""

    kind: CaseKind
    commands: Sequence[type[Command]]
    """Every act the case takes, the opening one first."""

    def initial(self) -> S:
        """The state before anything happened."""
        ...

    def decide(self, state: S, command: Command, actor: Actor, context: Context) -> list[Event]:
        """The events of an act; an empty list when it says nothing new. Raises `Refusal`."""
        ...

    def evolve(self, state: S, recorded: Recorded) -> S:
        """The state after an event."""
        ...

    def deadlines(self, state: S, context: Context) -> list[Deadline]:
        """What the case waits for, earliest first. Those that have passed and were not recorded are still listed."""
        ...

    def pass_deadline(self, state: S, deadline: Deadline, context: Context) -> list[Event]:
        """The events of a deadline that has come: never none, and folded in, they end its being listed."""
        ...

    def effects(self, state: S, recorded: Recorded) -> list[Effect]:
        """What must follow an event outside the case; `state` is the one after it. Effects may be done again."""
        ...

    def facts(self, state: S) -> CaseFacts:
        """The case in a few words."""
        ...


def fold(decider: Decider[S], events: Sequence[Recorded], state: S | None = None) -> S:
    """The state after `events`, from `state` or from the beginning."""
    current = decider.initial() if state is None else state
    for recorded in events:
        current = decider.evolve(current, recorded)
    return current
