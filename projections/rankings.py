"""The published rankings of year-end assessments, as they stand after decisions, objections and corrections."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, Table, Text

from domain.cases.assessment.state import AssessmentState, Stage
from domain.policy.values import fraction_text
from projections.case_fold import CaseFold
from projections.tables import READ_MODEL, metadata

rankings = Table(
    "rankings",
    metadata,
    Column("town", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("total", Text, nullable=False),
    Column("printed", Text, nullable=False),
    Column("last", Boolean, nullable=False),
    Column("last_undecided", Boolean, nullable=False),
    Column("too_small", Boolean, nullable=False),
    Column("final", Boolean, nullable=False),
    PrimaryKeyConstraint("town", "stream", "line", "subject", name="rankings_pkey"),
    schema=READ_MODEL,
)
"""`line`: the group ranked in one line (一条龙). `place` orders it; `rank` is shared by equals. `total` is exact."""


def ranking_rows(town: str, fold: CaseFold, stream: str) -> list[dict[str, object]]:
    """The rows of an assessment; none before its rankings are published, or while they are withdrawn."""
    state = fold.state.inner
    if not isinstance(state, AssessmentState):
        return []
    return [
        {
            "town": town,
            "stream": stream,
            "line": ranking.group,
            "subject": row.subject,
            "year": state.year,
            "place": place,
            "rank": row.rank,
            "total": fraction_text(row.total),
            "printed": row.printed,
            "last": row.subject in ranking.last,
            "last_undecided": ranking.last_undecided and row.subject in ranking.tied_for_last,
            "too_small": ranking.too_small,
            "final": state.stage is Stage.FINAL,
        }
        for ranking in state.rankings
        for place, row in enumerate(ranking.rows, start=1)
    ]
