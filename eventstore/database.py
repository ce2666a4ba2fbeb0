"""Connections to the database: the engine, and the role and town that every transaction takes first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

APP_ROLE = "jiandu_app"
AUDIT_ROLE = "jiandu_auditor"


def driver_url(url: str) -> URL:
    """A PostgreSQL address, with psycopg 3 as SQLAlchemy's driver."""
    return make_url(url).set(drivername="postgresql+psycopg")


def libpq_address(url: str) -> str:
    """The same address as libpq takes it, password included."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_engine(url: str, *, pool_size: int = 8) -> AsyncEngine:
    """An engine for `url`. READ COMMITTED is what the append function relies on, so it is asked for by name."""
    return create_async_engine(
        driver_url(url),
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,  # they hold what people wrote; errors go to logs and status pages
    )


def create_append_engine(url: str, *, pool_size: int = 8) -> AsyncEngine:
    """An engine whose connections commit each statement: the appender begins and ends its transactions itself."""
    return create_async_engine(
        driver_url(url),
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_reset_on_return=None,  # the appender gives back a connection without a transaction, or none
        hide_parameters=True,
    )


async def enter_town(connection: AsyncConnection, town: str, role: str = APP_ROLE) -> None:
    """Take the role and the town until the end of the transaction: row-level security then shows this town only."""
    await connection.execute(
        text("SELECT set_config('role', :role, true), set_config('jiandu.town', :town, true)"),
        {"role": role, "town": town},
    )


@asynccontextmanager
async def in_town(engine: AsyncEngine, town: str, role: str = APP_ROLE) -> AsyncIterator[AsyncConnection]:
    """A transaction of one town."""
    async with engine.begin() as connection:
        await enter_town(connection, town, role)
        yield connection


@asynccontextmanager
async def as_auditor(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that reads the rows of all towns and can write nothing."""
    async with engine.begin() as connection:
        await enter_town(connection, "", AUDIT_ROLE)
        yield connection


async def driver_connection(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The psycopg connection under a SQLAlchemy one, for pipelines; both are in the same transaction."""
    raw = (await connection.get_raw_connection()).driver_connection
    if not isinstance(raw, psycopg.AsyncConnection):
        raise TypeError(f"the event store needs psycopg 3, not {type(raw).__name__}")
    return raw
