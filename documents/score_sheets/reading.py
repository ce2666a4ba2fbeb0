"""Reading a filled workbook: every cell judged against the year's assessment; anything wrong is named by its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from documents.roster_import.faults import address, cell_fault, sheet_fault
from documents.roster_import.spelling import heading_of, plain, visible
from documents.roster_import.workbook import CellValue, Sheet, open_workbook
from documents.score_sheets.changes import Filled, MarksOf, NewEntry
from documents.score_sheets.layout import (
    ENTRIES_HEADINGS,
    ENTRIES_SHEET,
    ITEM,
    KIND,
    MARKS_HEADINGS,
    MARKS_SHEET,
    MAX_SCORERS,
    METHOD,
    NAME,
    PAPER,
    POINTS,
    REASON,
    SUBJECT,
    TABLE,
    Line,
    kinds_of,
    lines_of,
    scorer_heading,
)
from domain.faults import Fault, Invalid
from domain.policy.values import parse_score
from domain.rules.assessment import mark_of_items
from projections.year_end import YearFigures

_OPTIONAL = frozenset({NAME, PAPER})


@dataclass
class _Table:
    """A sheet with the place of its columns; collects what is wrong."""

    name: str
    sheet: Sheet
    columns: Mapping[str, int]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int, heading: str, message: str) -> None:
        self.faults.append(cell_fault(self.name, row, self.columns.get(heading, 0), message))

    def value(self, row: int, heading: str) -> CellValue:
        """What stands in a cell; blank, with a fault, where it cannot be trusted."""
        column = self.columns.get(heading)
        if column is None or column >= len(self.sheet.grid[row]):
            return ""
        if (row, column) in self.sheet.structure.formulas:
            self.fault(row, heading, "是公式，结果可能随别处改变；请复制后用“选择性粘贴 - 数值”改成数值")
            return ""
        if (row, column) in self.sheet.structure.errors:
            self.fault(row, heading, "是错误值（如 #N/A），请重新填写")
            return ""
        value = self.sheet.grid[row][column]
        return visible(value) if isinstance(value, str) else value

    def text(self, row: int, heading: str) -> str:
        """A cell that holds a text; a number that stands for a code is one."""
        value = self.value(row, heading)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.fault(row, heading, f"{heading}应为文字")
            return ""
        if isinstance(value, float) and value == int(value):
            return str(int(value))
        return str(value)

    def number(self, row: int, heading: str) -> Fraction | None:
        """A cell that holds a number; None where it is blank or none."""
        value = self.value(row, heading)
        if value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.fault(row, heading, "应为数字，不能是日期、时间或 TRUE/FALSE")
            return None
        try:
            return parse_score(value)
        except ValueError as error:
            self.fault(row, heading, str(error))
            return None

    def rows(self) -> list[int]:
        """The filled rows below the heading; a hidden one is a fault."""
        found = []
        structure = self.sheet.structure
        for row in range(1, len(self.sheet.grid)):
            marked = any((row, column) in structure.formulas for column in self.columns.values())
            if not marked and not any(not isinstance(cell, str) or plain(cell) for cell in self.sheet.grid[row]):
                continue
            if row in structure.hidden_rows:
                self.faults.append(cell_fault(self.name, row, 0, f"第 {row + 1} 行被隐藏，请取消隐藏；不用的行请删除"))
            found.append(row)
        return found


def read_scores(path: Path, figures: YearFigures) -> Filled:
    """What a file holds for this year's assessment. Raises `Invalid` with every fault, by cell (`评分!G7`)."""
    book = open_workbook(path)
    if book.legacy:
        raise Invalid([Fault(path=path.name, message=".xls 文件看不出公式和隐藏行，请另存为 .xlsx 后再上传")])
    sheets = {heading_of(sheet.name): sheet for sheet in book.sheets}
    if MARKS_SHEET not in sheets and ENTRIES_SHEET not in sheets:
        raise Invalid([sheet_fault("文件", f"没有工作表“{MARKS_SHEET}”或“{ENTRIES_SHEET}”，请使用本系统的模板")])
    faults: list[Fault] = []
    marks: dict[MarksOf, tuple[Fraction, ...]] = {}
    papers: dict[MarksOf, str] = {}
    entries: list[NewEntry] = []
    if (sheet := sheets.get(MARKS_SHEET)) is not None:
        table = _table(MARKS_SHEET, sheet, MARKS_HEADINGS, faults)
        if table is not None:
            marks, papers = _marks(table, figures)
            faults += table.faults
    if (sheet := sheets.get(ENTRIES_SHEET)) is not None:
        table = _table(ENTRIES_SHEET, sheet, ENTRIES_HEADINGS, faults)
        if table is not None:
            entries = _entries(table, figures)
            faults += table.faults
    if faults:
        raise Invalid(sorted(faults, key=lambda fault: (fault.path.partition("!")[0], fault.line or 0)))
    return Filled(marks=marks, papers=papers, entries=tuple(entries))


