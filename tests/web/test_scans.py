"""代录: what the staff record for another carries the signed scan, which is kept, marked and shown to who may."""

from __future__ import annotations

import hashlib
import re

import httpx
import pytest

from domain.acts import Role
from domain.cases.appraisal.commands import OpenAppraisal
from domain.cases.case import CaseKind
from tests.web.conftest import TOWN, Pages
from tests.web.deputies import POSTS, at_work, known, phone, with_roster
from tests.web.test_pages import YEAR

CASE = f"{YEAR}-lyz"
FORM = f"/cases/appraisal/{CASE}/do/submit_report"
PDF = b"%PDF-1.7\n" + b"signed" * 40
DIGEST = hashlib.sha256(PDF).hexdigest()


async def staff(pages: Pages) -> None:
    """An appraisal that waits for its report, and a member of staff before it."""
    await with_roster(at_work(pages))
    await pages.record(CaseKind.APPRAISAL, CASE, OpenAppraisal(year=YEAR, subject=POSTS[0]))
    pages.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=pages.app), base_url="http://jiandu.test")
    await known(pages, pages.client, "s1", Role.STAFF)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.split("<main", 1)[-1]))


async def send(
    client: httpx.AsyncClient, fields: dict[str, str], scan: bytes | None = None, name: str = "签字.pdf"
) -> httpx.Response:
    files = {"scan_file": (name, scan)} if scan is not None else {"scan_file": ("", b"")}
    return await client.post(FORM, data=fields, files=files)


async def test_an_act_for_another_needs_the_scan_or_a_papers_number(pages: Pages) -> None:
    await staff(pages)
    fields = {**hidden((await pages.client.get(FORM)).text), "form": "spoken", "press": "do", "on_behalf_of": "h01"}
    refused = await send(pages.client, fields)
    assert (refused.status_code, "代录要附" in refused.text) == (422, True)
    assert (await send(pages.client, {**fields, "paper": "档案 12 号"})).status_code == 303


async def test_the_scan_stays_attached_when_the_act_is_refused_and_is_then_its_paper(pages: Pages) -> None:
    await staff(pages)
    fields = {**hidden((await pages.client.get(FORM)).text), "form": "spoken", "on_behalf_of": "h01"}
    wrong = await send(pages.client, {**fields, "on": "2999-01-01", "press": "look"}, PDF)
    assert (wrong.status_code, "签字.pdf" in wrong.text) == (422, True)
    looked = await send(pages.client, {**fields, **hidden(wrong.text), "press": "look"})
    assert "确认办理" in looked.text
    done = await send(pages.client, {**fields, **hidden(looked.text), "press": "do"})
    assert done.status_code == 303
    recorded = (await pages.store.read_stream(TOWN, f"appraisal-{CASE}"))[-1]
    assert recorded.event.body()["paper"] == f"sha256:{DIGEST}"
    page = (await pages.client.get(f"/cases/appraisal/{CASE}")).text
    assert '<span class="tag">代录</span>' in page
    assert f'href="/scans/{DIGEST}"' in page
    other = b"%PDF-1.4 another"
    await send(pages.client, {**fields, **hidden(looked.text), "press": "look"}, other)
    assert f'href="/scans/{DIGEST}"' in (await pages.client.get(f"/cases/appraisal/{CASE}")).text


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"<html><script>", "签字.pdf", "不是 PDF"),
        (b"GIF89a", "a.png", "不是 PDF"),
        (b"%PDF-" + b"0" * 10 * 1024 * 1024, "a.pdf", "超过 10 MB"),
    ],
)
async def test_what_is_no_scan_is_not_taken_whatever_its_name(
    pages: Pages, content: bytes, name: str, why: str
) -> None:
    await staff(pages)
    fields = {**hidden((await pages.client.get(FORM)).text), "form": "spoken", "press": "do", "on_behalf_of": "h01"}
    refused = await send(pages.client, fields, content, name)
    assert (refused.status_code, why in refused.text, 'value="h01"' in refused.text) == (422, True, True)
    digest = hashlib.sha256(content).hexdigest()
    assert (await pages.client.get(f"/scans/{digest}")).status_code == 404


async def test_a_scan_is_served_as_a_file_and_to_who_may_see_its_case(pages: Pages) -> None:
    await staff(pages)
    fields = {**hidden((await pages.client.get(FORM)).text), "form": "spoken", "on_behalf_of": "h01"}
    looked = await send(pages.client, {**fields, "press": "look"}, PDF)
    async with phone(pages) as colleague:
        await known(pages, colleague, "s2", Role.STAFF)
        assert (await colleague.get(f"/scans/{DIGEST}")).status_code == 404, "not of any act yet"
        await send(pages.client, {**fields, **hidden(looked.text), "press": "do"})
        answer = await colleague.get(f"/scans/{DIGEST}")
        assert answer.content == PDF
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    async with phone(pages) as client:
        await known(pages, client, "h01", Role.HEAD)
        assert (await client.get(f"/scans/{DIGEST}")).status_code == 200
    async with phone(pages) as client:
        await known(pages, client, "h02", Role.HEAD)
        assert (await client.get(f"/scans/{DIGEST}")).status_code == 404
