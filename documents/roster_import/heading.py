"""Finding a sheet and its heading row, and saying which column is missing and what it may be called in this file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import NamedTuple

from documents.roster_import.columns import Column, SheetSpec
from documents.roster_import.faults import cell_fault, sheet_fault
from documents.roster_import.spelling import heading_of
from documents.roster_import.workbook import Grid, Sheet, Workbook
from domain.faults import Fault

HEADING_ROWS = 10
"""The heading is looked for in so many first rows: people put titles above it."""


class Heading(NamedTuple):
    """Where a sheet's heading is, and in which column each key stands."""

    row: int
    columns: dict[str, int]


def find_sheets(book: Workbook, wanted: Sequence[SheetSpec]) -> tuple[dict[str, Sheet], list[Fault]]:
    """The wanted sheets that are there, by name. A fault when there is none, with a suggestion."""
    found = {
        spec.name: sheet for spec in wanted for sheet in book.sheets if heading_of(sheet.name) == heading_of(spec.name)
    }
    if found:
        return found, []
    names = "、".join(f"“{sheet.name}”" for sheet in book.sheets)
    needed = "或".join(f"“{spec.name}”" for spec in wanted)
    likely = [
        f"“{sheet.name}”请改名为“{spec.name}”"
        for spec in wanted
        for sheet in book.sheets
        if heading_of(sheet.name) in spec.aliases
        or difflib.get_close_matches(heading_of(sheet.name), [spec.name], cutoff=0.5)
    ]
    hint = "，".join(likely) or "请使用本系统的模板"
    return {}, [sheet_fault(names or "文件", f"没有工作表{needed}；{hint}")]


def find_heading(spec: SheetSpec, sheet: Sheet) -> tuple[Heading | None, list[Fault], list[str]]:
    """The heading of a sheet, its faults, and notices on columns that are not imported."""
    row = _heading_row(spec, sheet.grid)
    if row is None:
        expected = "、".join(column.heading for column in spec.columns if column.required)
        return None, [sheet_fault(spec.name, f"前 {HEADING_ROWS} 行中找不到标题行，应有：{expected}")], []
    cells = [heading_of(str(value)) for value in sheet.grid[row]]
    columns: dict[str, int] = {}
    faults: list[Fault] = []
    for column in spec.columns:
        places = [index for index, text in enumerate(cells) if text == column.heading]
        if len(places) > 1:
            faults.append(cell_fault(spec.name, row, places[1], f"“{column.heading}”列重复，请删去其中一列"))
        if places:
            columns[column.key] = places[0]
    strange = [i for i, text in enumerate(cells) if text and text not in {column.heading for column in spec.columns}]
    notices = []
    for column in spec.columns:
        if column.key in columns:
            continue
        likely = _likely(column, strange, cells)
        if likely is not None:
            strange.remove(likely)
            message = f"没有“{column.heading}”列；此列“{cells[likely]}”如果就是，请把标题改为“{column.heading}”"
            faults.append(cell_fault(spec.name, row, likely, message))
        elif column.required:
            faults.append(sheet_fault(spec.name, f"缺少“{column.heading}”列", row))
    if strange:
        names = "、".join(f"“{cells[index]}”" for index in strange)
        notices.append(f"{spec.name}：{names}列不在模板中，不导入")
    faults += [
        cell_fault(spec.name, row, index, f"“{cells[index]}”列被隐藏，请取消隐藏后再导入")
        for index in sorted(columns.values())
        if index in sheet.structure.hidden_columns
    ]
    return (Heading(row, columns) if not faults else None), faults, notices


def _heading_row(spec: SheetSpec, grid: Grid) -> int | None:
    """The row with most of the headings, other names for them included; at least two."""
    known = {name for column in spec.columns for name in (column.heading, *column.aliases)}
    best, most = None, 1
    for index, cells in enumerate(grid[:HEADING_ROWS]):
        matches = len(known & {heading_of(str(cell)) for cell in cells})
        if matches > most:
            best, most = index, matches
    return best


def _likely(column: Column, strange: Sequence[int], cells: Sequence[str]) -> int | None:
    for index in strange:
        if cells[index] in column.aliases:
            return index
    if not column.required:
        return None
    close = difflib.get_close_matches(column.heading, [cells[index] for index in strange], n=1, cutoff=0.6)
    return next((index for index in strange if cells[index] in close), None)
