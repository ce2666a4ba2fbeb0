"""The rows of the table of goals, in its order."""

from __future__ import annotations

from bench.bench import Row
from bench.rows import (
    append_bulk,
    append_many,
    append_one,
    appraisal,
    cast,
    collect,
    opening,
    rebuild,
    rehearsal,
    stamp,
    start,
    verify,
)

ROWS: tuple[Row, ...] = (
    append_one.ROW,
    append_many.ROW,
    append_bulk.ROW,
    rebuild.ROW,
    verify.ROW,
    appraisal.ROW,
    stamp.ROW,
    collect.ROW,
    cast.ROW,
    opening.ROW,
    rehearsal.ROW,
    start.ROW,
)
