"""Rectifications in detail, for the discipline office's board. The light depends on the day: the page works it out."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, PrimaryKeyConstraint, Table, Text

from domain.cases.case import CaseKind
from domain.cases.rectification.state import RectificationState
from projections.case_fold import CaseFold
from projections.tables import READ_MODEL, metadata

rectifications = Table(
    "rectifications",
    metadata,
    Column("town", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("post_name", Text, nullable=False),
    Column("post_kind", Text, nullable=False),
    Column("responsible", Text, nullable=False),
    Column("served_on", Date),
    Column("plan_due", Date),
    Column("plan_on", Date),
    Column("first_due", Date),
    Column("due", Date),
    Column("extended", Boolean, nullable=False),
    Column("report", Text, nullable=False),
    Column("reported_on", Date),
    Column("overdue_since", Date),
    Column("handling_proposed", Boolean, nullable=False),
    PrimaryKeyConstraint("town", "stream", name="rectifications_pkey"),
    schema=READ_MODEL,
)
"""`responsible`: who held the post last, as far as the case was told. `due`: in force; `first_due`: as served."""


def rectification_row(town: str, fold: CaseFold, stream: str) -> dict[str, object] | None:
    """The row of a rectification; None for a case of another kind, or one that is not opened."""
    state = fold.state.inner if fold.kind is CaseKind.RECTIFICATION else None
    if not isinstance(state, RectificationState) or state.holders is None:
        return None
    post = state.holders.post
    changes = sorted(state.holders.changes, key=lambda change: change[0])
    return {
        "town": town,
        "stream": stream,
        "post": post.id,
        "post_name": post.name,
        "post_kind": post.kind.value,
        "responsible": changes[-1][1] if changes else post.responsible,
        "served_on": state.served_on,
        "plan_due": state.plan_due.rolled if state.plan_due is not None else None,
        "plan_on": state.plan_on,
        "first_due": state.first_due.rolled if state.first_due is not None else None,
        "due": state.due.rolled if state.due is not None else None,
        "extended": bool(state.extensions),
        "report": state.report.value,
        "reported_on": state.reported_on,
        "overdue_since": state.overdue_since,
        "handling_proposed": state.handling_proposed,
    }
