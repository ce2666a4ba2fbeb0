"""A paper out of a template and its data. What people wrote goes in as data and is never read as markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import typst

from domain.acts import Refusal

TEMPLATES = Path(__file__).parent / "templates"
_SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC")
_SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC")
_KAI = ("LXGW WenKai", "LXGW WenKai GB")
"""Families that may stand for one another, the best first. For the last there is always the serif one."""
_UNSEEN = re.compile(r'the text `"(.+?)"` could not be displayed')


class FontsMissing(Refusal):
    """This machine has no Chinese fonts: a paper would be printed full of boxes."""

    def __init__(self) -> None:
        super().__init__(
            "fonts_missing",
            "本机没有可用的中文字体，无法生成纸件。请安装 Debian 软件包 fonts-noto-cjk"
            "（命令 apt install fonts-noto-cjk，楷体另装 fonts-lxgw-wenkai），然后重试。",
        )


class PaperFault(Refusal):
    """A template does not fit its data, or a character has no picture in any font of this machine. Says which."""

    def __init__(self, template: str, why: str) -> None:
        unseen = _UNSEEN.search(why)
        message = (
            f"“{unseen[1]}”中有本机字体不能显示的字，请安装含有这个字的字体（如 fonts-hanazono），或改用通用字后重试。"
            if unseen
            else f"纸件 {template} 无法生成：{why}。"
        )
        super().__init__("paper_fault", message)


@lru_cache(maxsize=1)
def _system_fonts() -> typst.Fonts:
    """The fonts of this machine, searched once a process: it takes some 0.1 s."""
    return typst.Fonts()


def font_families(fonts: typst.Fonts) -> dict[str, str]:
    """The family for each hand of our papers (`serif`, `sans`, `kai`). Raises `FontsMissing`."""
    known = set(fonts.families())

    def first(families: tuple[str, ...]) -> str | None:
        return next((family for family in families if family in known), None)

    serif, sans = first(_SERIF), first(_SANS)
    if serif is None and sans is None:
        raise FontsMissing
    serif, sans = serif or sans or "", sans or serif or ""
    return {"serif": serif, "sans": sans, "kai": first(_KAI) or serif}


def render(template: str, data: Mapping[str, object], *, fonts: typst.Fonts | None = None) -> bytes:
    """The PDF (PDF/A-2b) of `templates/{template}.typ` with JSON-ready `data`, which the template reads as `data`.

    `fonts` are this machine's unless others are given. A picture goes into the data as the text of an SVG.
    Raises `FontsMissing`; `PaperFault` when template and data do not fit.
    """
    found = fonts if fonts is not None else _system_fonts()
    inputs = {
        "data": json.dumps(data, ensure_ascii=False),
        "fonts": json.dumps(font_families(found)),
    }
    try:
        return typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=found,
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=["a-2b"],
        )
    except typst.TypstError as error:
        raise PaperFault(template, "; ".join([error.message, *error.hints])) from error
