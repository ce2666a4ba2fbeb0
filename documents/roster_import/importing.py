"""The import itself: read, judge, compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from documents.roster_import.checks import Filled, deputy_faults, head_faults, repeated_notices, subject_faults
from documents.roster_import.columns import DEPUTIES, KINDS_BY_NAME, NOT_A_DEPUTY, SHEETS, SUBJECTS, SheetSpec
from documents.roster_import.faults import sheet_fault
from documents.roster_import.heading import find_heading, find_sheets
from documents.roster_import.preview import Preview, compare
from documents.roster_import.result import ImportedDeputy, RosterImport
from documents.roster_import.rows import read_rows
from documents.roster_import.workbook import Sheet, open_workbook
from domain.faults import Fault, Invalid
from domain.roster.posts import Post
from domain.roster.state import RosterState


def import_roster(
    path: Path, current: RosterState, today: date, *, sheets: Sequence[SheetSpec] = SHEETS
) -> Preview | Invalid:
    """What a file would change in the roster in force, or everything that is wrong with it, by cell (`代表!C7`).

    `sheets`: which of the two sheets to read; of those, one may be left out of the file. `today`: heads are compared
    with whoever holds the post then. Nothing is written.
    """
    try:
        return _read(path, current, today, sheets)
    except Invalid as invalid:
        return invalid


def _read(path: Path, current: RosterState, today: date, wanted: Sequence[SheetSpec]) -> Preview:
    book = open_workbook(path)
    found, faults = find_sheets(book, wanted)
    notices = ["这是 .xls 文件，看不出公式和隐藏行；建议另存为 .xlsx"] if book.legacy else []
    filled: dict[str, Filled] = {}
    for spec in wanted:
        if (sheet := found.get(spec.name)) is not None:
            own = _fill(spec, sheet, faults, notices)
            if own is not None:
                filled[spec.name] = own
    deputies, subjects = filled.get(DEPUTIES.name), filled.get(SUBJECTS.name)
    if deputies is not None:
        faults += deputy_faults(deputies, current)
        notices += repeated_notices(deputies, "name", "姓名")
        notices += repeated_notices(deputies, "phone", "手机号")
    if subjects is not None:
        faults += subject_faults(subjects, current)
        # Without readable deputies every head's number would be called unknown.
        if deputies is not None or DEPUTIES.name not in found:
            faults += head_faults(subjects, _deputy_names(deputies, current))
    if faults:
        raise Invalid(_in_order(faults))
    roster = RosterImport(
        deputies=None if deputies is None else _deputies(deputies),
        subjects=None if subjects is None else _subjects(subjects),
    )
    return compare(roster, current, today, notices)


def _fill(spec: SheetSpec, sheet: Sheet, faults: list[Fault], notices: list[str]) -> Filled | None:
    if not sheet.visible:
        faults.append(sheet_fault(spec.name, "工作表被隐藏，请取消隐藏后再导入"))
    heading, wrong, said = find_heading(spec, sheet)
    faults += wrong
    notices += said
    if heading is None:
        return None
    rows = read_rows(spec, sheet, heading)
    faults += rows.faults
    notices += rows.notices
    return Filled(spec, heading, rows.records)


def _deputy_names(deputies: Filled | None, current: RosterState) -> dict[str, str]:
    if deputies is not None:
        names: dict[str, str] = {}
        for record in deputies.records:  # of a number given twice, the first counts
            names.setdefault(record.values["id"], record.values["name"])
        return names
    return {deputy.id: deputy.name for deputy in current.active_deputies}


def _deputies(filled: Filled) -> tuple[ImportedDeputy, ...]:
    return tuple(ImportedDeputy.model_validate(record.values) for record in filled.records)


def _subjects(filled: Filled) -> tuple[Post, ...]:
    return tuple(
        Post(
            id=record.values["id"],
            name=record.values["name"],
            kind=KINDS_BY_NAME[record.values["kind"]],
            responsible=record.values["responsible"]
            if record.values["deputy"] in ("", NOT_A_DEPUTY)
            else record.values["deputy"],
        )
        for record in filled.records
    )


def _in_order(faults: list[Fault]) -> list[Fault]:
    """By sheet, then from left to right and down, as somebody reads who mends the file."""
    sheets = list(dict.fromkeys(fault.path.partition("!")[0] for fault in faults))

    def place(fault: Fault) -> tuple[int, int, int, str]:
        sheet, _, cell = fault.path.partition("!")
        column = cell.rstrip("0123456789")
        return sheets.index(sheet), fault.line or 0, len(column), column

    return sorted(faults, key=place)
