"""The store under test, and how its tests make events."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from eventstore.store import EventStore


@pytest_asyncio.fixture
async def store(postgres_url: str) -> AsyncIterator[EventStore]:
    """An open store on a database of its own."""
    async with EventStore.open(postgres_url) as opened:
        yield opened
