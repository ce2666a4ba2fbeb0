"""A town with deputies, for the tests of their pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx

from domain.acts import Actor, Command, Role
from domain.cases.case import CaseKind
from domain.roster.books import ROSTER
from domain.roster.commands import Deputy, ImportRoster
from domain.roster.posts import Post, SubjectKind
from eventstore.books import write_book
from tests.web.conftest import PASSWORD, STAFF, TOWN, Pages
from web.accounts.model import Account
from web.accounts.passwords import hash_password
from web.accounts.store import AccountStore
from web.acts.counter import Counter
from web.app import create_app
from web.deputies.links import LinkStore, Slip
from web.findings import Finding
from web.site import Site
from workflows.client import CaseClient
from workflows.messages import Receipt

WANG, LI = Deputy(id="d01", name="王建国", group="城区代表小组"), Deputy(id="d02", name="李文秀", group="河滩代表小组")
POSTS = (
    Post(id="lyz", name="林业站", kind=SubjectKind.STATION, responsible="h01"),
    Post(id="slz", name="水利站", kind=SubjectKind.STATION, responsible="h02"),
)
PIN = "2580"


class DirectCounter(Counter):
    """Records acts as a case's workflow does, without an engine."""

    def __init__(self, pages: Pages) -> None:
        async def nowhere() -> CaseClient:
            raise AssertionError("no engine in this test")

        super().__init__(pages.store, TOWN, nowhere)
        self._pages = pages

    async def start(self, kind: CaseKind, case_id: str, opening: Command, actor: Actor, command_id: str) -> Receipt:
        return await self.do(kind, case_id, opening, actor, command_id)

    async def do(self, kind: CaseKind, case_id: str, command: Command, actor: Actor, command_id: str) -> Receipt:
        await self._pages.record(kind, case_id, command, actor, command_id)
        return Receipt(command_id=command_id, repeated=False, events=[], version=0, next_deadline=None)


async def with_roster(pages: Pages) -> None:
    """Two deputies and two posts."""
    roster = ImportRoster(deputies=(WANG, LI), subjects=POSTS)
    now = datetime.now(UTC)
    await write_book(pages.store, TOWN, ROSTER, roster, actor=STAFF, command_id="roster", now=now)


def at_work(pages: Pages) -> Pages:
    """The same town, with a counter at which acts are done."""

    async def checks() -> list[Finding]:
        return []

    counter = DirectCounter(pages)
    pages.app = create_app(Site(TOWN, "测试镇", pages.store.engine, checks, checks, counter=counter))
    return pages


@asynccontextmanager
async def phone(pages: Pages) -> AsyncIterator[httpx.AsyncClient]:
    """Another browser."""
    transport = httpx.ASGITransport(app=pages.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://jiandu.test") as client:
        yield client


async def issued(pages: Pages, deputy: Deputy = WANG) -> Slip:
    """A deputy's slip."""
    return await LinkStore(pages.store.engine, TOWN).issue(deputy, "s1")


async def inside(client: httpx.AsyncClient, slip: Slip, pin: str = PIN) -> httpx.Response:
    """Scan the slip and set a first PIN."""
    await client.get(f"/d/{slip.token}")
    return await client.post("/pin", data={"pin": pin, "again": pin})


async def known(pages: Pages, client: httpx.AsyncClient, person: str, *roles: Role, villages: str = "") -> None:
    """Log in as somebody with a password."""
    account = Account(login=f"user-{person}", name=person, person=person, roles=roles, villages=tuple(villages.split()))
    hashed = await asyncio.to_thread(hash_password, PASSWORD)
    await AccountStore(pages.store.engine, TOWN).add(account, hashed)
    await client.post("/login", data={"login": account.login, "password": PASSWORD})
