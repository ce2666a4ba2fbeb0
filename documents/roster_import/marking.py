"""The user's own file, with every fault shown where it is: red cells, comments, and a sheet that lists them all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from documents.roster_import.spelling import heading_of
from documents.roster_import.workbook import open_workbook
from domain.faults import Fault

LIST_SHEET = "错误清单"
_AUTHOR = "监督系统"
_RED = PatternFill("solid", fgColor="FFC7CE")
_CELL = re.compile(r"(?P<sheet>.+)!(?P<cell>[A-Z]{1,3}\d+)")
_MERGED_MEMBER = "MergedCell"


def mark_faults(path: Path, faults: Sequence[Fault], target: Path) -> None:
    """Write a copy of a file in which its faults are marked. An .xls file's values are copied into an .xlsx.

    Raises `Invalid` for a file that cannot be opened, as `import_roster` says of it.
    """
    book = _editable(path)
    for name in [sheet.title for sheet in book.worksheets if sheet.title == LIST_SHEET]:
        del book[name]
    listing = book.create_sheet(LIST_SHEET, 0)
    listing.append(["序号", "位置", "问题和改法"])
    sheets = {heading_of(sheet.title): sheet for sheet in book.worksheets}
    for number, fault in enumerate(faults, start=1):
        listing.append([number, fault.path, fault.message])
        for column in (2, 3):  # a message may quote a cell that begins like a formula
            listing.cell(number + 1, column).data_type = "s"
        place = _CELL.fullmatch(fault.path)
        sheet = sheets.get(heading_of(place["sheet"])) if place else None
        if place and sheet is not None:
            _mark(sheet, place["cell"], fault.message)
            link = listing.cell(number + 1, 2)
            link.hyperlink = f"#'{sheet.title}'!{place['cell']}"
            link.font = Font(color="0563C1", underline="single")
    _format(listing)
    book.active = 0
    book.save(target)


def _editable(path: Path) -> Workbook:
    read = open_workbook(path)
    if not read.legacy:
        return load_workbook(path)  # it was read a moment ago
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in read.sheets:
        copy = book.create_sheet(sheet.name)
        for cells in sheet.grid:
            copy.append(list(cells))
    return book


def _mark(sheet: Worksheet, place: str, message: str) -> None:
    cell = sheet[place]
    cell.fill = _RED
    if type(cell).__name__ == _MERGED_MEMBER:  # it can be coloured, but holds no comment
        return
    said = f"{cell.comment.text}\n{message}" if cell.comment is not None and cell.comment.author == _AUTHOR else message
    cell.comment = Comment(said, _AUTHOR, width=320, height=120)


def _format(listing: Worksheet) -> None:
    for cell in listing[1]:
        cell.font = Font(bold=True)
    for letter, width in (("A", 8), ("B", 18), ("C", 90)):
        listing.column_dimensions[letter].width = width
    for (cell,) in listing.iter_rows(min_row=2, min_col=3, max_col=3):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    listing.freeze_panes = "A2"
