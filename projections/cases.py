"""The cases: one row each, as its decider describes it (`facts`), for lists, searches and the board of deadlines."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Boolean, Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Recorded
from eventstore.reader import StreamEvent, read_streams
from projections.bulk import upsert_rows
from projections.case_fold import CaseFold, case_of, fold_case
from projections.tables import READ_MODEL, metadata

cases = Table(
    "cases",
    metadata,
    Column("town", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("subject", Text),
    Column("title", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("outcome", Text),
    Column("due", Date),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("version", Integer, nullable=False),
    Column("policy_version", Text, nullable=False),
    PrimaryKeyConstraint("town", "stream", name="cases_pkey"),
    Index("cases_by_due", "town", "kind", "open", "due"),
    Index("cases_by_year", "town", "year", "kind"),
    Index("cases_by_subject", "town", "subject"),
    schema=READ_MODEL,
)

REMEMBERED = 1000
"""Folded cases kept in memory: enough for those that are worked on, and a bound for a rebuild of any length."""


class _Remembered(NamedTuple):
    fold: CaseFold
    digest: bytes
    """Chain digest of the last event folded in."""


class Cases:
    """One row a case. The state of a case is folded by the same decider that its workflow asks."""

    name = "cases"
    tables = (cases,)

    def __init__(self) -> None:
        self._memory: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()

    async def apply(self, connection: AsyncConnection, town: str, events: Sequence[Recorded]) -> None:
        """Describe the cases of `events` anew."""
        streams = dict.fromkeys(event.stream for event in events if case_of(event.stream) is not None)
        if not streams:
            return
        folds = await self._folds(connection, town, streams, events[-1].position)
        await upsert_rows(connection, cases, [row_of(town, fold, stream) for stream, fold in folds.items()])

    async def _folds(
        self, connection: AsyncConnection, town: str, streams: Iterable[str], upto: int
    ) -> dict[str, CaseFold]:
        known = {stream: self._memory.get((town, stream)) for stream in streams}
        # Each stream is read from the last event that is remembered, that one included: its digest proves that what was
        # folded is what was committed. An append that was rolled back leaves a memory of events that never were.
        read = await read_streams(
            connection, town, {stream: seen.fold.version if seen else 0 for stream, seen in known.items()}, upto
        )
        broken = [s for s, seen in known.items() if seen and (not read.get(s) or read[s][0].digest != seen.digest)]
        if broken:
            read.update(await read_streams(connection, town, dict.fromkeys(broken, 0), upto))
            known.update(dict.fromkeys(broken))
        folds = {}
        for stream, seen in known.items():
            folds[stream] = self._fold(town, stream, seen, read[stream])
        return folds

    def _fold(self, town: str, stream: str, seen: _Remembered | None, read: Sequence[StreamEvent]) -> CaseFold:
        fresh = read[1:] if seen is not None else read
        fold = fold_case((each.recorded for each in fresh), seen.fold if seen is not None else None)
        if fold is None:
            raise LookupError(f"stream {stream!r} of {town!r} has no case")
        self._memory[town, stream] = _Remembered(fold, read[-1].digest)
        self._memory.move_to_end((town, stream))
        while len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)
        return fold


def row_of(town: str, fold: CaseFold, stream: str) -> dict[str, object]:
    """The row of a case."""
    facts = fold.facts
    return {
        "town": town,
        "stream": stream,
        "kind": fold.kind.value,
        "case_id": fold.case_id,
        "year": facts.year,
        "subject": facts.subject,
        "title": facts.title,
        "stage": facts.stage,
        "open": facts.open,
        "outcome": facts.outcome,
        "due": facts.due,
        "opened_on": fold.opened_on,
        "closed_on": fold.closed_on,
        "version": fold.version,
        "policy_version": fold.policy_version,
    }
