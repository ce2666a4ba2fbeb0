"""Opening what somebody uploaded: which kind of file it is, its sheets as grids, and what lies hidden in them."""

from __future__ import annotations

import zipfile
import zlib
from datetime import date, time, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_ERROR, TYPE_FORMULA
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from documents.roster_import.extent import MAX_ROWS, MAX_UNPACKED_BYTES, extent_fault
from documents.roster_import.faults import file_fault
from domain.faults import Invalid

CellValue = int | float | str | bool | time | date | timedelta
Grid = list[list[CellValue]]
"""All cells of a sheet from A1 on, empty ones as the empty text."""

MAX_BYTES = 20 * 2**20

BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
)
"""What openpyxl and the libraries below it raise on a damaged file: they trust what it says of itself.

(lxml's error is a `SyntaxError`, an unknown compression's and an encrypted part's are `RuntimeError`s.)
"""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Structure(NamedTuple):
    """What the values of a sheet do not show. Rows and columns from 0."""

    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    """Cells that hold an error such as #N/A."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    """First and last cell of each merged range."""


class Sheet(NamedTuple):
    """One sheet of a workbook."""

    name: str
    visible: bool
    grid: Grid
    structure: Structure


class Workbook(NamedTuple):
    """A workbook as it was handed over."""

    sheets: tuple[Sheet, ...]
    legacy: bool
    """An .xls file: formulas and hidden rows cannot be seen in it."""


def open_workbook(path: Path) -> Workbook:
    """Read a file. Raises `Invalid` where it is no workbook that can be read."""
    kind = _kind(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            named = [
                (meta.name, meta.visible is SheetVisibleEnum.Visible, book.get_sheet_by_name(meta.name))
                for meta in book.sheets_metadata
            ]
            grids = {name: sheet.to_python(skip_empty_area=False) for name, _, sheet in named}
            merged = {name: tuple(sheet.merged_cell_ranges or ()) for name, _, sheet in named}
    except PasswordError:
        raise Invalid([file_fault(path, "文件设有密码，请取消密码后另存再导入")]) from None
    except (CalamineError, *BROKEN) as error:
        raise Invalid(
            [file_fault(path, f"文件打不开，可能已经损坏，请用 Excel 或 WPS 另存为 .xlsx（{error}）")]
        ) from None
    for name, grid in grids.items():
        if len(grid) > MAX_ROWS:
            raise Invalid([file_fault(path, f"工作表“{name}”超过 {MAX_ROWS} 行，请删去多余的行")])
    structures = {} if kind == "xls" else _structures(path)
    sheets = tuple(
        Sheet(name, visible, grids[name], structures.get(name, Structure())._replace(merged=merged[name]))
        for name, visible, _ in named
    )
    return Workbook(sheets, kind == "xls")


def _kind(path: Path) -> str:
    """`xlsx` or `xls`, by the content: a renamed file is told apart."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise Invalid([file_fault(path, f"文件读不到：{error.strerror}")]) from None
    if size == 0:
        raise Invalid([file_fault(path, "文件是空的")])
    if size > MAX_BYTES:
        raise Invalid([file_fault(path, f"文件超过 {MAX_BYTES // 2**20} MB，请只保留名册所需的工作表")])
    if head.startswith(_OLE):
        return "xls"
    if head.startswith(_ZIP):
        _check_package(path)
        return "xlsx"
    raise Invalid([file_fault(path, "不是 Excel 文件，请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入")])


def _check_package(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except BROKEN:
        raise Invalid([file_fault(path, "文件不完整，请重新保存或重新上传")]) from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise Invalid([file_fault(path, "不是 Excel 工作簿（.xlsx），请用 Excel 或 WPS 另存为 .xlsx 后再导入")])
    if "xl/vbaProject.bin" in names:
        raise Invalid([file_fault(path, "文件带有宏（.xlsm），请另存为不带宏的 .xlsx 后再导入")])
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise Invalid([file_fault(path, "文件展开后过大，请只保留名册所需的工作表")])
    try:
        fault = extent_fault(path)
    except (expat.ExpatError, *BROKEN) as error:
        raise Invalid(
            [file_fault(path, f"文件打不开，可能已经损坏，请用 Excel 或 WPS 另存为 .xlsx（{error}）")]
        ) from None
    if fault is not None:
        raise Invalid([file_fault(path, fault)])


def _structures(path: Path) -> dict[str, Structure]:
    try:
        book = load_workbook(path)
        return {sheet.title: _structure(sheet) for sheet in book.worksheets}
    except BROKEN as error:
        raise Invalid([file_fault(path, f"文件打不开，请用 Excel 或 WPS 另存为 .xlsx（{error}）")]) from None


def _structure(sheet: Worksheet) -> Structure:
    formulas, errors = set(), set()
    for row, cells in enumerate(sheet.iter_rows()):
        for column, cell in enumerate(cells):
            if cell.data_type == TYPE_FORMULA:
                formulas.add((row, column))
            elif cell.data_type == TYPE_ERROR:
                errors.add((row, column))
    rows = frozenset(number - 1 for number, row in sheet.row_dimensions.items() if row.hidden)
    columns = frozenset(
        index - 1
        for column in sheet.column_dimensions.values()
        if column.hidden
        for index in range(column.min or 1, (column.max or column.min or 1) + 1)
    )
    return Structure(frozenset(formulas), frozenset(errors), rows, columns)
