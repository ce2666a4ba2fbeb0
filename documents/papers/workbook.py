"""A filled paper as an Excel file: the same texts as in Word and PDF. Texts stay texts, never formulas."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from documents.papers.filling import Filled

_LONGEST_NAME = 31
_CHARACTERS = 90


def workbook(filled: Filled) -> bytes:
    """One sheet: title, number, forms and tables below each other."""
    import xlsxwriter  # type: ignore[import-untyped]

    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(filled["title"].translate(str.maketrans("", "", "[]:*?/\\'"))[:_LONGEST_NAME])
        sheet.set_paper(9)
        if filled["wide"]:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页 共 &N 页")
        formats = {
            "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
            "head": book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1, "text_wrap": True}),
            "cell": book.add_format({"border": 1, "num_format": "@", "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"num_format": "@"}),
        }
        tables = [block for block in filled["blocks"] if block["block"] == "table"]
        width = max((len(block["columns"]) for block in tables), default=2)
        if tables:
            widest = max(tables, key=lambda block: len(block["columns"]))
            whole = sum(widest["widths"])
            for column, share in enumerate(widest["widths"]):
                sheet.set_column(column, column, max(8, _CHARACTERS * share / whole))
        else:
            sheet.set_column(0, 1, _CHARACTERS / 2)
        sheet.merge_range(0, 0, 0, max(width, 2) - 1, filled["title"], formats["title"])
        row = 1
        if filled["number"]:
            sheet.write_string(row, 0, filled["number"], formats["text"])
            row += 1
        for block in filled["blocks"]:
            row = _write(sheet, row, block, formats)
    return file.getvalue()


def _write(sheet: Any, row: int, block: Mapping[str, Any], formats: Mapping[str, Any]) -> int:
    """Write a block from a row on; returns the row after it."""
    match block["block"]:
        case "text":
            sheet.write_string(row, 0, block["text"], formats["text"])
            return row + 1
        case "form":
            for line in block["lines"]:
                for index, pair in enumerate(line):
                    sheet.write_string(row, 2 * index, pair["label"], formats["head"])
                    sheet.write_string(row, 2 * index + 1, pair["value"], formats["cell"])
                row += 1
            return row + 1
        case "table":
            if block["heading"]:
                sheet.write_string(row, 0, block["heading"], formats["text"])
                row += 1
            for column, heading in enumerate(block["columns"]):
                sheet.write_string(row, column, heading, formats["head"])
            for line in block["rows"]:
                row += 1
                for column, text in enumerate(line):
                    sheet.write_string(row, column, text, formats["cell"])
            return row + 2
        case "ending":
            sheet.write_string(row, 0, f"{block['body']}　{block['day']}", formats["text"])
            return row + 1
        case "signatures":
            sheet.write_string(row, 0, "　　　　".join(f"{label}：" for label in block["labels"]), formats["text"])
            return row + 1
        case _:
            return row
