"""Run SQL as it is written: no placeholders, so `%` in PL/pgSQL stays what it is."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from alembic import op


def execute(statements: Iterable[str]) -> None:
    """Run statements in the migration's transaction; one string may hold several."""
    with closing(op.get_bind().connection.cursor()) as cursor:
        for statement in statements:
            cursor.execute(statement)
