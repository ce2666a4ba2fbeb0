"""What is said to a workflow and what it answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from activities.signatures import StartedCase
from domain.acts import Actor, AnyCommand, Command
from domain.calendar import WorkCalendar
from domain.cases.case import CaseFacts, CaseKind
from domain.policy.document import Policy

C = TypeVar("C", bound=Command)


class Opening(BaseModel):
    """The first act of a case, with who does it and the id of the act."""

    model_config = ConfigDict(frozen=True)

    command: AnyCommand
    actor: Actor
    command_id: str


class CaseInput(BaseModel):
    """With what a case's workflow starts, and starts again: after continue-as-new and after recovery `opening` is None
    and the state comes from the stream."""

    model_config = ConfigDict(frozen=True)

    town: str
    kind: CaseKind
    case_id: str
    policy: Policy
    calendar: WorkCalendar
    opening: Opening | None = None
    clock_offset: timedelta = timedelta(0)
    """Business time minus the workflow's clock: 0 in production, the rehearsed year's distance in a rehearsal."""
    epoch: int = 0
    followed: int | None = None
    """Without an opening: the version up to which everything that follows was done; later effects are done first.

    -1 does all of them again, as after recovery (each knows when it was done before); None does none."""
    acts_per_run: int = 400
    """Acts after which the workflow continues as new; the engine allows 2,000 a run."""


class Act(BaseModel, Generic[C]):
    """A person's act: what, by whom, under which id (made once per click by the caller)."""

    model_config = ConfigDict(frozen=True)

    command: SerializeAsAny[C]
    actor: Actor
    command_id: str


class RecordedAct(BaseModel):
    """One event that an act led to, as its receipt names it."""

    model_config = ConfigDict(frozen=True)

    event: str
    version: int
    position: int


class Receipt(BaseModel):
    """The answer to an act: what was recorded, what followed, and what the case waits for next.

    `repeated`: the act had been recorded before under this id and nothing was added.
    """

    model_config = ConfigDict(frozen=True)

    command_id: str
    repeated: bool
    events: list[RecordedAct]
    started: list[StartedCase] = []
    warnings: list[str] = []
    """What could not follow, in Chinese: another case refused it, or the ballot box cannot be closed yet."""
    version: int
    next_deadline: datetime | None


class CaseView(BaseModel):
    """A case as its workflow sees it at this moment. `busy`: an act or a deadline is being recorded."""

    model_config = ConfigDict(frozen=True)

    version: int
    facts: CaseFacts | None
    next_deadline: datetime | None
    now: datetime
    busy: bool
    epoch: int