def _table(name: str, sheet: Sheet, headings: tuple[str, ...], faults: list[Fault]) -> _Table | None:
    """The sheet with its columns; None, with faults, where it cannot be read."""
    if not sheet.visible:
        faults.append(sheet_fault(name, "工作表被隐藏，请取消隐藏后再上传"))
        return None
    cells = [heading_of(str(cell)) for cell in sheet.grid[0]] if sheet.grid else []
    twice = sorted({cell for cell in cells if cell and cells.count(cell) > 1})
    for cell in twice:
        place = [index for index, each in enumerate(cells) if each == cell][1]
        faults.append(cell_fault(name, 0, place, f"“{cell}”列重复，请删去其中一列"))
    missing = [heading for heading in headings if heading not in cells and heading not in _OPTIONAL]
    if name == MARKS_SHEET and scorer_heading(1) not in cells:
        missing.append(scorer_heading(1))
    faults += [sheet_fault(name, f"第一行缺少“{heading}”列，请使用本系统的模板", 0) for heading in missing]
    merged = [ranges for ranges in sheet.structure.merged if ranges[1][0] > 0]
    for (top, left), (bottom, right) in merged:
        where = f"{address(top, left)}:{address(bottom, right)}"
        faults.append(cell_fault(name, top, left, f"{where} 是合并单元格，请取消合并，并在每一格填写"))
    if twice or missing or merged:
        return None
    return _Table(name, sheet, {cell: index for index, cell in enumerate(cells) if cell})


def _subject(table: _Table, row: int, figures: YearFigures) -> str | None:
    """The subject of a row; its name must agree, so that a shifted column is noticed."""
    key, name = table.text(row, SUBJECT), table.text(row, NAME)
    found = figures.subject(key)
    if found is None:
        left_out = any(post.id == key for post in figures.not_assessed)
        said = f"“{key}”本年度不参加考核" if left_out else f"没有考核对象“{key}”" if key else "对象编号不能为空"
        table.fault(row, SUBJECT, said)
        return None
    if name and plain(name) != plain(found.post.name):
        table.fault(row, NAME, f"编号 {key} 是“{found.post.name}”，与“{name}”不符，请核对是否错行")
        return None
    return key


