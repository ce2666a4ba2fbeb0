"""The box under test, on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ballotbox.interface import BallotBox
from ballotbox.plain import PlainBallotBox


@pytest_asyncio.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """Connections as the database's owner."""
    made = create_async_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://", 1))
    yield made
    await made.dispose()


@pytest_asyncio.fixture
async def box(engine: AsyncEngine) -> BallotBox:
    """The box of this installation."""
    return PlainBallotBox(engine)
