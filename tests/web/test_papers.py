"""Papers by pages: who may take which, document numbers without a gap, a town's own template, texts for the group."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from pypdf import PdfReader

from documents.papers.catalogue import PAPERS
from documents.papers.making import SHIPPED
from domain.acts import Actor, Refusal, Role
from domain.cases.appraisal.commands import OpenAppraisal, PutToPoll, SubmitReport
from domain.cases.case import CaseKind, stream_of
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, OpenPollCase, PollItem, RecordCount
from domain.cases.poll.result import TakePollResult
from domain.cases.rectification.commands import OpenRectification, ServeNotice
from domain.cases.registry import GOVERNED
from domain.policy.document import Policy
from domain.printing import print_rate_with_basis
from domain.rules.verdict import Outcome, Verdict
from tests.documents.played import COUNT, POST
from tests.web.conftest import TOWN, Pages
from tests.web.test_pages import TODAY, YEAR
from web.app import create_app
from web.findings import Finding
from web.papers.numbers import NumberStore
from web.site import Site

SYSTEM = Actor(id="system", role=Role.SYSTEM)
CASE = f"/cases/rectification/{YEAR}-lys"


async def rectification(pages: Pages) -> None:
    failed = Verdict(verdict=Outcome.FAIL)
    await pages.record(
        CaseKind.RECTIFICATION, f"{YEAR}-lys", OpenRectification(year=YEAR, subject=POST, failed=failed, on=TODAY)
    )


async def counted_poll(pages: Pages) -> Verdict:
    """An appraisal put to a poll that was counted and told."""
    case, poll = f"{YEAR}-lys", f"{YEAR}-P1"
    await pages.record(CaseKind.APPRAISAL, case, OpenAppraisal(year=YEAR, subject=POST))
    await pages.record(CaseKind.APPRAISAL, case, SubmitReport())
    await pages.record(CaseKind.APPRAISAL, case, PutToPoll(poll_id=poll))
    item = PollItem(subject=POST.id, case_kind=ItemKind.APPRAISAL, case_id=case, entitled=60)
    await pages.record(CaseKind.POLL, poll, OpenPollCase(poll_id="P1", year=YEAR, date=TODAY, items=(item,)))
    await pages.record(CaseKind.POLL, poll, OpenPoll(present=55))
    await pages.record(CaseKind.POLL, poll, ClosePoll())
    await pages.record(CaseKind.POLL, poll, RecordCount(counts={POST.id: COUNT}), SYSTEM)
    decider = GOVERNED[CaseKind.POLL]
    state = decider.initial()
    for event in await pages.store.read_stream(TOWN, stream_of(CaseKind.POLL, poll)):
        state = decider.evolve(state, event)
    result = state.inner.results[POST.id]
    await pages.record(CaseKind.APPRAISAL, case, TakePollResult(poll_id=poll, result=result), SYSTEM)
    verdict: Verdict = result.verdict(Policy().appraisal)
    return verdict


def pdf_text(data: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages)


def word_text(data: bytes) -> str:
    document = Document(BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


async def test_a_case_offers_the_papers_that_can_be_made_now(pages: Pages) -> None:
    await rectification(pages)
    before = (await pages.client.get(CASE)).text
    assert f"{CASE}/papers/notice.docx" in before
    assert f"{CASE}/papers/extension.docx" not in before
    await pages.record(CaseKind.RECTIFICATION, f"{YEAR}-lys", ServeNotice(on=TODAY))
    assert f"{CASE}/papers/extension.docx" in (await pages.client.get(CASE)).text
    early = await pages.client.get(f"{CASE}/papers/handling.docx")
    assert early.status_code == 422
    assert "现在还不能出" in early.text


async def test_a_file_has_its_chinese_name_and_its_number(pages: Pages) -> None:
    await rectification(pages)
    answer = await pages.client.post(f"{CASE}/papers/notice/number")
    assert answer.status_code == 303
    number = f"镇人大限改〔{TODAY.year}〕1号"
    assert number in (await pages.client.get(CASE)).text
    for form, read in (("docx", word_text), ("pdf", pdf_text)):
        file = await pages.client.get(f"{CASE}/papers/notice.{form}")
        assert "filename*=UTF-8''%E9%99%90%E6%9C%9F" in file.headers["content-disposition"]
        assert number in read(file.content)
        assert POST.name in read(file.content)


async def test_page_word_pdf_and_excel_say_the_same_figures(pages: Pages) -> None:
    verdict = await counted_poll(pages)
    assert verdict.rate_printed is not None
    page = (await pages.client.get(f"/cases/appraisal/{YEAR}-lys")).text
    assert verdict.rate_printed in page
    line = print_rate_with_basis(29, 51, "有效票", verdict.rate_printed)
    base = f"/cases/appraisal/{YEAR}-lys/papers/feedback"
    assert line in word_text((await pages.client.get(f"{base}.docx")).content)
    assert line in pdf_text((await pages.client.get(f"{base}.pdf")).content)
    excel = await pages.client.get(f"/cases/poll/{YEAR}-P1/papers/poll_results.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(excel.content)).active
    assert sheet is not None
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert any(
        ["29", "51", verdict.rate_printed] == [str(cell) for cell in row][i : i + 3] for row in rows for i in range(12)
    )
    assert "有效票" in [cell for row in rows for cell in row]


async def test_the_group_is_told_in_a_text_to_copy(pages: Pages) -> None:
    await counted_poll(pages)
    page = (await pages.client.get(f"/cases/poll/{YEAR}-P1")).text
    assert "群通知：公布测评结果" in page
    assert "56.86%（29/51，口径：有效票），不合格" in page


async def test_twenty_who_ask_at_once_get_twenty_numbers_and_one_paper_one(pages: Pages) -> None:
    store = NumberStore(pages.store.engine, TOWN)
    given = await asyncio.gather(*(store.give("notice", f"rectification-{n}", "notice", "s1") for n in range(20)))
    assert {each.printed for each in given} == {f"镇人大限改〔{TODAY.year}〕{n}号" for n in range(1, 21)}
    again = await asyncio.gather(*(store.give("notice", "rectification-new", "notice", "s1") for _ in range(20)))
    assert {each.printed for each in again} == {f"镇人大限改〔{TODAY.year}〕21号"}
    assert (await store.give("handling", "rectification-0", "handling", "s1")).printed.endswith("1号")


async def test_a_pattern_holds_for_later_numbers_only(pages: Pages) -> None:
    store = NumberStore(pages.store.engine, TOWN)
    first = await store.give("notice", "rectification-1", "notice", "s1")
    answer = await pages.client.post("/papers/patterns", data={"series": "notice", "pattern": "城人改〔{年}〕第{号}号"})
    assert answer.status_code == 303
    second = await store.give("notice", "rectification-2", "notice", "s1")
    assert second.printed == f"城人改〔{TODAY.year}〕第2号"
    assert (await store.of_case("rectification-1"))["notice"] == first
    wrong = await pages.client.post("/papers/patterns", data={"series": "notice", "pattern": "没有号"})
    assert wrong.status_code == 422
    with pytest.raises(Refusal, match="bad_pattern"):
        await store.set_pattern("notice", "{年}", "s1")


async def test_an_own_template_is_checked_and_then_counts(pages: Pages, tmp_path: Path) -> None:
    site = Site(
        town=TOWN, town_name="测试镇", engine=pages.store.engine, ready=_none, status=_none, papers=tmp_path / "papers"
    )
    pages.client._transport.app = create_app(site)  # type: ignore[attr-defined]
    await rectification(pages)
    path = "/papers/templates/notice"
    document = Document(str(SHIPPED / "notice.docx"))
    document.add_paragraph("本镇附言：{{ phone }}")
    wrong = await pages.client.post(path, files={"file": ("我的.docx", _saved(document))})
    assert wrong.status_code == 422
    assert "notice.docx" in wrong.text
    assert "没有标记 phone" in wrong.text
    document.paragraphs[-1].text = "本镇附言：{{ responsible }}"
    assert (await pages.client.post(path, files={"file": ("我的.docx", _saved(document))})).status_code == 303
    assert f"本镇附言：{POST.responsible}" in word_text((await pages.client.get(f"{CASE}/papers/notice.docx")).content)
    assert "本镇模板" in (await pages.client.get("/papers")).text
    await pages.client.post(f"{path}/drop")
    assert "本镇附言" not in word_text((await pages.client.get(f"{CASE}/papers/notice.docx")).content)


async def test_deputies_take_no_papers_of_a_rectification(pages: Pages) -> None:
    await rectification(pages)
    await pages.log_in(Role.DEPUTY)
    assert (await pages.client.get(f"{CASE}/papers/notice.pdf")).status_code == 404


async def test_the_discipline_office_takes_papers_and_changes_no_template(pages: Pages) -> None:
    await rectification(pages)
    await pages.log_in(Role.DISCIPLINE_OFFICE)
    assert (await pages.client.get(f"{CASE}/papers/notice.docx")).status_code == 200
    overview = await pages.client.get("/papers")
    assert PAPERS["handling"].title in overview.text
    assert "改格式" not in overview.text
    assert (await pages.client.get("/papers/templates/notice")).status_code == 403


async def test_the_ledger_is_the_boards_rows(pages: Pages) -> None:
    await rectification(pages)
    for form, read in (("docx", word_text), ("pdf", pdf_text)):
        text = read((await pages.client.get(f"/papers/rectifications.{form}")).content)
        assert POST.name in text
        assert "待送达通知" in text


async def _none() -> Sequence[Finding]:
    return []


def _saved(document: object) -> bytes:
    buffer = BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()
