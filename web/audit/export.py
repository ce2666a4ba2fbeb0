"""The trail as a file: exactly the filtered lines, their digest, and the digest of the log's end beside it.

The digest is SHA-256 over the table's lines as the CSV file has them (UTF-8, without the mark in front, each line with
its CR LF; the three closing lines that begin with `#` are not part of it). The workbook says the same digest.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

import xlsxwriter  # type: ignore[import-untyped]

from web.audit.trail import Filter, Head, Line
from web.words import ROLES

HEADINGS = ("序号", "时间", "人员", "姓名", "角色", "代谁", "事项", "案件", "标题", "办理编号")
MOST = 50_000
"""Lines an export may have: what a spreadsheet program opens without trouble."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Export:
    """The lines in the form that their digest is over."""

    rows: tuple[tuple[str, ...], ...]
    table: bytes
    wanted: Filter
    head: Head
    town_name: str
    made: str
    """When, in words."""

    @property
    def digest(self) -> str:
        """SHA-256 of the table."""
        return hashlib.sha256(self.table).hexdigest()

    def notes(self) -> tuple[str, ...]:
        """What stands under the table."""
        return (
            f"{self.town_name}办理留痕，筛选：{self.wanted.words()}，共 {len(self.rows)} 条，导出于 {self.made}",
            f"本表摘要 SHA-256 {self.digest}",
            f"事件日志第 {self.head.position} 条，摘要 {self.head.digest}",
        )

    def csv(self) -> bytes:
        """As CSV, with the mark by which Excel knows UTF-8."""
        closing = "".join(f"# {note}\r\n" for note in self.notes())
        return b"\xef\xbb\xbf" + self.table + closing.encode()

    def xlsx(self) -> bytes:
        """As a workbook. Texts stay texts: no formula can come from a name."""
        file = BytesIO()
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
            head = book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1})
            cell = book.add_format({"border": 1, "num_format": "@"})
            sheet = book.add_worksheet("办理留痕")
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.repeat_rows(0)
            sheet.set_footer("&C第 &P 页 共 &N 页")
            for column, width in enumerate((8, 20, 12, 12, 16, 12, 22, 26, 30, 38)):
                sheet.set_column(column, column, width)
            for number, row in enumerate((HEADINGS, *self.rows)):
                for column, value in enumerate(row):
                    sheet.write_string(number, column, value, cell if number else head)
            for number, note in enumerate(self.notes(), len(self.rows) + 2):
                sheet.write_string(number, 0, note)
            sheet.autofilter(0, 0, len(self.rows), len(HEADINGS) - 1)
            sheet.freeze_panes(1, 0)
        return file.getvalue()


def export_of(lines: Sequence[Line], wanted: Filter, head: Head, town_name: str, made: str) -> Export:
    """The lines, ready to be written."""
    rows = tuple(_cells(line) for line in lines)
    table = StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return Export(rows, table.getvalue().encode(), wanted, head, town_name, made)


def _cells(line: Line) -> tuple[str, ...]:
    return (
        str(line.position),
        f"{line.at:%Y-%m-%d %H:%M:%S}",
        line.person,
        line.name,
        ROLES[line.role],
        line.behalf_name,
        line.word,
        line.case,
        line.title,
        line.command_id,
    )


def _harmless(value: str) -> str:
    """A spreadsheet program takes what begins so for a formula; behind an apostrophe it is a text."""
    return f"'{value}" if value.startswith(_FORMULA) else value
