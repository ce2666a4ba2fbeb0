"""One real Temporal server in virtual time for the session, one real database a module, one worker and town a test."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from ballotbox.in_memory import InMemoryParties
from ballotbox.poll_box import PollBox
from domain.acts import Actor, Command, Role
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind
from domain.policy.document import Policy
from eventstore.store import EventStore
from projections import subscribers
from runtime.engine_build import ensure
from runtime.temporal import EmbeddedTemporal
from transparency.signed_note import NoteSigner
from worker import Services, build_worker
from workflows.client import CaseClient
from workflows.messages import Receipt
from workflows.payloads import SealingCodec, data_converter

STAFF = Actor(id="staff-1", role=Role.STAFF)
CALENDAR = WorkCalendar(weekends_only=True)
OPENED_AT = datetime(2025, 1, 6, 4, 0, tzinfo=UTC)
"""Noon in the town on Monday 2025-01-06: where the business clock of every test begins."""


@pytest.fixture(scope="session")
def temporal_address() -> Iterator[str]:
    """A Temporal server that can skip time."""
    with tempfile.TemporaryDirectory(prefix="jiandu-temporal-") as folder:
        server = EmbeddedTemporal(ensure(), Path(folder) / "temporal", rehearsal=True, port=0)
        server.start()
        try:
            yield server.address
        finally:
            server.stop()


@dataclass
class Stack:
    """A running engine, with a town of its own."""

    client: Client
    skipper: TimeSkipper
    services: Services
    parties: InMemoryParties
    cases: CaseClient
    task_queue: str
    policy: Policy
    started_at: datetime

    @property
    def store(self) -> EventStore:
        return self.services.store

    @property
    def clock_offset(self) -> timedelta:
        return OPENED_AT - self.started_at

    async def start(self, kind: CaseKind, case_id: str, opening: Command, command_id: str | None = None) -> Receipt:
        return await self.cases.start(
            kind,
            case_id,
            opening,
            actor=STAFF,
            command_id=command_id or uuid4().hex,
            policy=self.policy,
            calendar=CALENDAR,
            clock_offset=self.clock_offset,
        )

    async def act(
        self, kind: CaseKind, case_id: str, command: Command, command_id: str | None = None, actor: Actor = STAFF
    ) -> Receipt:
        return await self.cases.act(kind, case_id, command, actor=actor, command_id=command_id or uuid4().hex)

    async def move(self, kind: CaseKind, case_id: str, by: timedelta) -> None:
        """Let time pass for one case, then wait until it has recorded what came due."""
        await self.skipper.fast_forward(self.cases.handle(kind, case_id), by)
        while (await self.cases.view(kind, case_id)).busy:  # noqa: ASYNC110 - the engine offers a query, not an event
            await asyncio.sleep(0.02)

    async def events(self, stream: str) -> list[str]:
        return [each.event.type_name for each in await self.store.read_stream(self.cases.town, stream)]


@pytest_asyncio.fixture
async def stack(temporal_address: str, module_postgres_url: str) -> AsyncIterator[Stack]:
    """The whole engine under a test, on servers that others use as well, in a town that nobody else has."""
    sealed = data_converter(SealingCodec({"test": b"0" * 32}, "test"))
    client = await Client.connect(temporal_address, namespace="jiandu", data_converter=sealed)
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, max_session_skip_count=1_000_000))
    task_queue = f"test-{uuid4().hex[:8]}"
    async with EventStore.open(module_postgres_url, subscribers=subscribers()) as store:
        parties = InMemoryParties()
        box = PollBox(store.engine, parties.offices)
        services = Services(store=store, box=box, signer=NoteSigner.generate("test"), rehearsal=True)
        async with build_worker(skipper.client, services, task_queue=task_queue):
            cases = CaseClient(skipper.client, f"town-{uuid4().hex[:8]}", store, task_queue)
            yield Stack(skipper.client, skipper, services, parties, cases, task_queue, Policy(), datetime.now(UTC))
