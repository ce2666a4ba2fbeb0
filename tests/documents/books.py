"""Roster files as people hand them over, for the tests of the import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from documents.roster_import import Preview, import_roster
from domain.faults import Invalid
from domain.roster.commands import Deputy
from domain.roster.posts import SubjectKind
from domain.roster.state import RosterState, Subject
from domain.rules.tenure import HeadChange

TODAY = date(2026, 3, 2)
DEPUTY_HEADING = ("代表编号", "姓名", "代表小组", "性别", "身份证号", "手机号")
SUBJECT_HEADING = ("对象编号", "名称", "类别", "负责人", "负责人代表编号")
DEPUTIES: tuple[tuple[Any, ...], ...] = (
    ("d01", "王建国", "城区代表小组", "男", "11010519491231002X", "13800138000"),
    ("d02", "李四", "城区代表小组"),
)
SUBJECTS: tuple[tuple[Any, ...], ...] = (
    ("czs", "财政所", "站所", "陈润田"),
    ("tjh_zs", "唐家会村党支部书记", "村支书", "王建国", "d01"),
)
CURRENT = RosterState(
    deputies={
        "d01": Deputy(id="d01", name="王建国", group="河滩代表小组"),
        "d09": Deputy(id="d09", name="赵六", group="河滩代表小组"),
    },
    subjects={
        "czs": Subject("czs", "财政所", SubjectKind.STATION),
        "lyz": Subject("lyz", "林业站", SubjectKind.STATION),
    },
    heads=(
        HeadChange(subject="czs", person="张耀东", since=None),
        HeadChange(subject="lyz", person="韩仲明", since=None),
    ),
)
"""d01 is in another group, d09 and lyz are not in the file, czs has another head."""


def book(
    deputies: Sequence[Sequence[Any]] | None = DEPUTIES, subjects: Sequence[Sequence[Any]] | None = SUBJECTS
) -> Workbook:
    """A workbook with these rows below the product's headings; None leaves a sheet out."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, heading, rows in (("代表", DEPUTY_HEADING, deputies), ("测评对象", SUBJECT_HEADING, subjects)):
        if rows is not None:
            sheet = made.create_sheet(name)
            for row in (heading, *rows):
                sheet.append(list(row))
    return made


def imported(folder: Path, made: Workbook, current: RosterState | None = None) -> Preview | Invalid:
    """What the import says of a workbook."""
    path = folder / "名册.xlsx"
    made.save(path)
    return import_roster(path, current or RosterState(), TODAY)


def accepted(folder: Path, made: Workbook, current: RosterState | None = None) -> Preview:
    """The preview of a workbook without a fault."""
    result = imported(folder, made, current)
    assert isinstance(result, Preview), str(result)
    return result


def refused(folder: Path, made: Workbook, current: RosterState | None = None) -> dict[str, str]:
    """What is wrong with a workbook: the messages by place."""
    result = imported(folder, made, current)
    assert isinstance(result, Invalid), "nothing was found wrong"
    return {fault.path: fault.message for fault in result.faults}
