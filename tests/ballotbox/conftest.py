"""The box under test, on a database of its own, with the parties of the secret ballot in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ballotbox.in_memory import InMemoryParties
from ballotbox.interface import BallotBox
from ballotbox.poll_box import PollBox
from tests.ballotbox.polls import Hall


@pytest_asyncio.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """Connections as the database's owner."""
    made = create_async_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://", 1))
    yield made
    await made.dispose()


@pytest.fixture
def parties() -> Iterator[InMemoryParties]:
    """Issuers, box, board, phones, witnesses and scrutineers."""
    made = InMemoryParties()
    yield made
    made.close()


@pytest.fixture
def box(engine: AsyncEngine, parties: InMemoryParties) -> BallotBox:
    """The box of this installation."""
    return PollBox(engine, parties.offices)


@pytest.fixture
def hall(box: BallotBox, parties: InMemoryParties) -> Hall[InMemoryParties]:
    """The box with its people."""
    return Hall(box, parties)
