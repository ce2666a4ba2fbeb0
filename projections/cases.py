"""The cases: one row each, as its decider describes it (`facts`), for lists, searches and the board of deadlines.

The same fold gives the details of rectifications and the rankings of assessments, so each event is folded once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Boolean, Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases.case import CaseKind
from domain.events import Recorded
from eventstore.contract import NEW_STREAM
from eventstore.reader import read_streams
from projections.bulk import Insert, Remove, Upsert, Write, run
from projections.case_fold import CaseFold, case_of, fold_case
from projections.rankings import ranking_rows, rankings
from projections.rectifications import rectification_row, rectifications
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


class Cases:
    """One row a case, and what its kind shows beside, from the state that the case's own decider folds."""

    name = "cases"
    tables = (cases, rectifications, rankings)

    def __init__(self) -> None:
        self._memory: OrderedDict[tuple[str, str], CaseFold] = OrderedDict()
        """Cases as of committed events, or of those of the transaction under way, whose end `forget` tells."""

    def changes(self, town: str, events: Sequence[Recorded]) -> list[Write] | None:
        """Describe the cases of `events` anew, if all of them are remembered."""
        fresh = _by_case(events)
        return None if self._missing(town, fresh) else self._describe(town, fresh, {})

    async def apply(self, connection: AsyncConnection, town: str, events: Sequence[Recorded]) -> None:
        """Describe them now, those that are not remembered from their streams."""
        fresh = _by_case(events)
        missing = self._missing(town, fresh)
        whole = await read_streams(connection, town, missing, upto=events[-1].position) if missing else {}
        await run(connection, self._describe(town, fresh, whole))

    def _missing(self, town: str, fresh: Mapping[str, list[Recorded]]) -> list[str]:
        return [stream for stream, news in fresh.items() if self._version(town, stream) != news[0].version - 1]

    def _describe(
        self, town: str, fresh: Mapping[str, list[Recorded]], whole: Mapping[str, list[Recorded]]
    ) -> list[Write]:
        folds: dict[str, CaseFold] = {}
        for stream, news in fresh.items():
            before = None if stream in whole else self._memory.get((town, stream))
            fold = fold_case(whole.get(stream, news), before)
            if fold is None:
                raise LookupError(f"stream {stream!r} of {town!r} has no case")
            self._remember(town, stream, fold)
            folds[stream] = fold
        details = [rectification_row(town, fold, stream) for stream, fold in folds.items()]
        ranked = {stream: fold for stream, fold in folds.items() if fold.kind is CaseKind.ASSESSMENT}
        return [
            Upsert(cases, [row_of(town, fold, stream) for stream, fold in folds.items()]),
            Upsert(rectifications, [row for row in details if row is not None]),
            Remove(rankings, town, list(ranked)),
            Insert(rankings, [row for stream, fold in ranked.items() for row in ranking_rows(town, fold, stream)]),
        ]

    def forget(self, town: str, streams: Collection[str] | None = None) -> None:
        """Drop folded cases of a town."""
        if streams is None:
            streams = [stream for of, stream in self._memory if of == town]
        for stream in streams:
            self._memory.pop((town, stream), None)

    def _version(self, town: str, stream: str) -> int:
        fold = self._memory.get((town, stream))
        return fold.version if fold is not None else NEW_STREAM

    def _remember(self, town: str, stream: str, fold: CaseFold) -> None:
        self._memory[town, stream] = fold
        self._memory.move_to_end((town, stream))
        while len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)


def _by_case(events: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    fresh: dict[str, list[Recorded]] = {}
    for event in events:
        if case_of(event.stream) is not None:
            fresh.setdefault(event.stream, []).append(event)
    return fresh


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
