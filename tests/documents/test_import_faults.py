"""Everything that is wrong with a roster file is named by cell, and nothing of it is imported."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from documents.roster_import import import_roster
from domain.faults import Invalid
from domain.roster.state import RosterState
from tests.documents.books import CURRENT, DEPUTIES, SUBJECTS, TODAY, accepted, book, refused


@pytest.mark.parametrize(
    ("row", "cell", "why"),
    [
        (("d03", None, "一组"), "代表!B4", "姓名不能为空"),
        (("d03", "赵六", "  "), "代表!C4", "代表小组不能为空"),
        (("d 03/", "赵六", "一组"), "代表!A4", "只能用字母、数字和下划线"),
        ((1.5, "赵六", "一组"), "代表!A4", "不能是数字 1.5"),
        (("d03", 12, "一组"), "代表!B4", "姓名应为文字，不能是数字 12"),
        (("d03", TODAY, "一组"), "代表!B4", "日期"),
        (("d03", True, "一组"), "代表!B4", "TRUE"),
        (("d03", "赵六", "一组", "男人"), "代表!D4", "是不是“男”？可选：男、女"),
        (("d03", "赵六", "一组", "", 110105194912310021), "代表!E4", "数字格式"),
        (("d03", "赵六", "一组", "", "110105194912310021"), "代表!E4", "校验码不对"),
        (("d03", "赵六", "一组", "", "110105194913310021"), "代表!E4", "地区或出生日期不对"),
        (("d03", "赵六", "一组", "", "1101051949123100"), "代表!E4", "现为 16 位"),
        (("d03", "赵六", "一组", "", "", 13800138000), "代表!F4", "数字格式"),
        (("d03", "赵六", "一组", "", "", "1380013800"), "代表!F4", "11 位"),
        (("d01", "赵六", "一组"), "代表!A4", "代表编号“d01”与 A2 重复"),
        (("d03", "赵六", "一组", "", "11010519491231002X"), "代表!E4", "身份证号“11010519491231002X”与 E2 重复"),
        (("d03", "=B2", "一组"), "代表!B4", "是公式"),
    ],
)
def test_a_bad_deputy_is_named_by_cell(tmp_path: Path, row: tuple[Any, ...], cell: str, why: str) -> None:
    faults = refused(tmp_path, book([*DEPUTIES, row]))
    assert list(faults) == [cell]
    assert why in faults[cell]


@pytest.mark.parametrize(
    ("row", "cell", "why"),
    [
        (("x", "林业站", "站点", "李永胜"), "测评对象!C4", "没有类别“站点”，是不是“站所”？"),
        (("x", "林业站", "企业", "李永胜"), "测评对象!C4", "可选：站所、窗口、村支书、村主任、行政村"),
        (("x", "林业站", "站所", ""), "测评对象!D4", "负责人不能为空"),
        (("czs", "林业站", "站所", "李永胜"), "测评对象!A4", "对象编号“czs”与 A2 重复"),
        (("x", "财政所", "站所", "李永胜"), "测评对象!B4", "名称和类别与 B2 相同"),
        (("x", "林业站", "站所", "李四"), "测评对象!E4", "代表 d02 也叫“李四”"),
        (("x", "林业站", "站所", "李永胜", "d77"), "测评对象!E4", "没有代表 d77"),
        (("x", "林业站", "站所", "李永胜", "d02"), "测评对象!E4", "代表 d02 是“李四”，与负责人“李永胜”不符"),
    ],
)
def test_a_bad_subject_is_named_by_cell(tmp_path: Path, row: tuple[Any, ...], cell: str, why: str) -> None:
    faults = refused(tmp_path, book(subjects=[*SUBJECTS, row]))
    assert list(faults) == [cell]
    assert why in faults[cell]


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    faults = refused(
        tmp_path,
        book([("d1", "", ""), ("d1", "李四", "一组", "x")], [("", "财政所", "站所", ""), ("b", "c", "d", "e")]),
    )
    assert list(faults) == [
        "代表!B2", "代表!C2", "代表!A3", "代表!D3",
        "测评对象!A2", "测评对象!D2", "测评对象!C3",
    ]  # fmt: skip


def test_somebody_else_with_a_deputys_name_is_said_so(tmp_path: Path) -> None:
    preview = accepted(tmp_path, book(subjects=[("x", "林业站", "站所", "李四", "否")]))
    assert preview.roster.subjects is not None
    assert preview.roster.subjects[0].responsible == "李四"


def test_a_deputy_under_a_new_number_is_a_duplicate_of_the_roster(tmp_path: Path) -> None:
    faults = refused(tmp_path, book([("001", "赵六", "河滩代表小组")], None), CURRENT)
    assert "请沿用编号 d09" in faults["代表!A2"]


def test_a_subject_under_a_new_number_is_a_duplicate_of_the_roster(tmp_path: Path) -> None:
    faults = refused(tmp_path, book(None, [("x1", "林业站", "站所", "韩仲明")]), CURRENT)
    assert "请沿用编号 lyz" in faults["测评对象!A2"]


def test_a_renamed_column_is_named_with_a_suggestion(tmp_path: Path) -> None:
    made = book()
    made["代表"]["C1"] = "所在小组"
    made["测评对象"]["D1"] = "负责"
    faults = refused(tmp_path, made)
    assert faults == {
        "代表!C1": "没有“代表小组”列；此列“所在小组”如果就是，请把标题改为“代表小组”",
        "测评对象!D1": "没有“负责人”列；此列“负责”如果就是，请把标题改为“负责人”",
    }


def test_an_optional_column_under_another_name_is_not_lost_silently(tmp_path: Path) -> None:
    made = book(subjects=None)
    made["代表"]["F1"] = "联系电话"
    assert "请把标题改为“手机号”" in refused(tmp_path, made)["代表!F1"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    made = book(subjects=None)
    made["代表"].delete_cols(3)
    assert refused(tmp_path, made) == {"代表": "缺少“代表小组”列"}


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    made = book(subjects=None)
    made["代表"]["G1"] = "姓名"
    assert "重复" in refused(tmp_path, made)["代表!G1"]


def test_a_sheet_under_another_name_is_suggested(tmp_path: Path) -> None:
    made = book(subjects=None)
    made["代表"].title = "代表名单"
    assert refused(tmp_path, made) == {"“代表名单”": "没有工作表“代表”或“测评对象”；“代表名单”请改名为“代表”"}


def test_a_sheet_without_a_heading_says_what_it_needs(tmp_path: Path) -> None:
    made = book(subjects=None)
    made["代表"].delete_rows(1)
    assert "应有：代表编号、姓名、代表小组" in refused(tmp_path, made)["代表"]


def test_a_sheet_without_rows_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, book([], None)) == {"代表": "没有填写任何代表"}


def test_what_is_hidden_is_neither_imported_nor_dropped_silently(tmp_path: Path) -> None:
    made = book()
    made["代表"].row_dimensions[3].hidden = True
    made["测评对象"].column_dimensions["D"].hidden = True
    faults = refused(tmp_path, made)
    assert "被隐藏或筛选掉了" in faults["代表!A3"]
    assert "“负责人”列被隐藏" in faults["测评对象!D1"]


def test_a_hidden_sheet_is_refused(tmp_path: Path) -> None:
    made = book()
    made["测评对象"].sheet_state = "hidden"
    assert refused(tmp_path, made) == {"测评对象": "工作表被隐藏，请取消隐藏后再导入"}


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    made = book()
    made["代表"].merge_cells("C2:C3")
    faults = refused(tmp_path, made)
    assert "C2:C3 是合并单元格" in faults["代表!C2"]


def test_a_merged_title_above_the_heading_is_no_fault(tmp_path: Path) -> None:
    made = book(subjects=None)
    made["代表"].insert_rows(1)
    made["代表"]["A1"] = "城关镇代表名册"
    made["代表"].merge_cells("A1:F1")
    accepted(tmp_path, made)


def _file(folder: Path, name: str, content: bytes) -> Invalid:
    path = folder / name
    path.write_bytes(content)
    result = import_roster(path, RosterState(), TODAY)
    assert isinstance(result, Invalid)
    return result


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "文件是空的"),
        ("代表编号,姓名\nd01,王建国\n".encode(), "不是 Excel 文件"),
        (b"%PDF-1.7", "不是 Excel 文件"),
        (b"PK\x03\x04 broken", "文件不完整"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "打不开"),
    ],
)
def test_what_is_no_workbook_is_refused_in_words(tmp_path: Path, content: bytes, why: str) -> None:
    assert why in str(_file(tmp_path, "名册.xlsx", content))


def test_a_word_document_is_told_from_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert "不是 Excel 工作簿" in str(import_roster(path, RosterState(), TODAY))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "名册.xlsx：文件读不到" in str(import_roster(tmp_path / "名册.xlsx", RosterState(), TODAY))


def test_a_small_file_that_unpacks_to_more_than_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package, package.open("xl/workbook.xml", "w") as part:
        for _ in range(210):
            part.write(b"\0" * 2**20)
    assert path.stat().st_size < 2**20
    assert "展开后过大" in str(import_roster(path, RosterState(), TODAY))
