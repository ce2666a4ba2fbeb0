"""What changed in the town, told to all who watch: one look a second at the log's end, however many pages are open."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from eventstore.database import in_town
from projections.cases import cases
from projections.timeline import timeline
from web.reading import CaseRow, read_cases
from web.site import Site

log = structlog.get_logger("jiandu.live")

LOOK_SECONDS = 1.0
MOST = 400
"""Streams of one process at once."""
MOST_EACH = 12
"""Streams of one login at once: a browser's windows, not a program's loop."""
AT_ONCE = 500
"""Events behind which a page is simply old: it is told to look again, not what changed."""
_REMEMBERED = 32

_HEAD = text(
    "SELECT coalesce((SELECT position FROM town_log WHERE town = :town), 0) AS position, "
    "coalesce((SELECT max(number) FROM outbox.message WHERE town = :town), 0) AS number"
)


class Head(NamedTuple):
    """The end of the log, and of the messages."""

    position: int
    number: int


@dataclass(frozen=True)
class Changes:
    """What changed between two positions: cases as they are now, and streams that are no case (roster, policy)."""

    rows: tuple[CaseRow, ...] = ()
    books: tuple[str, ...] = ()
    unknown: bool = False
    """So much that it is not named."""


@dataclass
class Hub:
    """The one who looks, for all open pages of a process. It looks only while somebody watches."""

    site: Site
    every: float = LOOK_SECONDS
    _head: Head | None = None
    _watching: dict[str, int] = field(default_factory=dict)
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)
    _looking: asyncio.Task[None] | None = None
    _changes: OrderedDict[tuple[int, int], Changes] = field(default_factory=OrderedDict)
    _open: tuple[int, list[CaseRow]] | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def watch(self, login: str) -> AsyncIterator[None]:
        """Watch until the end of the block."""
        self._watching[login] = self._watching.get(login, 0) + 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._keep_looking(), name="look for changes")
        try:
            yield
        finally:
            self._leave(login)

    def full(self, login: str) -> bool:
        """Whether so many streams are open that one more of this login is not taken."""
        return sum(self._watching.values()) >= MOST or self._watching.get(login, 0) >= MOST_EACH

    def _leave(self, login: str) -> None:
        self._watching[login] -= 1
        if not self._watching[login]:
            del self._watching[login]

    async def head(self) -> Head:
        """Where log and messages end now."""
        async with in_town(self.site.engine, self.site.town) as connection:
            row = (await connection.execute(_HEAD, {"town": self.site.town})).one()
        return Head(row.position, row.number)

    async def moved(self, after: Head, patience: float) -> Head:
        """The head once it is another than `after`, or the same after `patience` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience), self._moved:
                await self._moved.wait_for(lambda: self._head is not None and self._head > after)
        return max(self._head or after, after)

    async def _keep_looking(self) -> None:
        # It ends by itself after the last watcher: to cancel a query would cost its connection.
        while self._watching:
            try:
                head = await self.head()
            except SQLAlchemyError as error:
                log.warning("changes_not_seen", reason=type(error).__name__)
            else:
                if head != self._head:
                    async with self._moved:
                        self._head = head
                        self._moved.notify_all()
            await asyncio.sleep(self.every)
        self._looking = self._head = None

    async def changes(self, after: int, upto: int) -> Changes:
        """What changed behind `after`, up to `upto`: read once for all who are as far."""
        if after >= upto:
            return Changes()
        async with self._reading:
            if (after, upto) not in self._changes:
                self._changes[after, upto] = await self._read(after, upto)
                while len(self._changes) > _REMEMBERED:
                    self._changes.popitem(last=False)
            return self._changes[after, upto]

    async def open_cases(self, upto: int) -> list[CaseRow]:
        """The open cases, those due first at the top, as of a position: read once for all."""
        async with self._reading:
            if self._open is None or self._open[0] < upto:
                self._open = (upto, await read_cases(self.site.engine, self.site.town, open_only=True))
            return self._open[1]

    async def _read(self, after: int, upto: int) -> Changes:
        if upto - after > AT_ONCE:
            return Changes(unknown=True)
        streams = select(timeline.c.stream).where(
            timeline.c.town == self.site.town, timeline.c.position > after, timeline.c.position <= upto
        )
        async with in_town(self.site.engine, self.site.town) as connection:
            changed = set((await connection.execute(streams.distinct())).scalars())
            query = select(cases).where(cases.c.town == self.site.town, cases.c.stream.in_(changed))
            rows = (await connection.execute(query)).all()
        found = tuple(CaseRow.model_validate(dict(row._mapping)) for row in rows)
        return Changes(found, tuple(sorted(changed - {row.stream for row in rows})))
