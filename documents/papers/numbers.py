"""文号 document numbers: the series of a town, and how a number is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.acts import Refusal

_PLACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Series:
    """Numbers that run from 1 every year, without a gap. `pattern`: until the town has one of its own."""

    key: str
    title: str
    pattern: str


SERIES: Mapping[str, Series] = {
    each.key: each
    for each in (
        Series("feedback", "测评反馈函", "镇人大评〔{年}〕{号}号"),
        Series("opinions", "整改意见书", "镇人大意〔{年}〕{号}号"),
        Series("notice", "限期整改通知书", "镇人大限改〔{年}〕{号}号"),
        Series("handling", "建议组织处理函", "镇人大建〔{年}〕{号}号"),
        Series("resolution", "决议决定", "镇人大决〔{年}〕{号}号"),
        Series("publicity", "公示公告", "镇人大公〔{年}〕{号}号"),
    )
}


def pattern_fault(pattern: str) -> str | None:
    """What is wrong with a pattern, in Chinese; None when it can be used."""
    places = _PLACES.findall(pattern)
    if sorted(places) != sorted(["年", "号"]):
        return "格式中应各有一个 {年} 和 {号}，如 镇人大限改〔{年}〕{号}号"
    if len(pattern) > 60:
        return "格式不超过 60 个字"
    return None


def printed(pattern: str, year: int, number: int) -> str:
    """A number as it stands on paper. Raises `Refusal` `bad_pattern`."""
    if fault := pattern_fault(pattern):
        raise Refusal("bad_pattern", fault)
    return pattern.replace("{年}", str(year)).replace("{号}", str(number))