def _marks(table: _Table, figures: YearFigures) -> tuple[dict[MarksOf, tuple[Fraction, ...]], dict[MarksOf, str]]:
    lines = {
        (plain(each.table.name), each.method.label, plain(each.item_name)): each for each in lines_of(figures.policy)
    }
    scorers = [h for h in map(scorer_heading, range(1, MAX_SCORERS + 1)) if h in table.columns]
    rows: dict[MarksOf, dict[str | None, tuple[int, list[Fraction | None]]]] = {}
    first: dict[tuple[MarksOf, str | None], int] = {}
    papers: dict[MarksOf, str] = {}
    for row in table.rows():
        subject, line = _subject(table, row, figures), _line(table, row, lines)
        given = [_mark(table, row, heading, line) for heading in scorers]
        if subject is None or line is None:
            continue
        key = (subject, line.table.key, line.method)
        if (before := first.setdefault((key, line.item), row)) != row:
            table.fault(row, SUBJECT, f"与第 {before + 1} 行重复：同一对象、计分表、方法、项目只能有一行")
            continue
        if paper := table.text(row, PAPER):
            papers[key] = paper
        rows.setdefault(key, {})[line.item] = (row, given)
    marks = {key: found for key, parts in rows.items() if (found := _together(table, figures, key, parts, scorers))}
    return marks, {key: paper for key, paper in papers.items() if key in marks}


def _line(table: _Table, row: int, lines: Mapping[tuple[str, str, str], Line]) -> Line | None:
    named = tuple(plain(table.text(row, heading)) for heading in (TABLE, METHOD, ITEM))
    for place, heading in enumerate((TABLE, METHOD, ITEM)):
        fitting = dict.fromkeys(key[place] for key in lines if key[:place] == named[:place])
        if fitting and named[place] not in fitting:
            table.fault(row, heading, f"没有{heading}“{named[place]}”，可选：{'、'.join(fitting)}")
            return None
    return lines.get((named[0], named[1], named[2]))


def _mark(table: _Table, row: int, heading: str, line: Line | None) -> Fraction | None:
    mark = table.number(row, heading)
    if mark is None or line is None:
        return mark
    if not 0 <= mark <= line.full:
        table.fault(row, heading, f"分值应在 0 至 {float(line.full):g} 之间，现为 {float(mark):g}")
        return None
    return mark


def _together(
    table: _Table,
    figures: YearFigures,
    key: MarksOf,
    parts: Mapping[str | None, tuple[int, list[Fraction | None]]],
    scorers: list[str],
) -> tuple[Fraction, ...]:
    """The scorers' marks out of 100; of a table with items from these, of which each scorer marks all or none."""
    score_table = next(each for each in figures.policy.tables if each.key == key[1])
    if not score_table.items:
        return tuple(mark for mark in parts[None][1] if mark is not None)
    marks = []
    for place, heading in enumerate(scorers):
        given = {item: parts[item][1][place] for item in parts if item is not None}
        points = {item: mark for item, mark in given.items() if mark is not None}
        if not points:
            continue
        lacking = [item for item in score_table.items if item.key not in points]
        for item in lacking:
            row = parts[item.key][0] if item.key in parts else next(iter(parts.values()))[0]
            table.fault(row, heading, f"{heading}没有给“{item.name}”评分；同一评委的各项目要么都评，要么都不评")
        if not lacking:
            marks.append(mark_of_items(score_table, points, {}))
    return tuple(marks)


def _entries(table: _Table, figures: YearFigures) -> list[NewEntry]:
    kinds = kinds_of(figures.policy)
    found = []
    for row in table.rows():
        subject, kind, before = _subject(table, row, figures), plain(table.text(row, KIND)), len(table.faults)
        points = table.number(row, POINTS)
        unread = len(table.faults) > before
        reason, paper = table.text(row, REASON), table.text(row, PAPER)
        if kind not in kinds:
            table.fault(row, KIND, f"没有种类“{kind}”，可选：{'、'.join(kinds)}")
        if points is None and not unread:
            table.fault(row, POINTS, "分值不能为空")
        elif points is not None and points <= 0:
            table.fault(row, POINTS, "分值应大于 0；扣分也填正数，种类写明扣分")
        if not reason:
            table.fault(row, REASON, "加分、扣分必须写明理由")
        if subject is None or kind not in kinds or points is None or points <= 0 or not reason:
            continue
        of, sign = kinds[kind]
        found.append(NewEntry(subject, of, points * sign, reason, paper or None))
    return found
