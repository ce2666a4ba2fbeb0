"""Alembic's entry: one connection, one transaction for all revisions, one migrating process at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

# Any constant will do, as long as all versions of jiandu agree on it.
MIGRATION_LOCK = 0x6A69616E6475


def run(url: URL) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            context.run_migrations()
        connection.commit()


run(context.config.attributes["url"])
