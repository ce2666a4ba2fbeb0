"""The ranking as an Excel file, with how every total came about; the numbers are the page's."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO

from documents.score_sheets.template import heading_format, new_book, print_setup
from domain.printing import decimal_text, print_score
from projections.year_end import LineFigures, RankedSubject, YearFigures


def write_ranking(figures: YearFigures, town: str) -> bytes:
    """One sheet a line. Totals and points are texts with two decimals, as the page prints them."""
    file = BytesIO()
    state = "试算，尚未公示" if figures.trial else "最终结果" if figures.final else "公示"
    with new_book(file, f"{town}{figures.year}年度双百分考核排名") as book:
        head, cell = heading_format(book), book.add_format({"border": 1, "num_format": "@"})
        for line in figures.lines:
            sheet = book.add_worksheet(f"{line.name}（{state.partition('，')[0]}）"[:31])
            headings = _headings(figures)
            for column, heading in enumerate(headings):
                sheet.write_string(0, column, heading, head)
            for number, row in enumerate(line.rows, 1):
                for column, text in enumerate(_cells(line, row)):
                    sheet.write_string(number, column, text, cell)
            sheet.set_column(0, 0, 7)
            sheet.set_column(1, 1, 26)
            sheet.set_column(2, len(headings) - 1, 11)
            sheet.freeze_panes(1, 2)
            print_setup(sheet, len(line.rows), len(headings) - 1)
        if not figures.lines:
            book.add_worksheet("排名").write_string(0, 0, "评分不完整，还没有排名。")
    return file.getvalue()


def _headings(figures: YearFigures) -> tuple[str, ...]:
    tables = [
        heading
        for table in figures.policy.tables
        for heading in (f"{table.name}得分", f"{table.name}扣分", f"{table.name}计入")
    ]
    return ("名次", "考核对象", *tables, "加减分登记", "加减分计入", "总分", "末位")


def _cells(line: LineFigures, row: RankedSubject) -> tuple[str, ...]:
    figures = row.figures
    tables = [
        print_score(points) if points is not None else ""
        for table in figures.tables
        for points in (table.earned, table.deduction, table.points)
    ]
    last = "末位" if row.last else "并列末位待裁定" if row.undecided else "不定末位" if line.too_small else ""
    return (
        str(row.rank),
        figures.post.name,
        *tables,
        _signed(figures.bonus_entered),
        _signed(figures.bonus_counted),
        row.printed,
        last,
    )


def _signed(points: Fraction) -> str:
    return f"+{decimal_text(points)}" if points > 0 else decimal_text(points)
