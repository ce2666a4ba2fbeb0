"""The template that the product gives out, and the user's own file with its faults marked."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from documents.roster_import import import_roster, mark_faults, write_roster, write_template
from documents.roster_import.columns import SHEETS
from documents.roster_import.preview import Preview
from domain.faults import Invalid
from domain.roster.commands import Deputy
from domain.roster.posts import Post, SubjectKind
from domain.roster.state import RosterState
from tests.documents.books import DEPUTIES, TODAY, book


def test_the_template_holds_an_example_that_is_not_imported(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(path)
    result = import_roster(path, RosterState(), TODAY)
    assert isinstance(result, Invalid)
    assert {fault.path: fault.message for fault in result.faults} == {
        "代表": "没有填写任何代表",
        "测评对象": "没有填写任何测评对象",
    }
    read = load_workbook(path)
    assert read.sheetnames == ["填写说明", "代表", "测评对象"]
    assert str(read["代表"]["A2"].value).startswith("示例")


def test_the_template_keeps_numbers_as_text_and_offers_lists(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(path)
    read = load_workbook(path)
    for spec in SHEETS:
        sheet = read[spec.name]
        assert all(columns.number_format == "@" for columns in sheet.column_dimensions.values())
        assert max(columns.max or 0 for columns in sheet.column_dimensions.values()) == len(spec.columns)
        rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        for index, column in enumerate(spec.columns):
            rule = rules[f"{'ABCDEF'[index]}2"]
            assert rule.type == ("list" if column.choices else None)
            assert rule.prompt == column.hint


def test_a_filled_template_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(path)
    filled = load_workbook(path)
    filled["代表"].append(["d01", "王建国", "一组", "男", "11010519491231002X", "13800138000"])
    del filled["测评对象"]
    filled.save(path)
    result = import_roster(path, RosterState(), TODAY)
    assert isinstance(result, Preview)
    assert [change.name for change in result.changes] == ["王建国"]


def test_a_written_roster_is_read_back_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    deputies = [Deputy(id="d1", name="王建国", group="一组"), Deputy(id="d2", name="=1+1", group="http://x")]
    posts = [
        Post(id="a", name="财政所", kind=SubjectKind.STATION, responsible="d1"),
        Post(id="b", name="林业站", kind=SubjectKind.STATION, responsible="王建国"),
        Post(id="c", name="水利站", kind=SubjectKind.STATION, responsible="韩仲明"),
    ]
    write_roster(path, deputies, posts)
    result = import_roster(path, RosterState(), TODAY)
    assert isinstance(result, Preview)
    assert result.roster.deputies is not None
    assert [each.deputy for each in result.roster.deputies] == deputies
    assert result.roster.subjects == tuple(posts)


def test_faults_are_marked_in_the_users_own_file(tmp_path: Path) -> None:
    path, marked = tmp_path / "名册.xlsx", tmp_path / "名册-错误.xlsx"
    made = book([*DEPUTIES, ("d01", "", "一组")])
    made["代表"]["H2"] = "我的备注"
    made.save(path)
    result = import_roster(path, RosterState(), TODAY)
    assert isinstance(result, Invalid)
    mark_faults(path, result.faults, marked)
    read = load_workbook(marked)
    assert read.sheetnames[0] == "错误清单"
    rows = list(read["错误清单"].values)
    assert [row[:2] for row in rows[1:3]] == [(1, "代表!A4"), (2, "代表!B4")]
    assert len(rows) == len(result.faults) + 1
    assert read["错误清单"]["B2"].hyperlink.location or read["错误清单"]["B2"].hyperlink.target
    cell = read["代表"]["A4"]
    assert cell.fill.fgColor.rgb == "00FFC7CE"
    assert "与 A2 重复" in cell.comment.text
    assert read["代表"]["A2"].comment is None
    assert read["代表"]["H2"].value == "我的备注"


def test_a_marked_file_that_was_mended_is_imported(tmp_path: Path) -> None:
    path, marked = tmp_path / "名册.xlsx", tmp_path / "名册-错误.xlsx"
    book([*DEPUTIES, ("d01", "赵六", "一组")]).save(path)
    result = import_roster(path, RosterState(), TODAY)
    assert isinstance(result, Invalid)
    mark_faults(path, result.faults, marked)
    mended = load_workbook(marked)
    mended["代表"]["A4"] = "d03"
    mended.save(marked)
    assert isinstance(import_roster(marked, RosterState(), TODAY), Preview)


def test_an_xls_file_is_marked_as_xlsx(tmp_path: Path) -> None:
    path, marked = Path(__file__).parent / "roster.xls", tmp_path / "名册-错误.xlsx"
    result = import_roster(path, RosterState(), TODAY)
    assert isinstance(result, Invalid)
    mark_faults(path, result.faults, marked)
    read = load_workbook(marked)
    assert "数字格式" in read["代表"]["E4"].comment.text
    assert read["代表"]["B3"].value == "李 四"


def test_a_fault_in_a_merged_cell_and_one_of_the_whole_file_are_listed(tmp_path: Path) -> None:
    path, marked = tmp_path / "名册.xlsx", tmp_path / "名册-错误.xlsx"
    made = book()
    made["代表"].merge_cells("C2:C3")
    made.save(path)
    result = import_roster(path, RosterState(), TODAY)
    assert isinstance(result, Invalid)
    mark_faults(path, result.faults, marked)
    places = [row[1] for row in load_workbook(marked)["错误清单"].values]
    assert places == ["位置", "代表!C2", "代表!C3"]
