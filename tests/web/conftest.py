"""The pages on a real database, with events in it as workflows write them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from domain.acts import Actor, Command, Role
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, Context, fold, stream_of
from domain.cases.registry import GOVERNED
from domain.events import Metadata
from domain.policy.document import Policy
from eventstore.contract import AppendRequest
from eventstore.store import EventStore
from projections import subscribers
from tests.browser import browser as browser
from web.accounts.model import Account
from web.accounts.passwords import hash_password
from web.accounts.store import AccountStore
from web.app import create_app
from web.findings import Finding, State
from web.site import Site

TOWN = "test-town"
PASSWORD = "山高路远坑深大军纵横"
STAFF = Actor(id="s1", role=Role.STAFF)


@dataclass
class Pages:
    """The application, with what stands behind it."""

    store: EventStore
    client: httpx.AsyncClient
    findings: list[Finding]
    """What its checks find; a test may put in others."""
    app: FastAPI

    async def log_in(self, *roles: Role) -> None:
        """Log in as a person of these roles; the town has accounts from then on."""
        accounts = AccountStore(self.store.engine, TOWN)
        account = Account(login="user", name="某人", person="p1", roles=roles)
        await accounts.add(account, await asyncio.to_thread(hash_password, PASSWORD))
        await self.client.post("/login", data={"login": "user", "password": PASSWORD})

    async def record(
        self, kind: CaseKind, case_id: str, command: Command, actor: Actor = STAFF, command_id: str = ""
    ) -> None:
        """Do an act and record its events, as a workflow would."""
        decider = GOVERNED[kind]
        stream = stream_of(kind, case_id)
        events = await self.store.read_stream(TOWN, stream)
        state = fold(decider, events) if events else decider.initial()
        now = datetime.now(UTC)
        context = Context(town=TOWN, case_id=case_id, policy=Policy(), calendar=WorkCalendar(), now=now)
        decided = decider.decide(state, command, actor, context)
        metadata = Metadata(
            actor=actor,
            command_id=command_id or f"{stream}:{len(events)}",
            business_time=now,
            policy_version=Policy().version,
        )
        await self.store.append(
            AppendRequest(
                town=TOWN,
                stream=stream,
                expected_version=len(events) - 1,
                events=tuple(decided),
                metadata=metadata,
            )
        )


@pytest.fixture
async def pages(postgres_url: str) -> AsyncIterator[Pages]:
    """The application on a fresh database."""
    findings = [Finding(key="postgres", title="数据库", state=State.OK, detail="PostgreSQL 18")]

    async def checks() -> Sequence[Finding]:
        return findings

    async with EventStore.open(postgres_url, subscribers=subscribers()) as store:
        site = Site(town=TOWN, town_name="测试镇", engine=store.engine, ready=checks, status=checks)
        app = create_app(site)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://jiandu.test") as client:
            yield Pages(store, client, findings, app)
