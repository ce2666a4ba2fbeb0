"""Requests that no page of ours makes: ids of acts that are the system's own, bytes no text has, bodies without end."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from docx import Document
from starlette.requests import Request

from documents.papers.catalogue import PAPERS
from documents.papers.own import shipped
from documents.papers.word import template_faults
from domain.acts import Role
from domain.cases.appraisal.commands import OpenAppraisal, SubmitReport
from domain.cases.assessment.commands import EnterBonus, PublishRanking
from domain.cases.case import CaseKind
from tests.web.conftest import Pages
from tests.web.deputies import POSTS, at_work, inside, issued, phone, with_roster
from tests.web.test_accounts import token_of
from tests.web.test_board import scored
from tests.web.test_pages import YEAR
from tests.web.yearend import YEAR as ASSESSED
from tests.web.yearend import A, opening
from web.limits import LARGEST, LARGEST_OPEN
from web.live.events import _last

CASE = f"{YEAR}-lyz"
ASK = f"/me/ask/{CASE}"


@pytest.mark.parametrize("taken", [f"appraisal-{CASE}:questions", f"web-cycle-{YEAR + 1}", "bulk:1:1", ""])
async def test_nobody_gives_an_act_an_id_that_the_system_or_another_page_will_use(pages: Pages, taken: str) -> None:
    """Used once in the town, it would make a deadline, or the start of a year, look done already."""
    await with_roster(at_work(pages))
    await pages.record(CaseKind.APPRAISAL, CASE, OpenAppraisal(year=YEAR, subject=POSTS[0]))
    await pages.record(CaseKind.APPRAISAL, CASE, SubmitReport())
    async with phone(pages) as client:
        await inside(client, await issued(pages))
        fields = {"form_token": token_of(await client.get(ASK)), "text": "何时通水？"}
        assert (await client.post(ASK, data={**fields, "command_id": taken})).status_code == 422


@pytest.mark.parametrize("path", ["/cases/appraisal/%00", "/me/ask/%00", "/polls/x%00", "/d/%00", "/static/%00"])
async def test_no_path_holds_a_nul(pages: Pages, path: str) -> None:
    await pages.log_in(Role.STAFF, Role.DEPUTY)
    assert (await pages.client.get(path)).status_code == 404


async def test_no_field_holds_a_nul(pages: Pages) -> None:
    assert (await pages.client.post("/login", data={"login": "a\x00", "password": "b"})).status_code == 422
    await pages.log_in(Role.STAFF)
    fields = {"form_token": token_of(await pages.client.get("/accounts")), "person": "a\x00"}
    assert (await pages.client.post("/deputies/links/withdraw", data=fields)).status_code == 422


@pytest.mark.parametrize(("path", "most"), [("/login", LARGEST_OPEN), ("/accounts", LARGEST)])
async def test_a_body_is_refused_by_its_length_before_it_is_read(pages: Pages, path: str, most: int) -> None:
    await pages.log_in(Role.STAFF)
    headers = {"content-length": str(most + 1), "content-type": "application/x-www-form-urlencoded"}
    assert (await pages.client.post(path, content=b"", headers=headers)).status_code == 413


async def test_a_body_that_does_not_say_its_length_is_cut_off(pages: Pages) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 1
            yield b"a" * 65536

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await pages.client.post("/login", content=endless(), headers=headers)
    assert (answer.status_code, read < 64) == (413, True)


@pytest.mark.parametrize("damaged", ["broken xml", "title"])
def test_a_damaged_template_is_a_fault_and_tags_in_its_title_are_looked_at(damaged: str) -> None:
    paper = PAPERS["notice"]
    source = shipped(paper)
    if damaged == "broken xml":
        data = rewritten(source, {"word/document.xml": b"<w:document"})
    else:
        data = with_title(source, "{% for a in range(9) %}{{ a }}{% endfor %}")
    assert template_faults(data, paper.tags)


def rewritten(data: bytes, parts: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return target.getvalue()


def with_title(data: bytes, title: str) -> bytes:
    document, target = Document(BytesIO(data)), BytesIO()
    document.core_properties.title = title
    document.save(target)
    return target.getvalue()


def test_an_id_of_a_thousand_figures_is_no_position() -> None:
    assert _last(Request({"type": "http", "headers": [(b"last-event-id", b"9" * 5000)]}), 3) == 3


async def test_a_number_is_found_only_in_lines_that_may_be_read(pages: Pages) -> None:
    await pages.record(A, str(ASSESSED), opening(ASSESSED))
    await scored(pages)
    await pages.record(A, str(ASSESSED), EnterBonus(subject="b", points=-1, reason="迟报材料", paper="内部 77 号"))
    await pages.record(A, str(ASSESSED), PublishRanking())

    async def found() -> bool:
        return "内部 77 号" in (await pages.client.get("/search", params={"q": "77"})).text

    assert await found()
    await pages.log_in(Role.DEPUTY)
    assert not await found()
