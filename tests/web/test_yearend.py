"""The year-end by its pages: from empty score sheets through a file, publicity and an objection to a veto."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook

from domain.acts import Role
from domain.cases.assessment.commands import DecideLast, DecideObjection, EnterScores, PublishRanking, RaiseObjection
from domain.policy.assessment import Method
from tests.web.conftest import PASSWORD, Pages
from tests.web.deputies import known
from tests.web.yearend import D_LAST, YEAR, A, DeskOfCases, counting, opening, played

SHEET = f"/yearend/{YEAR}/sheets/a"
TIED = {**D_LAST, "c": 70}


@pytest.fixture
async def desk(pages: Pages) -> AsyncIterator[DeskOfCases]:
    """This year's assessment is open; nothing is scored."""
    async with counting(pages) as desk:
        await desk.open(YEAR, opening())
        yield desk


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


async def scored(pages: Pages, marks: dict[str, int]) -> None:
    for subject, mark in marks.items():
        for table in ("work", "party"):
            for method in Method:
                await pages.record(A, str(YEAR), EnterScores(subject=subject, table=table, method=method, marks=[mark]))


async def workbook(pages: Pages, marks: dict[str, int]) -> bytes:
    """The year's template with the same mark of one scorer everywhere."""
    book = load_workbook(BytesIO((await pages.client.get(f"/yearend/{YEAR}/scores.xlsx")).content))
    sheet = book["评分"]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 7, marks.get(str(sheet.cell(row, 1).value)))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


async def upload(pages: Pages, data: bytes, step: str = "look") -> httpx.Response:
    page = await pages.client.get(f"/yearend/{YEAR}/import")
    fields = {**hidden(page.text), "step": step}
    return await pages.client.post(f"/yearend/{YEAR}/import", data=fields, files={"file": ("评分.xlsx", data)})


async def confirm(pages: Pages, preview: httpx.Response) -> httpx.Response:
    return await pages.client.post(f"/yearend/{YEAR}/batches", data=hidden(preview.text))


async def entered(pages: Pages) -> int:
    events = await pages.store.read_stream("test-town", f"assessment-{YEAR}")
    return sum(recorded.event.type_name == "assessment.scores_entered" for recorded in events)


async def test_a_third_year_last_is_told_with_the_three_years_and_the_person(pages: Pages, desk: DeskOfCases) -> None:
    await played(pages.store, {YEAR - 2: D_LAST, YEAR - 1: D_LAST})
    empty = (await pages.client.get(f"/yearend?year={YEAR}")).text
    assert "还有 4 个对象没有评完" in empty
    assert "公示排名" not in empty
    done = await confirm(pages, await upload(pages, await workbook(pages, D_LAST)))
    assert done.status_code == 303
    ready = (await pages.client.get(f"/yearend?year={YEAR}")).text
    assert f"/cases/assessment/{YEAR}/do/publish_ranking" in ready
    assert "试算，尚未公示" in ready
    await pages.record(A, str(YEAR), PublishRanking())
    public = (await pages.client.get(f"/yearend?year={YEAR}")).text
    assert "建议一票否决" not in public
    assert "尚未定案" in public
    await desk.end_publicity(YEAR)
    final = (await pages.client.get(f"/yearend?year={YEAR}")).text
    veto = final[final.index('id="veto"') :]
    assert "建议一票否决：丁" in veto
    for year in (YEAR - 2, YEAR - 1, YEAR):
        assert f"{year} 年，来源：{year} 年度考核" in veto
    assert veto.count("第 4 名（共 4 名），末位") == 3


async def test_two_years_last_are_counted_and_are_no_veto(pages: Pages, desk: DeskOfCases) -> None:
    await played(pages.store, {YEAR - 2: {**D_LAST, "c": 60}, YEAR - 1: D_LAST})
    await scored(pages, D_LAST)
    await pages.record(A, str(YEAR), PublishRanking())
    await desk.end_publicity(YEAR)
    final = (await pages.client.get(f"/yearend?year={YEAR}")).text
    assert "连续末位 2 年" in final
    assert "建议一票否决" not in final


async def test_a_sheet_says_what_will_be_recorded_and_only_confirming_records_it(
    pages: Pages, desk: DeskOfCases
) -> None:
    page = await pages.client.get(SHEET)
    fields = {
        **hidden(page.text),
        **{f"m.{table}.{method.value}.{n}": "80.5" for table in ("work", "party") for method in Method for n in (0, 1)},
        "e.0.kind": "bonus",
        "e.0.points": "7",
        "e.0.reason": "先进",
        "step": "look",
    }
    looked = await pages.client.post(SHEET, data=fields)
    assert looked.status_code == 200
    assert "— → <b>166.00</b>" in looked.text
    assert await entered(pages) == 0
    for _ in range(2):
        assert (await confirm(pages, looked)).status_code == 303
    assert await entered(pages) == 8
    page = await pages.client.get(SHEET)
    assert "总分 <b>166.00</b>" in page.text
    assert "加分最多 5 分" in page.text
    same = {name: value for name, value in fields.items() if not name.startswith("e.")}
    assert "没有改动" in (await pages.client.post(SHEET, data={**same, **hidden(page.text)})).text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("m.work.site.0", "101", "应在 0 至 100 之间"),
        ("m.work.site.0", "八十", "分数应为数字"),
        ("e.0.reason", "先进", "请选择种类"),
    ],
)
async def test_a_wrong_field_is_named_at_its_place_and_nothing_is_offered_to_confirm(
    pages: Pages, desk: DeskOfCases, field: str, value: str, said: str
) -> None:
    page = await pages.client.get(SHEET)
    refused = await pages.client.post(SHEET, data={**hidden(page.text), field: value, "step": "look"})
    assert refused.status_code == 422
    assert said in refused.text
    assert "确认办理" not in refused.text


