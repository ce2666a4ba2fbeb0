"""A roster from Excel by pages: previewed, confirmed whole or not at all, undone until it is used."""

from __future__ import annotations

import re
from io import BytesIO

import openpyxl
import pytest

from domain.acts import Role
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import OpenCycle
from tests.documents.books import book
from tests.web.books import POSTS, roster, with_roster
from tests.web.books import town as town
from tests.web.conftest import Pages

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_bytes(workbook: openpyxl.Workbook) -> bytes:
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


async def upload(town: Pages, data: bytes, sheets: str = "both") -> tuple[int, str]:
    files = {"file": ("名册.xlsx", data, XLSX)}
    answer = await town.client.post("/roster/import", data={"sheets": sheets}, files=files)
    return answer.status_code, answer.text


def confirm_path(page: str) -> str:
    found = re.search(r'action="(/roster/import/[^"]+/confirm)"', page)
    assert found is not None, page
    return found[1]


async def test_a_file_is_previewed_confirmed_and_undone(town: Pages) -> None:
    await with_roster(town)
    before = await roster(town)
    status, page = await upload(town, as_bytes(book()))
    assert status == 200
    assert "新增" in page
    assert await roster(town) == before
    answer = await town.client.post(confirm_path(page), data={"retire_missing": "true"})
    assert answer.status_code == 303
    after = await roster(town)
    assert set(after.deputies) >= {"d01", "d02"}
    assert after != before
    shown = (await town.client.get(answer.headers["location"])).text
    entry = re.search(r'name="entry" value="([^"]+)"', shown)
    assert entry is not None
    assert (await town.client.post("/roster/undo", data={"entry": entry[1]})).status_code == 303
    assert await roster(town) == before


async def test_what_a_case_began_with_is_not_undone(town: Pages) -> None:
    await with_roster(town)
    await town.record(CaseKind.CYCLE, "2026", OpenCycle(year=2026, subjects=POSTS, deputies=2))
    assert "撤销这次登记" not in (await town.client.get("/roster/subjects")).text
    answer = await town.client.post("/roster/undo", data={"entry": "first"})
    assert answer.status_code == 422
    assert "已有案件按这份名册办理" in answer.text
    assert len((await roster(town)).active_deputies) == 2


async def test_a_preview_of_another_roster_is_not_confirmed(town: Pages) -> None:
    _, page = await upload(town, as_bytes(book()))
    await with_roster(town)
    between = await roster(town)
    answer = await town.client.post(confirm_path(page))
    assert answer.status_code == 422
    assert "预览之后名册又有改动" in answer.text
    assert await roster(town) == between
    assert (await town.client.post(confirm_path(answer.text))).status_code == 303


async def test_nobody_confirms_what_another_uploaded(town: Pages) -> None:
    _, page = await upload(town, as_bytes(book()))
    await town.log_in(Role.STAFF)
    token = re.search(r'name="form_token" value="([^"]+)"', (await town.client.get("/roster/import")).text)
    assert token is not None
    answer = await town.client.post(confirm_path(page), data={"form_token": token[1]})
    assert answer.status_code == 422
    assert "重新上传" in answer.text
    assert (await roster(town)).deputies == {}


async def test_faults_are_named_by_cell_and_marked_in_the_users_own_file(town: Pages) -> None:
    workbook = book(deputies=[("d01", "王秀英", "一组", "", 420117198001011234, ""), ("d01", "", "一组", "", "", "")])
    workbook["代表"]["C3"] = "=A1"
    status, page = await upload(town, as_bytes(workbook))
    assert status == 422
    for said in ("代表!A3", "重复", "代表!B3", "姓名不能为空", "代表!C3", "公式", "代表!E2", "15 位有效数字"):
        assert said in page
    link = re.search(r'href="(/roster/import/[^"]+/marked.xlsx)"', page)
    assert link is not None
    marked = openpyxl.load_workbook(BytesIO((await town.client.get(link[1])).content))
    assert marked.sheetnames[0] == "错误清单"
    assert marked["代表"]["B3"].fill.fgColor.rgb == "00FFC7CE"
    assert (await roster(town)).deputies == {}


async def test_a_missing_column_is_named(town: Pages) -> None:
    workbook = book()
    workbook["代表"]["C1"] = "备注"
    status, page = await upload(town, as_bytes(workbook))
    assert status == 422
    assert "缺少“代表小组”列" in page


@pytest.mark.parametrize("data", [b"", b"not a workbook", b"PK\x03\x04broken"])
async def test_what_is_no_workbook_is_refused_in_words(town: Pages, data: bytes) -> None:
    status, page = await upload(town, data)
    assert status == 422
    assert "Excel" in page or "没有选文件" in page or "重新上传" in page


async def test_too_large_a_file_is_not_read(town: Pages) -> None:
    headers = {"content-length": str(30 * 2**20), "content-type": "multipart/form-data; boundary=x"}
    answer = await town.client.post("/roster/import", content=b"", headers=headers)
    assert answer.status_code == 413
    assert "20 MB" in answer.text


async def test_ten_thousand_rows_with_one_fault_import_nothing(town: Pages) -> None:
    rows = [(f"d{number}", f"代表{number}", "一组", "", "", "") for number in range(1, 10_001)]
    rows[9_998] = ("d9999", "", "一组", "", "", "")
    status, page = await upload(town, as_bytes(book(deputies=rows, subjects=None)))
    assert status == 422
    assert "代表!B10000" in page
    assert (await roster(town)).deputies == {}


async def test_the_lists_are_searched(town: Pages) -> None:
    await with_roster(town)
    page = (await town.client.get("/roster/deputies", params={"q": "河滩"})).text
    assert "李文" in page
    assert "王秀英" not in page


async def test_the_downloads_can_be_uploaded_again(town: Pages) -> None:
    await with_roster(town)
    whole = (await town.client.get("/roster/roster.xlsx")).content
    status, page = await upload(town, whole)
    assert status == 200
    assert "没有要改的" in page
    empty = (await town.client.get("/roster/template.xlsx")).content
    assert (await upload(town, empty))[0] == 422
