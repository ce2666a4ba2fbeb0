"""The change from the plain box: its counts stay, and a poll that is still open with it is not thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.ext.asyncio import create_async_engine

from ballotbox.poll_box import PollBox
from ballotbox.polls import PollKey
from migrations import migrate
from tests.ballotbox.polls import TOWN, setup
from tests.conftest import database_url

PLAIN = "0006"
COUNTS = """{"opened":true,"subjects":{"czs":{"overall":{"grades":{"competent":3},"abstain":0,"invalid":0},
"dimensions":{},"issued":3,"returned":3}}}"""


@pytest.fixture
def plain_url(postgres_server: str) -> Iterator[str]:
    """A database with the plain box's tables."""
    name = f"plain_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = database_url(postgres_server, name)
    migrate(url, PLAIN)
    yield url
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def poll_in(url: str, phase: str, counts: str | None = None) -> None:
    """A poll on phones of the plain box."""
    old = setup().model_dump_json(
        exclude={"ballot": True, "title": True, "subjects": {"__all__": {"present", "label"}}}
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO ballotbox.poll (town, poll_id, setup, phase, counts) VALUES (%s, %s, %s, %s, %s)",
            (TOWN, "2025-p1", old, phase, counts),
        )


@pytest.mark.parametrize("phase", ["collecting", "casting"])
def test_an_open_poll_of_the_plain_box_stops_the_upgrade(plain_url: str, phase: str) -> None:
    poll_in(plain_url, phase)
    with pytest.raises(Exception, match="手机测评 城关镇 2025-p1 尚未结束"):
        migrate(plain_url)


async def test_the_counts_of_the_plain_box_stay_and_its_ballots_are_said_to_be_gone(plain_url: str) -> None:
    poll_in(plain_url, "closed", COUNTS)
    migrate(plain_url)
    engine = create_async_engine(plain_url.replace("postgresql://", "postgresql+psycopg://", 1))
    box, poll = PollBox(engine), PollKey(TOWN, "2025-p1")
    assert (await box.close(poll)).subjects["czs"].overall.grades["competent"] == 3
    verification = await box.verify(poll)
    assert verification.cast == 3
    assert "旧版票箱" in verification.faults[0]
    await engine.dispose()
