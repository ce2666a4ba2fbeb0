"""Places in a workbook, as people name them: 代表!C7."""

from __future__ import annotations

from pathlib import Path

from openpyxl.utils import get_column_letter

from domain.faults import Fault


def address(row: int, column: int) -> str:
    """A cell's name; row and column from 0."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def cell_fault(sheet: str, row: int, column: int, message: str) -> Fault:
    """A fault of one cell; row and column from 0."""
    return Fault(path=f"{sheet}!{address(row, column)}", message=message, line=row + 1)


def sheet_fault(sheet: str, message: str, row: int | None = None) -> Fault:
    """A fault of a whole sheet, or of one of its rows (from 0)."""
    return Fault(path=sheet, message=message, line=None if row is None else row + 1)


def file_fault(path: Path, message: str) -> Fault:
    """A fault of the whole file."""
    return Fault(path=path.name, message=message)
