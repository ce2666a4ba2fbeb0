"""Acts done in batches and by programs, in real cases: each once, whatever is repeated or cut off."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from domain.cases.appraisal.commands import OpenAppraisal
from domain.cases.case import CaseKind
from domain.cases.rectification.commands import OpenRectification, ServeNotice
from tests.cases.examples import FAILED, LYS
from tests.workflows.conftest import Stack
from web.acts.counter import Counter
from web.app import create_app
from web.bulk.store import BatchStore, ItemState
from web.findings import Finding
from web.site import Site
from workflows.client import CaseClient, EngineUnavailable

CASES = ("2025-a", "2025-b", "2025-c")


@dataclass
class Town:
    """The pages of a town whose cases run; `answers`: how many times the engine answers yet."""

    stack: Stack
    answers: list[int] = field(default_factory=lambda: [1000])
    client: httpx.AsyncClient = field(init=False)

    async def cases(self) -> CaseClient:
        if self.answers[0] <= 0:
            raise EngineUnavailable("away")
        self.answers[0] -= 1
        return self.stack.cases

    def app_again(self) -> None:
        """As after a restart of the web process."""
        stack, name = self.stack, self.stack.cases.town
        site = Site(name, "测试镇", stack.store.engine, _none, _none, counter=Counter(stack.store, name, self.cases))
        transport = httpx.ASGITransport(app=create_app(site))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://jiandu.test")

    async def served(self) -> list[int]:
        """How many notices each case has."""
        events = [await self.stack.events(f"rectification-{case}") for case in CASES]
        return [each.count("rectification.notice_served") for each in events]

    async def over(self, batch: str) -> str:
        """The batch's page once nothing goes on any more."""
        async with asyncio.timeout(20):
            while "<progress" in (text := (await self.client.get(f"{batch}/standing")).text):  # noqa: ASYNC110 - as a browser
                await asyncio.sleep(0.05)
        return text


async def _none() -> list[Finding]:
    return []


@pytest.fixture
async def town(stack: Stack) -> AsyncIterator[Town]:
    made = Town(stack)
    for case in CASES:
        post = LYS.model_copy(update={"id": case[-1], "name": f"{case[-1]} 站"})
        await stack.start(CaseKind.RECTIFICATION, case, OpenRectification(year=2025, subject=post, failed=FAILED))
    made.app_again()
    yield made
    await made.client.aclose()


async def test_a_batch_is_foreseen_done_once_each_and_completed_after_a_restart(town: Town) -> None:
    page = await town.client.get("/bulk/serve_notice")
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    form = {**hidden, "chosen": [f"rectification/{case}" for case in CASES]}
    seen = await town.client.post("/bulk/serve_notice", data={**form, "step": "look"})
    assert "3 件可办" in seen.text
    assert await town.served() == [0, 0, 0]
    await town.stack.act(CaseKind.RECTIFICATION, CASES[1], ServeNotice())  # served by somebody else meanwhile
    seen = await town.client.post("/bulk/serve_notice", data={**form, "step": "look"})
    assert "3 件可办" not in seen.text
    town.answers[0] = 1
    sent = await town.client.post("/bulk/serve_notice", data={**form, "step": "do"})
    batch = sent.headers["location"]
    assert "停在这里" in await town.over(batch)
    assert await town.served() == [1, 1, 0]
    town.app_again()
    town.answers[0] = 1000
    assert "继续办理 1 件" in (await town.client.get(batch)).text
    await town.client.post(f"{batch}/go")
    assert "办完了" in await town.over(batch)
    again = await town.client.post("/bulk/serve_notice", data={**form, "step": "do"})
    assert again.headers["location"] == batch
    assert await town.served() == [1, 1, 1]


async def test_what_a_case_refuses_is_listed_with_its_reason_and_the_others_are_done(town: Town) -> None:
    page = await town.client.get("/bulk/serve_notice")
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    town.answers[0] = 0
    form = {**hidden, "chosen": [f"rectification/{case}" for case in CASES], "step": "do"}
    batch = (await town.client.post("/bulk/serve_notice", data=form)).headers["location"]
    await town.over(batch)
    await town.stack.act(CaseKind.RECTIFICATION, CASES[0], ServeNotice())
    town.answers[0] = 1000
    await town.client.post(f"{batch}/go")
    await town.over(batch)
    stored = await BatchStore(town.stack.store.engine, town.stack.cases.town).read(batch.rpartition("/")[2])
    assert stored is not None
    assert [item.state for item in stored.items] == [ItemState.REFUSED, ItemState.DONE, ItemState.DONE]
    assert stored.items[0].message
    assert await town.served() == [1, 1, 1]


async def test_a_program_foresees_and_does_an_act_once_under_its_key(town: Town) -> None:
    await town.stack.start(CaseKind.APPRAISAL, "2025-lys", OpenAppraisal(year=2025, subject=LYS))
    path = "/api/v1/cases/appraisal/2025-lys/acts"
    offered = (await town.client.get(path)).json()["acts"]
    report = next(act for act in offered if act["act"] == "submit_report")
    assert report["awaited"]
    assert "form" in report["command"]["properties"]
    seen = await town.client.post(f"{path}/submit_report/foresee", json={"body": {"form": "written"}})
    assert (seen.status_code, seen.json()["events"][0]["event"]) == (200, "appraisal.report_submitted")
    key = {"idempotency-key": "report-1"}
    sent = [await town.client.post(f"{path}/submit_report", json={"body": {}}, headers=key) for _ in range(2)]
    assert [(each.status_code, each.json()["repeated"]) for each in sent] == [(200, False), (200, True)]
    assert sent[0].json()["command_id"] == sent[1].json()["command_id"]
    assert (await town.stack.events("appraisal-2025-lys")).count("appraisal.report_submitted") == 1
    refused = await town.client.post(f"{path}/answer_question", json={"body": {"question_id": "q9"}})
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    wrong = await town.client.post(f"{path}/commit_to_question", json={"body": {"due": "明天"}})
    assert wrong.status_code == 422
    assert {"body.body.due", "body.body.measure"} <= {fault["at"] for fault in wrong.json()["faults"]}
    elsewhere = await town.client.post(
        "/api/v1/cases/rectification/2025-a/acts/serve_notice", json={"body": {}}, headers=key
    )
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "command_taken")
    town.answers[0] = 0
    away = await town.client.post("/api/v1/cases/rectification/2025-a/acts/serve_notice", json={"body": {}})
    assert (away.status_code, away.json()["code"]) == (503, "engine_unavailable")