async def test_one_wrong_cell_and_nothing_of_the_file_is_taken(pages: Pages, desk: DeskOfCases) -> None:
    data = await workbook(pages, {**D_LAST, "b": 120})
    refused = await upload(pages, data)
    assert refused.status_code == 422
    assert "评分!G10" in refused.text
    assert "确认办理" not in refused.text
    assert await entered(pages) == 0
    marked = load_workbook(BytesIO((await upload(pages, data, "mark")).content))
    assert marked.sheetnames[0] == "错误清单"
    assert marked["评分"]["G10"].comment is not None


async def test_a_batch_that_was_cut_off_says_how_far_it_is_and_goes_on(pages: Pages, desk: DeskOfCases) -> None:
    desk.fails_after = 5
    stopped = await confirm(pages, await upload(pages, await workbook(pages, D_LAST)))
    where = stopped.headers["location"]
    page = await pages.client.get(where)
    assert "5 / 32" in page.text
    assert "流程引擎暂时没有应答" in page.text
    desk.fails_after = None
    await pages.client.post(where.partition("?")[0], data=hidden(page.text))
    told = await pages.client.get(where.replace("?", "/live?"))
    assert "32 / 32" in told.text
    assert await entered(pages) == 32
    again = await upload(pages, await workbook(pages, D_LAST))
    assert "没有要办理的" in again.text


async def test_what_is_confirmed_after_the_publication_is_refused_whole(pages: Pages, desk: DeskOfCases) -> None:
    await scored(pages, D_LAST)
    preview = await upload(pages, await workbook(pages, {**D_LAST, "a": 91}))
    await pages.record(A, str(YEAR), PublishRanking())
    refused = await confirm(pages, preview)
    assert refused.status_code == 422
    assert "排名已经公示，不能再录入评分" in refused.text
    assert await entered(pages) == 32


async def test_a_batch_takes_nothing_but_scores(pages: Pages, desk: DeskOfCases) -> None:
    await scored(pages, D_LAST)
    acts = '[{"act": "publish_ranking", "body": {}}]'
    refused = await pages.client.post(f"/yearend/{YEAR}/batches", data={"batch": "ye" + "0" * 16, "acts": acts})
    assert refused.status_code == 422
    events = await pages.store.read_stream("test-town", f"assessment-{YEAR}")
    assert events[-1].event.type_name == "assessment.scores_entered"


async def test_a_tie_is_decided_with_its_reason_and_an_objection_followed(pages: Pages, desk: DeskOfCases) -> None:
    await scored(pages, TIED)
    await pages.record(A, str(YEAR), PublishRanking())
    page = (await pages.client.get(f"/yearend?year={YEAR}")).text
    assert page.count("并列末位，待裁定") == 2
    assert "只有 d村 是末位" in page
    await pages.record(A, str(YEAR), RaiseObjection(objection_id="Y1", subject="c", text="计分有误"))
    page = (await pages.client.get(f"/yearend?year={YEAR}")).text
    assert "decide_objection?objection_id=Y1" in page
    assert 'value="Y2"' in page
    await pages.record(A, str(YEAR), DecideLast(group="village", subjects=("d",), reason="安全事故"))
    page = (await pages.client.get(f"/yearend?year={YEAR}")).text
    assert re.search(r"由人裁定：d村。理由：安全事故", page)
    await pages.record(A, str(YEAR), DecideObjection(objection_id="Y1", upheld=True, reason="漏计一项"))
    page = (await pages.client.get(f"/yearend?year={YEAR}")).text
    assert "原公示的排名已撤回" in page
    assert "漏计一项" in page


async def test_the_presidium_looks_and_enters_nothing(pages: Pages, desk: DeskOfCases) -> None:
    await pages.log_in(Role.PRESIDIUM)
    page = await pages.client.get(SHEET)
    assert page.status_code == 200
    assert "m.work.site.0" not in page.text
    token = hidden((await pages.client.get("/todo")).text)["form_token"]
    sent = {"form_token": token, "m.work.site.0": "80", "step": "look"}
    assert (await pages.client.post(SHEET, data=sent)).status_code == 403


async def test_years_before_the_product_count_once_a_second_person_has_signed_them(
    pages: Pages, desk: DeskOfCases
) -> None:
    async def entered_and_read() -> str:
        return (await pages.client.get(f"/yearend?year={YEAR}")).text

    form = (await pages.client.get("/yearend/history")).text
    rows = {
        f"{name}.{number}": value
        for number, year in enumerate((YEAR - 2, YEAR - 1))
        for name, value in (("year", str(year)), ("subject", "d"), ("person", "丁"))
    }
    assert (await pages.client.post("/yearend/history", data={**hidden(form), **rows})).status_code == 303
    own = await pages.client.post("/yearend/history/0/sign")
    assert own.status_code == 422
    assert "录入人不能自己签署" in own.text
    await scored(pages, D_LAST)
    await pages.record(A, str(YEAR), PublishRanking())
    assert "没有记录（未考核）" in await entered_and_read()
    await pages.log_in(Role.DISCIPLINE_OFFICE)
    page = (await pages.client.get("/yearend/history")).text
    assert (await pages.client.post("/yearend/history/0/sign", data=hidden(page))).status_code == 303
    await desk.end_publicity(YEAR)
    pages.client.cookies.clear()
    await pages.client.post("/login", data={"login": "user", "password": PASSWORD})
    assert (await pages.client.get(f"/yearend?year={YEAR}")).status_code == 403
    await known(pages, pages.client, "p2", Role.PARTY_COMMITTEE)
    final = await entered_and_read()
    assert final.count("往年末位登记（两人签署）") == 2
    assert "建议一票否决：丁" in final
