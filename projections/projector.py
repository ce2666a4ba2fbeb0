"""Runs the projections: inside each append, and again from the log for those that fell behind.

A projection that fails stops alone: the events commit, the others go on, its pages say that they are old, and after the
fix `catch_up` brings it on from the very event at which it stopped. It never skips one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import Recorded
from eventstore.arrays import TextArray
from eventstore.database import in_town
from eventstore.reader import last_position, read_known
from eventstore.subscriber import TryAgain
from eventstore.wire import Statement
from projections.bulk import foreseen
from projections.projection import Projection
from projections.state import ProjectionState, advance, lock_state, read_states, write_states

_log = structlog.get_logger(__name__)

PAGE = 500
"""Events of one transaction of `catch_up`."""

_ADVANCE = b"SELECT jiandu_advance($1, $2, $3, $4)"

Reached = tuple[int, str | None]
"""The position that a projection has reached, and the error that stopped it."""


class Projector:
    """A subscriber of the event store that keeps `projections` up to date."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        names = [projection.name for projection in projections]
        if len(set(names)) != len(names):
            raise ValueError(f"two projections have one name: {names}")
        self.projections = tuple(projections)
        self._ready: dict[str, set[str]] = {}
        """Projections of a town that had every event of the last batch; checked again at each by `advance`."""

    def foresee(self, town: str, events: Sequence[Recorded]) -> Sequence[Statement] | None:
        """The writes of all projections that are up to date, and their step forward."""
        ready = self._ready.get(town)
        if ready is None:
            return None
        statements: list[Statement] = []
        told: list[Projection] = []
        try:
            for projection in self.projections:
                if projection.name in ready:
                    writes = projection.changes(town, events)
                    if writes is None:
                        for earlier in told:
                            earlier.forget(town, {event.stream for event in events})
                        return None
                    told.append(projection)
                    statements += foreseen(writes)
        except Exception:
            self.on_rollback(town, {event.stream for event in events})
            raise
        names = [projection.name for projection in self.projections]
        statements.append(Statement.of(_ADVANCE, (town, TextArray(names), TextArray(sorted(ready)), len(events))))
        return statements

    async def on_append(
        self, connection: AsyncConnection, town: str, events: Sequence[Recorded], *, careful: bool
    ) -> None:
        """Apply new events to every projection that has all before them."""
        if careful:
            await self._apply_carefully(connection, town, events)
            return
        try:
            ready = self._ready.get(town)
            if ready is None:
                raise TryAgain("which projections are up to date is not known yet")
            for projection in self.projections:
                if projection.name in ready:
                    await projection.apply(connection, town, events)
            names = [projection.name for projection in self.projections]
            if await advance(connection, town, names, events[0].position - 1, events[-1].position) != ready:
                raise TryAgain("a projection stopped or caught up meanwhile")
        except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError):
            raise  # the connection or the server, not the projection: the append fails and is sent again
        except TryAgain:
            raise
        except Exception as error:
            raise TryAgain("a projection failed") from error

    def on_rollback(self, town: str, streams: Collection[str] | None = None) -> None:
        """Have the projections drop what they remember of the streams, or of all the town."""
        if streams is None:
            self._ready.pop(town, None)
        for projection in self.projections:
            projection.forget(town, streams)

    async def _apply_carefully(self, connection: AsyncConnection, town: str, events: Sequence[Recorded]) -> None:
        states = await read_states(connection, town)
        before = events[0].position - 1
        reached: dict[str, Reached] = {}
        for projection in self.projections:
            state = states.get(projection.name, ProjectionState(name=projection.name))
            if state.position == before and state.error is None:
                reached[projection.name] = await apply_in_turn(connection, projection, town, events, before)
        await write_states(connection, town, reached)
        self._ready[town] = {name for name, (_, error) in reached.items() if error is None}

    async def catch_up(self, engine: AsyncEngine, town: str) -> list[ProjectionState]:
        """Bring projections that stopped, fell behind, or are new to the end of the log; returns where each stands."""
        found = []
        for projection in self.projections:
            try:
                position, error = await _catch_up(engine, town, projection)
            finally:
                projection.forget(town)
            found.append(ProjectionState(name=projection.name, position=position, error=error))
        return found


async def apply_in_turn(
    connection: AsyncConnection, projection: Projection, town: str, events: Sequence[Recorded], before: int
) -> Reached:
    """Apply events behind a savepoint; if that fails, one by one up to the event that cannot be applied."""
    if await _failure(connection, projection, town, events) is None:
        return events[-1].position, None
    position = before
    for event in events:
        error = await _failure(connection, projection, town, [event])
        if error is not None:
            _log.error(
                "projection_stopped", projection=projection.name, town=town, position=event.position, error=error
            )
            return position, error
        position = event.position
    return position, None


async def _failure(
    connection: AsyncConnection, projection: Projection, town: str, events: Sequence[Recorded]
) -> str | None:
    try:
        async with connection.begin_nested():
            await projection.apply(connection, town, events)
    except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - a projection's failure is data: it is kept in its state and shown
        projection.forget(town)
        return f"{type(error).__name__}: {error.orig if isinstance(error, DBAPIError) else error}"
    return None


async def _catch_up(engine: AsyncEngine, town: str, projection: Projection) -> Reached:
    last_page = False
    while True:
        async with in_town(engine, town) as connection:
            # The last page is read under the town's lock. Without it an append could commit after the page was read,
            # having seen a projection that was still behind, and neither would apply its events.
            await last_position(connection, town, lock=last_page)
            position = await lock_state(connection, town, projection.name)
            events, unknown = await read_known(connection, town, position, PAGE)
            reached: Reached = (position, None)
            if events:
                reached = await apply_in_turn(connection, projection, town, events, position)
            if reached[1] is None and unknown is not None:
                reached = (reached[0], unknown)
            await write_states(connection, town, {projection.name: reached})
            if reached[1] is not None or (last_page and not events):
                return reached
        last_page = len(events) < PAGE
