"""What all options share: colours, patterns beside them (decal), type, tooltips without HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Option = dict[str, Any]
"""An ECharts option as JSON: no functions, so that pages and papers take the same."""

FONTS = "Noto Sans CJK SC, Source Han Sans SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
INK, SOFT, LINE = "#1f2733", "#5a6675", "#dfe3e8"
GREEN, BLUE, YELLOW, RED, GREY = "#1a7f4b", "#2f6db3", "#b8860b", "#b3261e", "#8a94a3"
SCALE = ("#14713f", "#5aa469", "#d1a11c", "#b3261e", "#7a4fa3", "#2f6db3")
"""Grades, the best first."""
_TEXT = {"fontFamily": FONTS, "fontSize": 12, "color": INK}


def option(description: str, **parts: Any) -> Option:
    """An option with what every picture has. `description` is what a screen reader says."""
    return {
        "textStyle": {"fontFamily": FONTS},
        "aria": {"enabled": True, "decal": {"show": True}, "label": {"description": description}},
        # HTML tooltips would set style attributes, which the pages' security policy refuses.
        "tooltip": {"renderMode": "richText", "confine": True},
        **parts,
    }


def legend(**more: Any) -> Option:
    """The legend above the drawing."""
    return {"top": 0, "left": "center", "itemGap": 14, "textStyle": _TEXT, **more}


def categories(names: Sequence[str], *, down: bool = False) -> Option:
    """An axis of names, every one of them written; `down`: the first at the top."""
    return {
        "type": "category",
        "data": list(names),
        "inverse": down,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {**_TEXT, "interval": 0},
    }


def values(name: str = "", **more: Any) -> Option:
    """An axis of numbers."""
    return {
        "type": "value",
        "name": name,
        "nameTextStyle": {"fontFamily": FONTS, "color": SOFT},
        "splitLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"fontFamily": FONTS, "color": SOFT},
        **more,
    }


def bar(name: str, data: Sequence[Any], colour: str, *, stack: str | None = None, inside: bool = False) -> Option:
    """A series of bars with their numbers on them; a nought has no number where bars are stacked."""
    label = {"show": True, "fontFamily": FONTS, "fontSize": 12}
    label |= {"position": "inside", "color": "#fff", "textBorderColor": INK, "textBorderWidth": 2} if inside else {}
    return {
        "type": "bar",
        "name": name,
        "stack": stack,
        "itemStyle": {"color": colour, "borderColor": "#fff", "borderWidth": 0.5},
        "barMaxWidth": 34,
        "label": label,
        "data": [{"value": each, "label": {"show": False}} if inside and each == 0 else each for each in data],
    }
