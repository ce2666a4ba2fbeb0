"""Faults in the settings, said in Chinese: which key, where it stands, what is wrong, how to mend it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

_REASONS: Mapping[str, str] = {
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不得小于 {ge}",
    "int_parsing": "应为整数",
    "less_than_equal": "不得大于 {le}",
    "literal_error": "只能是 {expected}",
    "string_pattern_mismatch": "只能用小写字母、数字和连字符，以字母或数字开头，最多 31 个字符",
    "string_too_short": "不能为空",
    "url_parsing": "不是有效的网址，例如 http://127.0.0.1:4317",
    "url_scheme": "网址应以 http:// 或 https:// 开头",
    "value_error": "{error}",
}


class SettingsError(ValueError):
    """The settings cannot be used. `faults`: one Chinese line each, every fault found."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("设置有误：\n" + "\n".join(f"  · {fault}" for fault in faults))
        self.faults = faults


def explain(error: ValidationError, file: Path, prefix: str, known: Sequence[str]) -> list[str]:
    """One line for each fault that pydantic found."""
    return [_explain_one(dict(fault), file, prefix, known) for fault in error.errors(include_url=False)]


def unreadable(error: Exception, file: Path) -> str:
    """The line for a settings file that cannot be read at all."""
    return f"设置文件 {file} 读不了：{error}。请按 TOML 格式改正（一行一项，例如 web_port = 8080）。"


def _explain_one(fault: Mapping[str, Any], file: Path, prefix: str, known: Sequence[str]) -> str:
    key = str(fault["loc"][0]) if fault["loc"] else ""
    variable = prefix + key.upper()
    if variable in os.environ:
        place = f"环境变量 {variable}"
    else:
        line = _line_of(key, file)
        place = f"{file} 第 {line} 行 {key}" if line else f"{file} 的 {key}"
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, known, n=1)
        return f"{place}：没有这一项设置" + (f"，是不是 {near[0]}？" if near else "。请删去或改正名称。")
    context = dict(fault.get("ctx") or {})
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", "、").replace(", ", "、")
    template = _REASONS.get(str(fault["type"]))
    reason = template.format_map(context) if template else str(fault["msg"])
    return f"{place}：{reason}。请改正后重试。"


def _line_of(key: str, file: Path) -> int | None:
    if not file.is_file():
        return None
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return None
