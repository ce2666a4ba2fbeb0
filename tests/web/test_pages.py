"""The pages show what the log says, and load nothing from anywhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from domain.cases.case import TOWN_ZONE, CaseKind
from domain.cases.proposal.commands import SubmitProposal, WithdrawProposal
from eventstore.database import create_engine
from tests.web.conftest import Pages
from web.app import create_app
from web.findings import Finding, State
from web.headers import CONTENT_SECURITY_POLICY
from web.site import Site

TODAY = datetime.now(UTC).astimezone(TOWN_ZONE).date()
YEAR = TODAY.year
WEB = Path(create_app.__code__.co_filename).parent


def proposal(number: str, title: str) -> SubmitProposal:
    return SubmitProposal(proposal_id=number, year=YEAR, village="唐家会村", title=title, deputies=60)


async def test_an_empty_town_is_told_how_to_begin(pages: Pages) -> None:
    answer = await pages.client.get("/")
    assert answer.status_code == 200
    assert f"jiandu cycle start {YEAR}" in answer.text
    assert "测试镇" in answer.text
    assert "演示数据" not in answer.text


async def test_a_case_shows_its_timeline_newest_first(pages: Pages) -> None:
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "道路硬化"))
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", WithdrawProposal(reason="资金未落实"))
    answer = await pages.client.get(f"/cases/proposal/{YEAR}-T1")
    assert answer.status_code == 200
    assert answer.text.index("村撤回议案") < answer.text.index("村提交议案")
    assert "资金未落实" in answer.text
    assert "镇人大工作人员 s1" in answer.text
    assert "已撤回" in answer.text


async def test_what_people_write_is_shown_as_text(pages: Pages) -> None:
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T2", proposal("T2", "<script>alert(1)</script>"))
    for path in ("/", f"/cases/proposal/{YEAR}-T2"):
        answer = await pages.client.get(path)
        assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_a_closed_case_is_no_deadline(pages: Pages) -> None:
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", proposal("T1", "道路硬化"))
    before = (await pages.client.get("/metrics")).text
    assert 'jiandu_cases_open{kind="proposal"} 1.0' in before
    assert "jiandu_log_position 1.0" in before
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T1", WithdrawProposal(reason="另行规划"))
    after = (await pages.client.get("/metrics")).text
    assert 'jiandu_cases_open{kind="proposal"} 0.0' in after
    assert 'jiandu_cases_overdue{kind="proposal"} 0.0' in after


@pytest.mark.parametrize(
    "path", ["/nowhere", "/cases/proposal/2020-none", "/cases/party/2020", "/docs", "/openapi.json"]
)
async def test_what_is_not_there_is_said_in_chinese(pages: Pages, path: str) -> None:
    answer = await pages.client.get(path)
    assert answer.status_code == 404
    assert "年度全景" in answer.text


async def test_probes_tell_a_process_that_lives_from_one_that_can_serve(pages: Pages) -> None:
    assert (await pages.client.get("/readyz")).json()["ok"] is True
    pages.findings.append(Finding(key="temporal", title="流程引擎", state=State.ERROR, detail="连不上", advice="启动"))
    answer = await pages.client.get("/readyz")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
    assert (await pages.client.get("/healthz")).status_code == 200
    status = (await pages.client.get("/status")).text
    assert "流程引擎" in status
    assert "故障" in status
    assert "启动" in status


async def test_without_the_database_a_page_says_so() -> None:
    async def checks() -> Sequence[Finding]:
        return []

    engine = create_engine("postgresql://jiandu@/jiandu?host=/nonexistent")
    app = create_app(Site(town="t", town_name="测试镇", engine=engine, ready=checks, status=checks))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://jiandu.test") as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "数据库暂时连不上" in answer.text


@pytest.mark.parametrize("path", ["/", "/status", "/nowhere", "/healthz", "/static/jiandu.css"])
async def test_every_answer_forbids_other_hosts(pages: Pages, path: str) -> None:
    answer = await pages.client.get(path)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_templates_and_sheets_name_no_other_host_and_hold_no_inline_code() -> None:
    """What is vendored is looked at by browsers instead: no request of theirs leaves the host."""
    for file in (*WEB.glob("templates/*.html"), *WEB.glob("static/*.*")):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//\w+\.\w+", text), file
        assert not re.search(r'<script(?! src="/static/| type="application/json")|<style| style=| on\w+="', text), file


async def test_a_late_case_is_red_and_says_by_how_much(pages: Pages) -> None:
    late = proposal("T3", "机井维修").model_copy(update={"on": TODAY - timedelta(days=40)})
    await pages.record(CaseKind.PROPOSAL, f"{YEAR}-T3", late)
    page = (await pages.client.get("/", params={"year": YEAR})).text
    cases = (await pages.client.get("/metrics")).text
    assert 'jiandu_cases_overdue{kind="proposal"} 1.0' in cases
    assert re.search(r'class="light red">逾期 \d+ 天', page)
