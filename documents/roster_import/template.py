"""The file to fill in: headings, lists to choose from, notes at the cells, instructions, and a marked example row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from documents.roster_import.columns import DEPUTIES, KIND_NAMES, SHEETS, SUBJECTS, SheetSpec
from domain.roster.commands import Deputy
from domain.roster.posts import Post

ROWS = 2000
"""Rows that are prepared with formats and lists; more can be filled in, and are checked all the same."""

INSTRUCTIONS = (
    "一、在“代表”和“测评对象”两张表中填写，每人（每个对象）一行；只导入其中一张时，另一张可以删去。",
    "二、标题行不要改名、移动或删除；带 * 的列必须填写。不用的列可以留空。",
    "三、以“示例”开头的行只供参考，不会导入，可以删除。",
    "四、编号由本镇编定，一经使用不再改变：换届、改名、换小组都沿用原编号，系统据此认人。",
    "五、身份证号和手机号的单元格必须是“文本”格式（本模板已设好）。从别处粘贴时请选“只粘贴文本”：",
    "    数字格式会把身份证号的末几位变成 0，而且看不出来，所以系统一律不收。",
    "六、不要使用公式、合并单元格和隐藏的行列。",
    "七、测评对象的负责人本人是代表的，要填“负责人代表编号”，表决时才能回避；",
    "    与某位代表同名但不是同一人的，填“否”。",
    "八、上传后先看预览（新增、变更、停用），确认后才生效；有任何一处错误，全部不导入。",
)


def write_template(target: Path | BinaryIO) -> None:
    """An empty file to fill in, with an example row on each sheet."""
    with _workbook(target) as book:
        _instructions(book)
        for spec in SHEETS:
            _sheet(book, spec, [])


def write_roster(target: Path | BinaryIO, deputies: Sequence[Deputy], posts: Sequence[Post]) -> None:
    """The same file, filled with a roster: to be corrected and imported again."""
    names = {deputy.id: deputy.name for deputy in deputies}
    with _workbook(target) as book:
        _instructions(book)
        _sheet(book, DEPUTIES, [{"id": each.id, "name": each.name, "group": each.group} for each in deputies])
        _sheet(book, SUBJECTS, [_post_row(post, names) for post in posts])


def _post_row(post: Post, names: Mapping[str, str]) -> dict[str, str]:
    row = {"id": post.id, "name": post.name, "kind": KIND_NAMES[post.kind], "responsible": post.responsible}
    if post.responsible in names:
        return {**row, "responsible": names[post.responsible], "deputy": post.responsible}
    return {**row, "deputy": "否" if post.responsible in names.values() else ""}


def _workbook(target: Path | BinaryIO) -> Workbook:
    path = str(target) if isinstance(target, Path) else target
    # in_memory: no temporary files, whose place a service may not be allowed to write to.
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    book.set_properties({"title": "代表和测评对象名册", "created": datetime(2025, 1, 1, tzinfo=UTC)})
    return book


def _instructions(book: Workbook) -> None:
    sheet = book.add_worksheet("填写说明")
    title = book.add_format({"bold": True, "font_size": 16})
    body = book.add_format({"font_size": 12, "text_wrap": True, "valign": "top"})
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, "代表和测评对象名册：填写说明", title)
    for row, line in enumerate(INSTRUCTIONS, start=2):
        sheet.write_string(row, 0, line, body)
    row = len(INSTRUCTIONS) + 3
    for spec in SHEETS:
        sheet.write_string(row, 0, f"“{spec.name}”表各列", title)
        for column in spec.columns:
            row += 1
            must = "必填" if column.required else "选填"
            options = f"可选：{'、'.join(column.choices)}。" if column.choices else ""
            sheet.write_string(row, 0, f"{column.heading}（{must}）：{options}{column.hint}", body)
        row += 2
    _print_setup(sheet, row)


def _sheet(book: Workbook, spec: SheetSpec, rows: Iterable[Mapping[str, str]]) -> None:
    sheet = book.add_worksheet(spec.name)
    heading = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "align": "center", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    example = book.add_format({"num_format": "@", "italic": True, "font_color": "#7F7F7F", "bg_color": "#F2F2F2"})
    filled = list(rows)
    last = max(ROWS, len(filled))
    for index, column in enumerate(spec.columns):
        sheet.set_column(index, index, column.width, text)
        sheet.write_string(0, index, f"{column.heading} *" if column.required else column.heading, heading)
        note = {"input_title": column.heading, "input_message": column.hint[:255]}
        if column.choices:
            rule = {"validate": "list", "source": list(column.choices), "error_title": column.heading}
            sheet.data_validation(1, index, last, index, {**rule, "error_message": "请从列表中选择", **note})
        else:
            sheet.data_validation(1, index, last, index, {"validate": "any", **note})
    if filled:
        _write(sheet, spec, filled, text)
    else:
        _write(sheet, spec, [spec.example], example)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    _print_setup(sheet, max(len(filled), 30), len(spec.columns) - 1)


def _write(sheet: Worksheet, spec: SheetSpec, rows: Sequence[Mapping[str, str]], style: Format) -> None:
    for number, row in enumerate(rows, start=1):
        for index, column in enumerate(spec.columns):
            value = row.get(column.key, "")
            if value:
                sheet.write_string(number, index, value, style)


def _print_setup(sheet: Worksheet, last_row: int, last_column: int = 0) -> None:
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last_row, last_column)
    sheet.set_footer("&C第 &P 页，共 &N 页")
