"""Where a rehearsal is played: a Temporal server with virtual time, a PostgreSQL server and a worker of its own.

Nothing of it is shared with the deployment, whatever the settings point at, and nothing is left when it is over.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy.engine import make_url
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from ballotbox.in_memory import InMemoryParties
from ballotbox.interface import BallotBox
from ballotbox.poll_box import PollBox
from eventstore.database import create_engine
from eventstore.store import EventStore
from migrations import migrate
from runtime.engine_build import ensure
from runtime.postgres import EmbeddedPostgres
from runtime.temporal import EmbeddedTemporal
from transparency.signed_note import NoteSigner
from worker import Services, build_worker
from workflows.payloads import data_converter

NAMESPACE: Final = "rehearsal"
TASK_QUEUE: Final = "rehearsal"
TOWN: Final = "rehearsal"

# The server's own limit of 200 skips is met in silence: the clock then simply stands still.
_SKIPS: Final = 1_000_000


@dataclass(frozen=True)
class Environment:
    """Everything that a play needs. `skipper.client` starts workflows whose clocks can be moved."""

    url: str
    store: EventStore
    box: BallotBox
    parties: InMemoryParties
    """Issuers, phones, witnesses and scrutineers of the secret ballot."""
    skipper: TimeSkipper


@asynccontextmanager
async def environment(temporal_program: Path | None = None) -> AsyncIterator[Environment]:
    """Start servers and worker; remove all of it afterwards. `temporal_program`: see `runtime.engine_build`."""
    async with AsyncExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="jiandu-rehearsal-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
        temporal = EmbeddedTemporal(
            await asyncio.to_thread(ensure, temporal_program),
            folder / "temporal",
            namespace=NAMESPACE,
            rehearsal=True,
            port=0,
            log=folder / "temporal.log",
        )
        stack.callback(postgres.stop)
        stack.callback(temporal.kill)  # its state is in memory, and of no use to anybody
        await _started(lambda: _ready_database(postgres), temporal.start)
        async with play_on(postgres.url, temporal.address) as made:
            yield made


@asynccontextmanager
async def play_on(url: str, address: str) -> AsyncIterator[Environment]:
    """A worker on a migrated database and a server with virtual time that are there already."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(EventStore.open(url))
        engine = create_engine(url, pool_size=4)
        stack.push_async_callback(engine.dispose)
        parties = InMemoryParties()
        stack.callback(parties.close)
        box = PollBox(engine, parties.offices)
        client = await Client.connect(address, namespace=NAMESPACE, data_converter=data_converter(None))
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, max_session_skip_count=_SKIPS))
        services = Services(store=store, box=box, signer=NoteSigner.generate("rehearsal"), rehearsal=True)
        await stack.enter_async_context(build_worker(skipper.client, services, task_queue=TASK_QUEUE))
        yield Environment(url=url, store=store, box=box, parties=parties, skipper=skipper)


async def _started(*starts: Callable[[], None]) -> None:
    """Do blocking starts side by side. A thread cannot be cancelled: whoever stops what it starts must wait for it."""
    tasks = [asyncio.create_task(asyncio.to_thread(start)) for start in starts]
    try:
        await asyncio.shield(asyncio.gather(*tasks))
    finally:
        await asyncio.wait(tasks)


def _ready_database(postgres: EmbeddedPostgres) -> None:
    """Start the server and bring its database to today's schema."""
    postgres.start()
    superuser = make_url(postgres.superuser_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(superuser, autocommit=True) as connection:
        # The data are thrown away in a minute: nothing has to survive a crash.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    migrate(postgres.url)
