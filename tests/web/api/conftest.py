"""The application behind a real port in a thread of its own, on a real database: the fuzzer is no coroutine."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import httpx
import pytest
import uvicorn

from domain.acts import Role
from domain.cases.appraisal.commands import OpenAppraisal, SubmitReport
from domain.cases.case import CaseKind
from domain.cases.rectification.commands import OpenRectification, ServeNotice
from domain.roster.books import ROSTER
from domain.roster.commands import Deputy, ImportRoster
from eventstore.books import write_book
from eventstore.store import EventStore
from projections import subscribers
from tests.cases.examples import FAILED, LYS
from tests.web.conftest import STAFF, TOWN, Pages
from web.accounts.model import Account
from web.accounts.store import AccountStore
from web.acts.counter import Counter
from web.api.tokens import TokenStore
from web.app import create_app
from web.findings import Finding
from web.site import Site
from workflows.client import CaseClient, EngineUnavailable


@dataclass(frozen=True)
class Served:
    """Where it is, and a token of the staff's."""

    origin: str
    token: str


async def _no_engine() -> CaseClient:
    raise EngineUnavailable("no engine in this test: acts that the rules allow end here")


async def _checks() -> list[Finding]:
    return []


async def _filled(pages: Pages) -> str:
    """A town with something of each in it. Gives the token."""
    store = pages.store
    roster = ImportRoster(deputies=(Deputy(id="d1", name="王一"),), subjects=(LYS,), heads_from=date(2026, 1, 1))
    now = datetime.now(UTC)
    await write_book(store, TOWN, ROSTER, roster, actor=STAFF, command_id="roster", now=now)
    await pages.record(CaseKind.APPRAISAL, "2026-lys", OpenAppraisal(year=2026, subject=LYS))
    await pages.record(CaseKind.APPRAISAL, "2026-lys", SubmitReport())
    await pages.record(CaseKind.RECTIFICATION, "2026-lys", OpenRectification(year=2026, subject=LYS, failed=FAILED))
    await pages.record(CaseKind.RECTIFICATION, "2026-lys", ServeNotice())
    accounts = AccountStore(store.engine, TOWN)
    await accounts.add(Account(login="staff", name="员", person="s1", roles=(Role.STAFF,)), "no password")
    return await TokenStore(store.engine, TOWN, accounts).make("staff", "fuzz", 1)


@pytest.fixture(scope="module")
def served(module_postgres_url: str) -> Iterator[Served]:
    """The application until the module's tests are over."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    ready, made = threading.Event(), list[str]()
    servers = list[uvicorn.Server]()

    async def serve() -> None:
        async with EventStore.open(module_postgres_url, subscribers=subscribers()) as store:
            counter = Counter(store, TOWN, _no_engine)
            site = Site(TOWN, "测试镇", store.engine, _checks, _checks, counter=counter)
            app = create_app(site)
            async with httpx.AsyncClient() as nobody:
                made.append(await _filled(Pages(store, nobody, [], app)))
            config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
            servers.append(uvicorn.Server(config))
            ready.set()
            await servers[0]._serve([listening])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="served application", daemon=True)
    thread.start()
    assert ready.wait(60)
    yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", made[0])
    servers[0].should_exit = True
    thread.join(30)
    listening.close()
