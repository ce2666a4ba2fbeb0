"""The facts of papers: plain frozen dataclasses of strings and lists, one class a kind of case, each field a tag.

A field is declared with `tag("what it is")`: the words are shown to whoever edits a Word template. A list is a tuple of
another such dataclass, whose fields are then `{{ item.… }}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any, get_args, get_type_hints

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Picture:
    """A picture of a paper: the same once as PNG for Word and once as SVG for PDF."""

    png: bytes
    svg: str


def tag(about: str, default: Any = "") -> Any:
    """A field of facts, with what it is, in Chinese."""
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True)
class Facts:
    """What every paper knows."""

    town: str = tag("镇名，如 城关镇")
    issuer: str = tag("发文机关，如 城关镇人民代表大会主席团")
    title: str = tag("文书名称")
    number: str = tag("文号；未编号时为空")
    dated: str = tag("落款日期：编号当日，未编号时为今天")
    case_id: str = tag("案件编号")
    year: str = tag("年度")


@dataclass(frozen=True)
class Tag:
    """A tag of a template: its name, what it is, and of a list its items' tags."""

    name: str
    about: str
    items: tuple[Tag, ...] = ()


def tags_of_facts(kind: type[Facts]) -> tuple[Tag, ...]:
    """The tags that a template of papers with these facts may hold."""
    return _tags(kind)


def _tags(kind: type) -> tuple[Tag, ...]:
    hints = get_type_hints(kind)
    found = []
    for each in fields(kind):
        inner = next((part for part in get_args(hints[each.name]) if is_dataclass(part)), None)
        items = _tags(inner) if isinstance(inner, type) and inner is not Picture else ()
        found.append(Tag(each.name, str(each.metadata.get("about", "")), items))
    return tuple(found)


def as_values(facts: Any) -> dict[str, Any]:
    """The facts as templates take them: texts without characters that neither XML nor print knows."""
    return {each.name: _value(getattr(facts, each.name)) for each in fields(facts)}


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value)
    if isinstance(value, Picture):
        return value
    if isinstance(value, tuple):
        return [_value(each) for each in value]
    if is_dataclass(value):
        return as_values(value)
    if isinstance(value, Mapping):
        return {key: _value(each) for key, each in value.items()}
    return value


def day(value: date | None) -> str:
    """A date as papers print it, `2026年6月20日`; empty where there is none."""
    return "" if value is None else f"{value.year}年{value.month}月{value.day}日"
