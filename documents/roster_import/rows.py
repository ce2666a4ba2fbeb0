"""The rows of one sheet: every cell read and judged, whatever cannot be trusted refused."""

from __future__ import annotations

from typing import NamedTuple

from documents.roster_import.cells import BadCell, read_cell
from documents.roster_import.columns import EXAMPLE_MARK, SheetSpec
from documents.roster_import.faults import address, cell_fault, sheet_fault
from documents.roster_import.heading import Heading
from documents.roster_import.spelling import plain
from documents.roster_import.workbook import CellValue, Sheet
from domain.faults import Fault


class Record(NamedTuple):
    """One row that was filled in."""

    row: int
    """From 0."""
    values: dict[str, str]
    """By the column's key; what was refused or left blank is empty."""


class SheetRows(NamedTuple):
    """What a sheet holds."""

    records: list[Record]
    faults: list[Fault]
    notices: list[str]


def read_rows(spec: SheetSpec, sheet: Sheet, heading: Heading) -> SheetRows:
    """Every filled row below the heading, with all faults. Blank rows and example rows are passed over."""
    records: list[Record] = []
    faults: list[Fault] = _merged(spec, sheet, heading)
    examples = 0
    first = heading.columns[spec.columns[0].key]
    for row in range(heading.row + 1, len(sheet.grid)):
        cells = sheet.grid[row]
        if _blank(sheet, row, cells):
            continue
        if plain(str(cells[first])).startswith(EXAMPLE_MARK):
            examples += 1
            continue
        if row in sheet.structure.hidden_rows:
            message = f"第 {row + 1} 行被隐藏或筛选掉了，请取消隐藏；不导入的行请删除"
            faults.append(cell_fault(spec.name, row, first, message))
        values = {}
        for column in spec.columns:
            place = heading.columns.get(column.key)
            if place is None:
                values[column.key] = ""
                continue
            fault = _untrustworthy(spec, sheet, row, place)
            if fault is None:
                try:
                    values[column.key] = read_cell(column, cells[place])
                    continue
                except BadCell as bad:
                    fault = cell_fault(spec.name, row, place, str(bad))
            values[column.key] = ""
            faults.append(fault)
        records.append(Record(row, values))
    if not records and not faults:
        faults.append(sheet_fault(spec.name, f"没有填写任何{spec.row_name}"))
    notices = [f"{spec.name}：{examples} 行示例没有导入"] if examples else []
    return SheetRows(records, faults, notices)


def _blank(sheet: Sheet, row: int, cells: list[CellValue]) -> bool:
    """Whether nothing stands in a row; a formula that shows nothing is something."""
    if any(not isinstance(cell, str) or plain(cell) for cell in cells):
        return False
    structure = sheet.structure
    return not any(
        (row, column) in structure.formulas or (row, column) in structure.errors for column in range(len(cells))
    )


def _untrustworthy(spec: SheetSpec, sheet: Sheet, row: int, column: int) -> Fault | None:
    if (row, column) in sheet.structure.formulas:
        message = "是公式，结果可能随别处改变；请复制后用“选择性粘贴 - 数值”改成文字"
        return cell_fault(spec.name, row, column, message)
    if (row, column) in sheet.structure.errors:
        return cell_fault(spec.name, row, column, "是错误值（如 #N/A），请重新填写")
    return None


def _merged(spec: SheetSpec, sheet: Sheet, heading: Heading) -> list[Fault]:
    """Merged cells from the heading down: only the first holds a value, so the others would be read as blank."""
    used = set(heading.columns.values())
    found = []
    for (top, left), (bottom, right) in sheet.structure.merged:
        if bottom >= heading.row and used & set(range(left, right + 1)):
            where = f"{address(top, left)}:{address(bottom, right)}"
            found.append(cell_fault(spec.name, top, left, f"{where} 是合并单元格，请取消合并，并在每一格填写"))
    return found
