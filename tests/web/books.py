"""The pages on a database that they may write to: the town's books, without any running process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest

from domain.roster.books import ROSTER
from domain.roster.commands import Deputy, ImportRoster
from domain.roster.posts import Post, SubjectKind
from domain.roster.state import RosterState
from eventstore.books import read_book, write_book
from tests.web.conftest import STAFF, TOWN, Pages
from web.acts.counter import Counter
from web.app import create_app
from web.site import Site
from workflows.client import CaseClient

DEPUTIES = (Deputy(id="d01", name="王秀英", group="城区"), Deputy(id="d02", name="李文", group="河滩"))
POSTS = (Post(id="czs", name="财政所", kind=SubjectKind.STATION, responsible="陈润田"),)


async def no_engine() -> CaseClient:
    raise AssertionError("books need no running process")


@dataclass
class Town(Pages):
    """The pages with what they are made of."""

    site: Site


@pytest.fixture
async def town(pages: Pages) -> AsyncIterator[Town]:
    """The application with a counter."""

    async def checks() -> Sequence[object]:
        return pages.findings

    site = Site(
        town=TOWN,
        town_name="测试镇",
        engine=pages.store.engine,
        ready=checks,  # type: ignore[arg-type]
        status=checks,  # type: ignore[arg-type]
        counter=Counter(pages.store, TOWN, no_engine),
    )
    app = create_app(site)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://jiandu.test") as client:
        yield Town(pages.store, client, pages.findings, app, site)


async def with_roster(town: Pages) -> None:
    """Two deputies and a post are in the roster."""
    act = ImportRoster(deputies=DEPUTIES, subjects=POSTS)
    await write_book(town.store, TOWN, ROSTER, act, actor=STAFF, command_id="first", now=datetime.now(UTC))


async def roster(town: Pages) -> RosterState:
    """The roster as it is recorded."""
    return await read_book(town.store, TOWN, ROSTER)
