"""A town's whole stack as processes that can be killed, on a data folder of their own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client
from temporalio.service import RPCError

from ballotbox.poll_box import PollBox
from eventstore.contract import StoreUnavailable
from eventstore.store import EventStore
from migrations import migrate
from projections import subscribers
from runtime.engine_build import ensure
from runtime.postgres import EmbeddedPostgres
from runtime.settings import Settings
from runtime.temporal import EmbeddedTemporal, connect
from worker import sealed_converter
from workflows.client import CaseClient, EngineUnavailable

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")

PASSING = (StoreUnavailable, EngineUnavailable, RPCError, DBAPIError, psycopg.Error, OSError)
"""What a caller sees while a server is away: the same act is sent again under the same id."""


class Town:
    """The stack; every process of it is started, killed and stopped here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(data_dir=folder, temporal_port=0, temporal_ui_port=0, town="killed")
        self.postgres = EmbeddedPostgres(folder / "postgres", folder / "logs" / "postgres.log")
        self.temporal = EmbeddedTemporal(ensure(), folder / "temporal", port=0, log=folder / "logs" / "temporal.log")
        self._worker: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None
        self.ended_by_itself: list[int] = []
        """The exit codes of workers that nobody killed."""

    async def start(self) -> None:
        """Start everything that does not run; a worker that ends by itself is started again, as a supervisor would."""
        await asyncio.to_thread(self.postgres.start)
        await asyncio.to_thread(migrate, self.postgres.url)
        await asyncio.to_thread(self.temporal.start)
        self.start_worker()
        self._watch = asyncio.create_task(self._watch_worker(), name="watch over the worker")

    async def _watch_worker(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            code = None if self._worker is None else self._worker.poll()
            if code is not None:
                self.ended_by_itself.append(code)
                self.start_worker()

    def start_worker(self) -> None:
        """Start a worker as production does."""
        environment = {
            **os.environ,
            "JIANDU_DATA_DIR": str(self.folder),
            "JIANDU_DATABASE_URL": self.postgres.url,
            "JIANDU_TEMPORAL_ADDRESS": self.temporal.address,
            "JIANDU_TOWN": self.settings.town,
        }
        log = (self.folder / "logs" / "worker.log").open("ab")
        self._worker = subprocess.Popen(
            [sys.executable, str(ROOT / "worker.py")], env=environment, stdout=log, stderr=log, cwd=ROOT
        )
        log.close()

    async def kill(self, what: str) -> None:
        """`kill -9`, then start it again, as a supervisor would."""
        if what == "worker":
            self.kill_worker()
            self.start_worker()
            return
        server = self.postgres if what == "postgres" else self.temporal
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        while server.poll() is None:  # noqa: ASYNC110 - a killed process tells nobody
            await asyncio.sleep(0.01)
        await asyncio.to_thread(server.start)

    async def lose_temporal(self) -> None:
        """All of Temporal's data is gone, and with it the worker's cache of it."""
        self.kill_worker()
        self.temporal.kill()
        for file in (self.folder / "temporal").glob("temporal.db*"):
            file.unlink()
        await asyncio.to_thread(self.temporal.start)
        self.start_worker()

    async def stop(self) -> None:
        """Stop everything that runs."""
        if self._watch is not None:
            self._watch.cancel()
        if self._worker is not None and self._worker.poll() is None:
            self._worker.terminate()
            await asyncio.to_thread(self._worker.wait, 20)
        await asyncio.to_thread(self.temporal.stop)
        await asyncio.to_thread(self.postgres.stop)

    async def client(self) -> Client:
        """A client of the engine as production makes it."""
        return await connect(
            self.settings, address=self.temporal.address, data_converter=sealed_converter(self.settings)
        )

    def store(self) -> EventStore:
        """The event store; the caller closes it."""
        return EventStore.open(self.postgres.url, subscribers=subscribers())

    def cases(self, client: Client, store: EventStore) -> CaseClient:
        """The way to the town's cases."""
        return CaseClient(client, self.settings.town, store, self.settings.task_queue)

    @staticmethod
    def box(store: EventStore) -> PollBox:
        """The town's ballot box."""
        return PollBox(store.engine)

    def kill_worker(self) -> None:
        """`kill -9`, and nobody starts it again."""
        assert self._worker is not None
        worker, self._worker = self._worker, None
        worker.kill()
        worker.wait()

    def log_end(self, of: str, size: int = 4000) -> str:
        """The end of a process's log: `worker`, `temporal` or `postgres`."""
        log = self.folder / "logs" / f"{of}.log"
        return log.read_text(encoding="utf-8", errors="replace")[-size:] if log.exists() else ""


async def patiently(attempt: Callable[[], Awaitable[T]], seconds: float = 120) -> T:
    """Do the same again until it is answered, as a page or a person would."""
    give_up = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await attempt()
        except PASSING:
            if asyncio.get_running_loop().time() > give_up:
                raise
        await asyncio.sleep(0.2)
