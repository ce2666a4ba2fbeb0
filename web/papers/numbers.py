"""文号 document numbers in the town's database (schema `papers`): given once to a paper of a case, without a gap."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from documents.papers.case_file import Number
from documents.papers.numbers import SERIES, pattern_fault, printed
from domain.acts import Refusal
from domain.cases.case import TOWN_ZONE
from eventstore.database import in_town

# One at a time in a series: a number is the last one plus one, and nothing is ever taken back.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('papers:' || :town || ':' || :series, 0))")
_GIVEN = text("SELECT paper, printed, given FROM papers.document_number WHERE town = :town AND stream = :stream")
_PATTERNS = text("SELECT series, pattern FROM papers.series WHERE town = :town")
_GIVE = text(
    "INSERT INTO papers.document_number (town, series, year, number, stream, paper, printed, given_by, given) "
    "VALUES (:town, :series, :year, :number, :stream, :paper, :printed, :by, :now)"
)
_NEXT = text(
    "SELECT coalesce(max(number), 0) + 1 FROM papers.document_number "
    "WHERE town = :town AND series = :series AND year = :year"
)
_SET = text(
    "INSERT INTO papers.series (town, series, pattern, changed_by, changed) "
    "VALUES (:town, :series, :pattern, :by, :now) "
    "ON CONFLICT (town, series) DO UPDATE SET pattern = excluded.pattern, changed_by = excluded.changed_by, "
    "changed = excluded.changed"
)


class NumberStore:
    """The document numbers of one town."""

    def __init__(self, engine: AsyncEngine, town: str) -> None:
        self._engine = engine
        self._town = town

    async def of_case(self, stream: str) -> dict[str, Number]:
        """The numbers of a case's papers, by the paper's key."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_GIVEN, {"town": self._town, "stream": stream})
            return {row.paper: _number(row.printed, row.given) for row in rows}

    async def give(self, series: str, stream: str, paper: str, by: str) -> Number:
        """The paper's number: the next of its series and this year, or the one that it has already."""
        now = datetime.now(UTC)
        year = now.astimezone(TOWN_ZONE).year
        key = {"town": self._town, "series": series}
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_LOCK, key)
            for row in await connection.execute(_GIVEN, {"town": self._town, "stream": stream}):
                if row.paper == paper:
                    return _number(row.printed, row.given)
            number: int = (await connection.execute(_NEXT, {**key, "year": year})).scalar_one()
            own = {row.series: row.pattern for row in await connection.execute(_PATTERNS, {"town": self._town})}
            words = printed(own.get(series, SERIES[series].pattern), year, number)
            values = {"year": year, "number": number, "stream": stream, "paper": paper, "printed": words}
            await connection.execute(_GIVE, {**key, **values, "by": by, "now": now})
            return _number(words, now)

    async def patterns(self) -> dict[str, str]:
        """Every series' pattern as it is in force."""
        async with in_town(self._engine, self._town) as connection:
            own = {row.series: row.pattern for row in await connection.execute(_PATTERNS, {"town": self._town})}
        return {key: own.get(key, series.pattern) for key, series in SERIES.items()}

    async def set_pattern(self, series: str, pattern: str, by: str) -> None:
        """Another pattern for the numbers from now on. Refused: `unknown_series`, `bad_pattern`."""
        if series not in SERIES:
            raise Refusal("unknown_series", f"没有文号系列 {series}。")
        if fault := pattern_fault(pattern):
            raise Refusal("bad_pattern", f"{SERIES[series].title}：{fault}")
        values = {"town": self._town, "series": series, "pattern": pattern, "by": by, "now": datetime.now(UTC)}
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_SET, values)


def _number(words: str, given: datetime) -> Number:
    return Number(words, given.astimezone(TOWN_ZONE).date())
