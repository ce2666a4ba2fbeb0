"""The workbook to fill in: one row a subject, table and method (or item), what is entered already filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from documents.score_sheets.layout import (
    BONUS,
    ENTRIES_HEADINGS,
    ENTRIES_SHEET,
    MARKS_HEADINGS,
    MARKS_SHEET,
    MAX_SCORERS,
    OFF_TOTAL,
    PAPER,
    Line,
    kinds_of,
    lines_of,
    off_word,
    scorer_heading,
)
from projections.year_end import EntryFigures, SubjectFigures, YearFigures

SPARE = 200
"""Empty rows for entries that are prepared with lists."""

INSTRUCTIONS = (
    "一、“评分”表每行是一个对象的一张计分表、一种评分方法（或其中一个项目），每名评委一列；分值在 0 和“满分”之间。",
    "二、空着的行不导入，已录入的评分保持不变；填了的行按新填的办理，原评分由新评分取代。",
    "三、同一行各评委连着填，不要用公式、合并单元格；不要改动标题行和对象编号。",
    "四、“加分扣分”表每行一笔，必须写明理由。已登记的（灰色）不会重复登记，删去也不会撤销；登记有误走两人签署的更正。",
    "五、上传后先看预览，确认后才办理；有任何一处错误，全部不办理。",
)


def write_scores(figures: YearFigures, town: str, scorers: int) -> bytes:
    """The workbook of a year, with so many columns for scorers or as many as were entered."""
    most = max((len(part.marks) for each in figures.subjects for t in each.tables for part in t.methods), default=0)
    columns = min(MAX_SCORERS, max(1, scorers, most))
    file = BytesIO()
    with new_book(file, f"{town}{figures.year}年度双百分考核评分表") as book:
        _instructions(book, figures, town)
        _marks(book, figures, columns)
        _entries(book, figures)
    return file.getvalue()


def new_book(file: BytesIO, title: str) -> Workbook:
    """A workbook in which texts stay texts: nothing that somebody wrote becomes a formula or a link."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title, "created": datetime(2025, 1, 1, tzinfo=UTC)})
    return book


def heading_format(book: Workbook) -> Format:
    """Headings of every sheet."""
    return book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "align": "center", "text_wrap": True})


def print_setup(sheet: Worksheet, last_row: int, last_column: int) -> None:
    """A4 across, as wide as the page, with page numbers."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, max(last_row, 1), last_column)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def number_of(value: Fraction) -> float | None:
    """A number as Excel shows it, where that is exactly the value; None where it has no such decimal."""
    shown = float(value)
    return shown if Fraction(repr(shown)) == value else None


def _instructions(book: Workbook, figures: YearFigures, town: str) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 110)
    wrap = book.add_format({"text_wrap": True, "valign": "top", "font_size": 12})
    sheet.write_string(
        0, 0, f"{town} {figures.year} 年度双百分考核：评分表填写说明", book.add_format({"bold": True, "font_size": 16})
    )
    for row, line in enumerate(INSTRUCTIONS, 2):
        sheet.write_string(row, 0, line, wrap)


def _marks(book: Workbook, figures: YearFigures, scorers: int) -> None:
    sheet = book.add_worksheet(MARKS_SHEET)
    fixed = book.add_format({"num_format": "@", "bg_color": "#F2F2F2", "border": 1})
    number, text = book.add_format({"border": 1}), book.add_format({"num_format": "@", "border": 1})
    headings = (*MARKS_HEADINGS, *(scorer_heading(each) for each in range(1, scorers + 1)), PAPER)
    head = heading_format(book)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, head)
    first = len(MARKS_HEADINGS)
    row = 0
    for subject in figures.subjects:
        for line in lines_of(figures.policy):
            row += 1
            for column, value in enumerate(
                (subject.post.id, subject.post.name, line.table.name, line.method.label, line.item_name)
            ):
                sheet.write_string(row, column, value, fixed)
            sheet.write_number(row, first - 1, float(line.full), fixed)
            marks = _marks_of(subject, line)
            for scorer in range(scorers):
                _mark(sheet, row, first + scorer, marks[scorer] if scorer < len(marks) else None, number)
            sheet.write_blank(row, first + scorers, None, text)
            sheet.data_validation(
                row,
                first,
                row,
                first + scorers - 1,
                {
                    "validate": "decimal",
                    "criteria": "between",
                    "minimum": 0,
                    "maximum": float(line.full),
                    "error_title": "分值不对",
                    "error_message": f"应为 0 至 {float(line.full):g} 的数字",
                },
            )
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, first - 1, 11)
    sheet.freeze_panes(1, first)
    print_setup(sheet, row, len(headings) - 1)


def _marks_of(subject: SubjectFigures, line: Line) -> tuple[Fraction, ...]:
    """The marks entered before. Of a table with items only the scorer's whole mark is recorded, not the items'."""
    if line.item is not None:
        return ()
    table = next(each for each in subject.tables if each.table.key == line.table.key)
    return next(part.marks for part in table.methods if part.method is line.method)


def _mark(sheet: Worksheet, row: int, column: int, mark: Fraction | None, style: Format) -> None:
    shown = None if mark is None else number_of(mark)
    if shown is None:
        # Blank stays as it is on the way back: a mark without an exact decimal cannot be written.
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, shown, style)


def _entries(book: Workbook, figures: YearFigures) -> None:
    sheet = book.add_worksheet(ENTRIES_SHEET)
    there = book.add_format({"num_format": "@", "bg_color": "#E7E6E6", "border": 1})
    there_number = book.add_format({"bg_color": "#E7E6E6", "border": 1})
    head = heading_format(book)
    for column, heading in enumerate(ENTRIES_HEADINGS):
        sheet.write_string(0, column, heading, head)
    row = 0
    for subject in figures.subjects:
        for entry in subject.entries:
            row += 1
            kind, points = _kind_of(figures, entry)
            cells = (subject.post.id, subject.post.name, kind, None, entry.reason, entry.paper or "")
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write_string(row, column, value, there)
            _mark(sheet, row, ENTRIES_HEADINGS.index("分值"), points, there_number)
    last = row + SPARE
    sheet.data_validation(1, 0, last, 0, _list([each.post.id for each in figures.subjects]))
    sheet.data_validation(1, 2, last, 2, _list(list(kinds_of(figures.policy))))
    rule = {"validate": "decimal", "criteria": ">", "value": 0, "error_message": "分值应大于 0；扣分也填正数"}
    sheet.data_validation(1, 3, last, 3, rule)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 2, 18)
    sheet.set_column(4, 4, 40)
    sheet.set_column(5, 5, 16, book.add_format({"num_format": "@"}))
    sheet.freeze_panes(1, 0)
    print_setup(sheet, row + 20, len(ENTRIES_HEADINGS) - 1)


def _list(words: list[str]) -> dict[str, object]:
    # Excel takes no list longer than 255 characters; the reading checks in any case.
    if len(",".join(words)) > 255:
        return {"validate": "any"}
    return {"validate": "list", "source": words, "error_message": "请从列表中选择"}


def _kind_of(figures: YearFigures, entry: EntryFigures) -> tuple[str, Fraction]:
    if entry.table is None:
        return (BONUS, entry.points) if entry.points >= 0 else (OFF_TOTAL, -entry.points)
    table = next(each for each in figures.policy.tables if each.key == entry.table)
    return off_word(table), entry.points
