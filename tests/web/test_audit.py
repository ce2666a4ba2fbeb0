"""The trail of acts: filtered, exported exactly as filtered, verified."""

from __future__ import annotations

import asyncio
import csv
import hashlib
from datetime import UTC, datetime
from io import BytesIO, StringIO

import openpyxl
import psycopg
import pytest

from domain.acts import Actor, Role
from domain.cases.appraisal.commands import OpenAppraisal, RaiseQuestion, SubmitReport
from domain.cases.case import CaseKind
from tests.cases.examples import LYS
from tests.web.conftest import TOWN, Pages
from web.audit.export import export_of
from web.audit.trail import Filter, Head, Line

HEAD = Actor(id="h1", role=Role.HEAD)
EVIL = Actor(id='=HYPERLINK("http://x","y")', role=Role.DEPUTY)


@pytest.fixture
async def acted(pages: Pages) -> Pages:
    """A town in which three persons did something."""
    await pages.record(CaseKind.APPRAISAL, "2026-lys", OpenAppraisal(year=2026, subject=LYS))
    await pages.record(CaseKind.APPRAISAL, "2026-lys", SubmitReport(), HEAD)
    await pages.record(CaseKind.APPRAISAL, "2026-lys", RaiseQuestion(question_id="q1", text="为何"), EVIL)
    other = LYS.model_copy(update={"id": "czs", "name": "财政所"})
    await pages.record(CaseKind.APPRAISAL, "2026-czs", OpenAppraisal(year=2026, subject=other))
    return pages


def line(name: str) -> Line:
    """A line of somebody of that name."""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    kind = CaseKind.APPRAISAL
    return Line(1, at, "h1", name, Role.HEAD, None, "", "x", "述职", "appraisal-a", kind, "a", "林业站", "c")


async def exported(pages: Pages, query: str) -> list[list[str]]:
    """The rows of the CSV, without its closing lines."""
    answer = await pages.client.get(f"/audit.csv?{query}")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    return [row for row in rows[1:] if not row[0].startswith("#")]


FILTERS = {
    "": ["4", "3", "2", "1"],
    "person=h1": ["2"],
    "case=2026-czs": ["4"],
    "case=林业站": ["3", "2", "1"],
    "what=appraisal.opened&role=staff": ["4", "1"],
    "from=2020-01-01&until=2020-12-31": [],
}


async def test_page_and_export_show_what_the_filter_leaves(acted: Pages) -> None:
    for query, positions in FILTERS.items():
        assert [row[0] for row in await exported(acted, query)] == positions, query
        assert f"{len(positions)} 条</h2>" in (await acted.client.get(f"/audit?{query}")).text, query


async def test_the_digest_on_the_export_is_that_of_its_lines_and_the_logs_end_stands_beside(acted: Pages) -> None:
    data = (await acted.client.get("/audit.csv")).content.removeprefix(b"\xef\xbb\xbf")
    lines = data.decode().splitlines(keepends=True)
    table, closing = [each for each in lines if not each.startswith("#")], "".join(lines[-3:])
    assert hashlib.sha256("".join(table).encode()).hexdigest() in closing
    with psycopg.connect(acted.store.engine.url.set(drivername="postgresql").render_as_string(False)) as connection:
        row = connection.execute("SELECT encode(digest, 'hex') FROM town_log WHERE town = %s", [TOWN]).fetchone()
    assert row is not None
    assert f"第 4 条，摘要 {row[0]}" in closing


async def test_no_formula_comes_from_a_name(acted: Pages) -> None:
    assert [row[2] for row in await exported(acted, "role=deputy")] == [f"'{EVIL.id}"]
    book = openpyxl.load_workbook(BytesIO((await acted.client.get("/audit.xlsx?role=deputy")).content))
    cell = book.worksheets[0].cell(2, 3)
    assert (cell.value, cell.data_type) == (EVIL.id, "s")


@pytest.mark.parametrize("begins", ["=1+1", "+1", "-1", "@SUM", "\t=1"])
def test_what_a_spreadsheet_takes_for_a_formula_is_a_text(begins: str) -> None:
    assert f",'{begins}," in export_of([line(begins)], Filter(), Head(0, ""), "测试镇", "").table.decode()


async def test_the_verify_button_says_that_all_fits_and_when(acted: Pages) -> None:
    assert "还没有在页面上核对过" in (await acted.client.get("/audit")).text
    sent = await acted.client.post("/audit/verification")
    assert sent.headers["location"] == "/audit#verification"
    shown = await verified(acted)
    assert "全部相符：4 条事件" in shown
    assert "最近一次核对" in shown


async def test_a_changed_byte_is_told_with_its_place(acted: Pages) -> None:
    with psycopg.connect(acted.store.engine.url.set(drivername="postgresql").render_as_string(False)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE event SET body = replace(body, '为何', '如何') WHERE position = 3")
    await acted.client.post("/audit/verification")
    assert "第 3 条" in await verified(acted)


async def verified(pages: Pages) -> str:
    """What the page says once the verification is over."""
    async with asyncio.timeout(20):
        while "<progress" in (text := (await pages.client.get("/audit/verification")).text):  # noqa: ASYNC110 - as a browser
            await asyncio.sleep(0.05)
    return text
