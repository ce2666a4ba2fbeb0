"""Shadow tables: as the live ones in columns, keys, indexes and security, in a schema of their own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from projections.tables import READ_MODEL

SHADOW_SCHEMA = "readmodel_shadow"
SHADOW: dict[str | None, str | None] = {READ_MODEL: SHADOW_SCHEMA}
"""Execution option `schema_translate_map` that sends a projection's statements to the shadow tables."""

_REBUILD_LOCK = 0x6A6964


class RebuildRunning(Exception):
    """Another process is rebuilding read models of this database."""


async def only_rebuild(connection: AsyncConnection) -> None:
    """Hold the right to rebuild until `connection` ends. Raises `RebuildRunning`."""
    free = (await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _REBUILD_LOCK})).scalar_one()
    await connection.commit()
    if not free:
        raise RebuildRunning("another process is rebuilding read models of this database")


async def create_shadow(engine: AsyncEngine, tables: Sequence[Table]) -> None:
    """Make empty shadow tables; those that a killed rebuild left are dropped."""
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA IF EXISTS {SHADOW_SCHEMA} CASCADE"))
        await connection.execute(text(f"CREATE SCHEMA {SHADOW_SCHEMA}"))
        await connection.execute(text(f"GRANT USAGE ON SCHEMA {SHADOW_SCHEMA} TO jiandu_app, jiandu_auditor"))
        for table in tables:
            shadow = f"{SHADOW_SCHEMA}.{table.name}"
            await connection.execute(text(f"CREATE TABLE {shadow} (LIKE {READ_MODEL}.{table.name} INCLUDING ALL)"))
            await connection.execute(text("SELECT jiandu_secure_read_model(CAST(:name AS regclass))"), {"name": shadow})


async def drop_shadow(engine: AsyncEngine) -> None:
    """Remove what is left."""
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA IF EXISTS {SHADOW_SCHEMA} CASCADE"))


async def to_shadow(connection: AsyncConnection, town: str) -> None:
    """Enter a town for the transaction, as the application's role: the shadow tables hold it to the town as well."""
    await connection.execute(
        text("SELECT set_config('role', 'jiandu_app', true), set_config('jiandu.town', :town, true)"), {"town": town}
    )


async def stop_appends(connection: AsyncConnection) -> None:
    """Let no append begin until the transaction ends: each locks a row of `town_log` first.

    Appends wait for as long as the swap waits for a reader of a live table, so that is bounded.
    """
    await connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    await connection.execute(text("LOCK TABLE town_log IN EXCLUSIVE MODE"))
    # And no catching up, which takes its locks in this order too: log, state, tables.
    await connection.execute(text("LOCK TABLE projection_state IN EXCLUSIVE MODE"))


async def swap(connection: AsyncConnection, tables: Sequence[Table]) -> None:
    """Put the shadow tables in the place of the live ones, which are dropped."""
    await connection.execute(text("RESET ROLE"))
    for table in tables:
        await connection.execute(text(f"DROP TABLE {READ_MODEL}.{table.name}"))
        await connection.execute(text(f"ALTER TABLE {SHADOW_SCHEMA}.{table.name} SET SCHEMA {READ_MODEL}"))
