"""Scores out to Excel and in again: the same totals, texts that stay texts, and every fault by its cell."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from documents.score_sheets import changes_of, read_scores, write_ranking, write_scores
from domain.acts import Command
from domain.cases.assessment.commands import EnterBonus, EnterDeduction, EnterScores
from domain.cases.case import fold
from domain.cases.registry import GOVERNED
from domain.faults import Invalid
from domain.policy.assessment import Method
from projections.year_end import YearFigures, figures_of
from tests.cases.assessment.years import A, open_year, publish, score, village
from tests.cases.play import Town

ITEMS = {
    "assessment": {
        "tables": [
            {
                "key": "work",
                "name": "业务工作",
                "full": 100,
                "items": [{"key": "order", "name": "班子", "full": 40}, {"key": "result", "name": "实绩", "full": 60}],
            },
            {"key": "party", "name": "党建廉政", "full": 100},
        ]
    }
}
MARKS: dict[str, Any] = {"reports": [90, 85.5], "documents": [88], "site": [70, 75, 80, 85, 95], "opinion": [60.25]}


def opened(policy: dict[str, Any] | None = None) -> Town:
    town = Town(policy)
    open_year(town, 2026, [village(each, "甲") for each in "abc"])
    return town


def figures(town: Town) -> YearFigures:
    return figures_of(fold(GOVERNED[A], town.stream("assessment-2026")), town.policy)


def do(town: Town, acts: list[Command]) -> None:
    for act in acts:
        town.act("2026-12-10", A, "2026", act)


def filled(tmp_path: Path, town: Town, fill: Callable[[Workbook], None], scorers: int = 5) -> Path:
    """The template as somebody handed it back."""
    book = load_workbook(BytesIO(write_scores(figures(town), "测试镇", scorers)))
    fill(book)
    path = tmp_path / "评分.xlsx"
    book.save(path)
    return path


def rows(sheet: Worksheet) -> list[int]:
    return list(range(2, sheet.max_row + 1))


def mark(sheet: Worksheet, row: int, *values: Any) -> None:
    for column, value in enumerate(values, 7):
        sheet.cell(row, column, value)


def all_marked(book: Workbook) -> None:
    sheet = book["评分"]
    for row in rows(sheet):
        method = next(each for each in Method if each.label == sheet.cell(row, 4).value)
        mark(sheet, row, *MARKS[method.value])


def faults_of(path: Path, town: Town) -> dict[str, str]:
    with pytest.raises(Invalid) as invalid:
        read_scores(path, figures(town))
    return {fault.path: fault.message for fault in invalid.value.faults}


def test_the_template_filled_in_and_imported_gives_the_totals_of_the_same_marks_entered_by_hand(tmp_path: Path) -> None:
    by_hand, by_file = opened(), opened()
    for subject in "abc":
        score(by_hand, 2026, subject, MARKS)

    def fill(book: Workbook) -> None:
        all_marked(book)
        sheet = book["加分扣分"]
        sheet.append(["a", "a村", "加分", 7, "先进村", "文 3"])
        sheet.append(["a", "a村", "扣业务工作分", 1.5, "迟报"])
        sheet.append(["b", None, "从总分扣", 2, "通报批评"])

    acts = changes_of(figures(by_file), read_scores(filled(tmp_path, by_file, fill), figures(by_file)))
    do(by_file, acts)
    do(
        by_hand,
        [
            EnterBonus(subject="a", points=7, reason="先进村"),
            EnterDeduction(subject="a", table="work", points="1.5", reason="迟报"),
            EnterBonus(subject="b", points=-2, reason="通报批评"),
        ],
    )
    totals = [each.total for each in figures(by_file).subjects]
    assert totals == [each.total for each in figures(by_hand).subjects]
    assert None not in totals
    assert [row.printed for row in figures(by_file).lines[0].rows] == ["156.40", "152.90", "150.90"]


def test_what_is_entered_already_is_written_out_and_brings_no_act_when_it_comes_back(tmp_path: Path) -> None:
    town = opened()
    score(town, 2026, "a", MARKS)
    do(town, [EnterBonus(subject="a", points="2.5", reason="先进"), EnterBonus(subject="a", points=-1, reason="迟到")])
    path = filled(tmp_path, town, lambda book: None)
    assert changes_of(figures(town), read_scores(path, figures(town))) == []


def test_the_rest_of_a_file_that_was_cut_off_is_done_when_it_comes_again(tmp_path: Path) -> None:
    town = opened()

    def fill(book: Workbook) -> None:
        all_marked(book)
        for _ in range(2):  # twice the same is twice
            book["加分扣分"].append(["a", "a村", "加分", 1, "竞赛"])

    path = filled(tmp_path, town, fill)
    acts = changes_of(figures(town), read_scores(path, figures(town)))
    do(town, [*acts[:5], acts[-1]])
    rest = changes_of(figures(town), read_scores(path, figures(town)))
    assert len(rest) == len(acts) - 6
    do(town, rest)
    assert figures(town).subjects[0].bonus_entered == 2
    assert changes_of(figures(town), read_scores(path, figures(town))) == []


def test_of_a_table_with_items_the_scorers_mark_is_worked_out_from_them(tmp_path: Path) -> None:
    town = opened(ITEMS)

    def fill(book: Workbook) -> None:
        sheet = book["评分"]
        first = next(row for row in rows(sheet) if sheet.cell(row, 5).value == "班子")
        mark(sheet, first, 30, 40)
        mark(sheet, first + 1, 45, 57)

    (act,) = changes_of(figures(town), read_scores(filled(tmp_path, town, fill), figures(town)))
    assert act == EnterScores(subject="a", table="work", method=Method.REPORTS, marks=(75, 97))

    def half(book: Workbook) -> None:
        mark(book["评分"], 2, 30, 40)
        mark(book["评分"], 3, 45)

    assert faults_of(filled(tmp_path, town, half), town) == {
        "评分!H3": "评委2没有给“实绩”评分；同一评委的各项目要么都评，要么都不评"
    }


def test_every_wrong_cell_is_named_and_nothing_is_read(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        sheet = book["评分"]
        mark(sheet, 2, 101)
        mark(sheet, 3, "八十")
        mark(sheet, 4, "=80+5")
        mark(sheet, 5, True)
        sheet.cell(6, 1, "zz")
        sheet.cell(7, 2, "b村")
        sheet.cell(8, 4, "听汇抱")
        sheet.append([sheet.cell(9, column).value for column in range(1, 7)] + [80])
        entries = book["加分扣分"]
        entries.append(["a", "a村", "奖励", -1, None])
        entries.append(["a", "a村", "加分", "=1+1", "理由"])

    town = opened()
    faults = faults_of(filled(tmp_path, town, fill), town)
    assert set(faults) == {
        *("评分!G2", "评分!G3", "评分!G4", "评分!G5", "评分!A6", "评分!B7", "评分!D8", "评分!A26"),
        *("加分扣分!C2", "加分扣分!D2", "加分扣分!E2", "加分扣分!D3"),
    }
    assert faults["评分!G2"] == "分值应在 0 至 100 之间，现为 101"
    assert "是公式" in faults["评分!G4"]
    assert "是公式" in faults["加分扣分!D3"]
    assert "没有考核对象“zz”" in faults["评分!A6"]
    assert "与第 9 行重复" in faults["评分!A26"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda book: book["评分"].delete_cols(4), "缺少“评分方法”列"),
        (lambda book: book["评分"].delete_cols(7), "缺少“评委1”列"),
        (lambda book: book["评分"].cell(1, 8, "评委1"), "“评委1”列重复"),
        (lambda book: book["评分"].merge_cells("G2:G3"), "是合并单元格"),
        (lambda book: setattr(book["评分"], "title", "打分"), ""),
    ],
)
def test_a_sheet_that_is_not_the_templates_is_refused(
    tmp_path: Path, spoil: Callable[[Workbook], None], said: str
) -> None:
    def fill(book: Workbook) -> None:
        if not said:
            del book["加分扣分"]
        spoil(book)

    town = opened()
    faults = faults_of(filled(tmp_path, town, fill), town)
    assert any((said or "没有工作表“评分”") in message for message in faults.values())


def test_what_people_wrote_never_becomes_a_formula(tmp_path: Path) -> None:
    town = opened()
    score(town, 2026, "a", 80)
    for reason in ('=HYPERLINK("evil")', "+1", "-1", "@sum"):
        do(town, [EnterBonus(subject="a", points=1, reason=reason, paper=reason)])
    sheet = load_workbook(BytesIO(write_scores(figures(town), "测试镇", 5)))["加分扣分"]
    cells = [sheet.cell(row, column) for row in range(2, 6) for column in (5, 6)]
    assert [cell.data_type for cell in cells] == ["s"] * 8
    assert cells[0].value == '=HYPERLINK("evil")'


def test_the_ranking_in_excel_has_the_published_figures() -> None:
    town = opened()
    publish(town, 2026, {"a": 80, "b": MARKS, "c": 90})
    sheet = load_workbook(BytesIO(write_ranking(figures(town), "测试镇"))).worksheets[0]
    found = [(row[0], row[1], row[-2], row[-1]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert found == [
        ("1", "c村", "180.00", ""),
        ("2", "a村", "160.00", ""),
        ("3", "b村", "152.90", "末位"),
    ]
