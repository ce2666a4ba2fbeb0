"""Open pages learn of changes: what concerns their reader, after a break as well, and no longer than the session."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from domain.acts import Role
from domain.cases.appraisal.commands import OpenAppraisal
from domain.cases.case import CaseKind
from domain.cases.proposal.commands import WithdrawProposal
from tests.browser import served
from tests.web.conftest import Pages
from tests.web.test_desk_pages import post
from tests.web.test_pages import YEAR, proposal
from web.live import events, hub

PATIENCE = 10.0


class Stream:
    """The events of one connection."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> tuple[str, str, dict[str, Any]]:
        """Id, name and data of the next event."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if line.startswith(":"):
                    continue
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    return fields.get("id", ""), fields["event"], json.loads(fields["data"])
                else:
                    fields = {}
        raise AssertionError("the stream ended")


@asynccontextmanager
async def listening(pages: Pages, **options: Any) -> AsyncIterator[Stream]:
    async with served(pages.app) as origin, httpx.AsyncClient(cookies=pages.client.cookies.jar) as client:
        jar = {cookie.name: cookie.value or "" for cookie in pages.client.cookies.jar}
        async with client.stream("GET", f"{origin}/events", cookies=jar, timeout=PATIENCE, **options) as answer:
            yield Stream(answer)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks often, so that nothing waits."""
    monkeypatch.setattr(hub.Hub, "every", 0.05)
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.2)


async def test_a_page_is_told_which_case_changed_and_how_much_awaits(pages: Pages) -> None:
    await pages.record(CaseKind.APPRAISAL, f"{YEAR}-lys", OpenAppraisal(year=YEAR, subject=post("lys", "林业站")))
    async with listening(pages) as stream:
        position, _, first = await stream.next()
        assert (position, first["cases"], first["todo"]) == ("1", [], 1)
        await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "道路硬化"))
        position, name, told = await stream.next()
    assert (position, name) == ("2", "change")
    assert (told["cases"], told["years"], told["todo"]) == ([f"proposal/{YEAR}-T1"], [YEAR], 2)


async def test_who_comes_back_is_told_what_was_missed(pages: Pages) -> None:
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "道路硬化"))
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T2", proposal("T2", "机井"))
    async with listening(pages, headers={"last-event-id": "1"}) as stream:
        assert (await stream.next())[2]["cases"] == [f"proposal/{YEAR}-T2"]


async def test_nobody_is_told_of_what_they_may_not_see(pages: Pages) -> None:
    await pages.log_in(Role.DEPUTY)
    async with listening(pages) as stream:
        await stream.next()
        await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "草案"))
        await pages.record(CaseKind.APPRAISAL, f"{YEAR}-lys", OpenAppraisal(year=YEAR, subject=post("lys", "林业站")))
        seen: list[str] = []
        while not seen:
            seen = (await stream.next())[2]["cases"]
    assert seen == [f"appraisal/{YEAR}-lys"]


async def test_a_stream_ends_with_its_session(pages: Pages) -> None:
    await pages.log_in(Role.STAFF)
    async with listening(pages) as stream:
        await stream.next()
        token = (await pages.client.get("/todo/messages")).text
        assert "退出" in token
        form = token.partition('name="form_token" value="')[2].partition('"')[0]
        await pages.client.post("/logout", data={"form_token": form})
        assert (await stream.next())[1] == "ended"


async def test_so_many_streams_and_no_more(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_EACH", 1)
    async with listening(pages) as stream:
        await stream.next()
        async with httpx.AsyncClient() as client:
            assert (await client.get(str(stream.answer.url))).status_code == 503


async def test_an_open_page_changes_and_keeps_the_focus(pages: Pages, browser: Browser) -> None:
    await pages.record(CaseKind.APPRAISAL, f"{YEAR}-lys", OpenAppraisal(year=YEAR, subject=post("lys", "林业站")))
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "道路硬化"))
    async with served(pages.app) as origin:
        page = await browser.new_page()
        await page.goto(f"{origin}/todo")
        await expect(page.locator("[data-badge=todo]")).to_have_text("2")
        link = page.get_by_role("link", name="林业站").first
        await link.focus()
        await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", WithdrawProposal(reason="另行规划"))
        await expect(page.get_by_text("道路硬化")).to_have_count(0)
        await expect(page.locator("[data-badge=todo]")).to_have_text("1")
        await expect(link).to_be_focused()
        assert await page.get_by_role("status").inner_text() == "本页内容已更新。"
        await page.close()
