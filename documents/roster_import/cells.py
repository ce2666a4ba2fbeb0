"""From a cell to the text it stands for, or to what is wrong with it."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from datetime import date, time, timedelta

from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError

from documents.roster_import.columns import NOT_A_DEPUTY, Column, Content
from documents.roster_import.spelling import plain, visible
from documents.roster_import.workbook import CellValue

_CODE = re.compile(r"[A-Za-z0-9_]{1,32}")
_PHONE = re.compile(r"1[3-9]\d{9}")
_CJK = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f·]+")


class BadCell(ValueError):
    """What is wrong with a cell, in Chinese."""


def read_cell(column: Column, value: CellValue) -> str:
    """The text of a cell, cleaned; empty where it is blank. Raises `BadCell`."""
    text = _text(column, value)
    if not text:
        if column.required:
            raise BadCell(f"{column.heading}不能为空")
        return ""
    match column.content:
        case Content.CODE:
            return _code(column, text)
        case Content.NAME:
            return _name(column, text)
        case Content.CHOICE:
            return _choice(column, text)
        case Content.IDENTITY_NUMBER:
            return _identity_number(text)
        case Content.PHONE:
            return _phone(text)


def _text(column: Column, value: CellValue) -> str:
    if isinstance(value, str):
        return visible(value).lstrip("'’‘")
    if isinstance(value, bool):
        raise BadCell(f"{column.heading}应为文字，不能是 TRUE/FALSE")
    if isinstance(value, int | float):
        return _number(column, value)
    if isinstance(value, date | time | timedelta):
        raise BadCell(f"{column.heading}应为文字，却成了日期或时间；请把单元格设为“文本”格式后重新填写")
    raise BadCell(f"{column.heading}应为文字")


def _number(column: Column, value: int | float) -> str:
    if column.content in (Content.IDENTITY_NUMBER, Content.PHONE):
        raise BadCell(
            f"{column.heading}是数字格式，Excel 只保留 15 位有效数字，末几位可能已经变了；"
            "请把整列设为“文本”格式，再照原件重新填写"
        )
    if column.content is Content.CODE and math.isfinite(value) and value == int(value):
        return str(int(value))
    raise BadCell(f"{column.heading}应为文字，不能是数字 {value:g}")


def _code(column: Column, text: str) -> str:
    code = plain(text)
    if not column.required and code == NOT_A_DEPUTY:
        return code
    if not _CODE.fullmatch(code):
        raise BadCell(f"{column.heading}“{text}”只能用字母、数字和下划线，最多 32 个")
    return code


def _name(column: Column, text: str) -> str:
    squeezed = "".join(text.split())
    # 王　五, spaced out to line up with longer names, is 王五; a name in letters keeps its spaces.
    name = squeezed if _CJK.fullmatch(squeezed) else " ".join(text.split())
    if len(name) > 60:
        raise BadCell(f"{column.heading}太长（{len(name)} 个字），最多 60 个字")
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise BadCell(f"{column.heading}含有看不见的控制字符，请重新填写")
    return name


def _choice(column: Column, text: str) -> str:
    chosen = plain(text)
    if chosen in column.choices:
        return chosen
    close = difflib.get_close_matches(chosen, column.choices, n=1, cutoff=0.4)
    hint = f"，是不是“{close[0]}”？" if close else "。"
    raise BadCell(f"没有{column.heading}“{text}”{hint}可选：{'、'.join(column.choices)}")


def _identity_number(text: str) -> str:
    number = plain(text).upper()
    try:
        return str(ric.validate(number))
    except InvalidChecksum:
        raise BadCell(f"身份证号“{number}”的校验码不对，请照证件核对") from None
    except InvalidComponent:
        raise BadCell(f"身份证号“{number}”中的地区或出生日期不对，请照证件核对") from None
    except ValidationError:
        raise BadCell(f"身份证号“{number}”应为 18 位（末位可为 X），现为 {len(number)} 位") from None


def _phone(text: str) -> str:
    number = plain(text).replace("-", "").removeprefix("+86")
    if not _PHONE.fullmatch(number):
        raise BadCell(f"手机号“{text}”应为 11 位数字，以 1 开头")
    return number
