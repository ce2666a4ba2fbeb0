"""The roster with its last entry: who made it, what it changed, and whether it can still be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases.case import TOWN_ZONE
from domain.events import Recorded
from domain.roster.book import read
from domain.roster.books import ROSTER
from domain.roster.state import RosterState
from eventstore.database import APP_ROLE, in_town
from eventstore.reader import read_stream
from projections.timeline import timeline
from web.words import event_word

USES = ("cycle.opened", "cycle.poll_called", "cycle.appraisal_started", "poll.opened")
"""What is decided on the roster as it stands; what came before one of these stays."""


@dataclass(frozen=True)
class LastEntry:
    """The last entry of the roster."""

    command_id: str
    at: datetime
    by: str
    what: Mapping[str, int]
    """How many of each kind of change."""
    used: bool
    """Whether a case has begun on it since."""


@dataclass(frozen=True)
class TownRoster:
    """A town's roster now."""

    state: RosterState
    version: int
    """Of its last event, -1 before the first."""
    last: LastEntry | None
    """None where there is nothing to undo."""


async def read_roster(engine: AsyncEngine, town: str) -> TownRoster:
    """The roster, with its last entry."""
    events = await read_stream(engine, town, APP_ROLE, ROSTER.stream, 0, None)
    state = read(ROSTER, events)
    last = None if state.last is None else await _last(engine, town, events, state.last.command_id)
    return TownRoster(state, events[-1].version if events else -1, last)


async def _last(engine: AsyncEngine, town: str, events: list[Recorded], command_id: str) -> LastEntry:
    made = [event for event in events if event.metadata.command_id == command_id]
    used = exists().where(timeline.c.town == town, timeline.c.position > made[-1].position, timeline.c.type.in_(USES))
    async with in_town(engine, town) as connection:
        is_used = bool((await connection.execute(select(used))).scalar())
    metadata = made[-1].metadata
    return LastEntry(
        command_id=command_id,
        at=metadata.business_time.astimezone(TOWN_ZONE),
        by=metadata.actor.id,
        what=Counter(event_word(event.event.type_name) for event in made),
        used=is_used,
    )
