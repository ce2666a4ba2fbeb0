"""A layout filled with facts: blocks of plain text, ready for PDF and Excel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from documents.papers.facts import Facts, Picture, as_values
from documents.papers.layout import Block, Ending, Form, Image, Layout, NewPage, Signatures, Table, Text

Filled = Mapping[str, Any]


def fill(layout: Layout, facts: Facts) -> dict[str, Any]:
    """The paper as JSON-ready values: title, head and blocks without a tag left in them."""
    values = as_values(facts)
    blocks = [made for block in layout.blocks if _wanted(block, values) for made in _fill(block, values)]
    return {
        "title": _text(layout.title, values),
        "issuer": values["issuer"],
        "number": values["number"],
        "numbered": layout.numbered,
        "red": layout.red,
        "wide": layout.wide,
        "blocks": blocks,
    }


def _wanted(block: Block, values: Mapping[str, Any]) -> bool:
    return not block.when or bool(values[block.when])


def _fill(block: Block, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    match block:
        case Text():
            items = values[block.each] if block.each else [None]
            return [
                {"block": "text", "style": block.style.value, "text": _text(block.text, values, item)} for item in items
            ]
        case Form():
            lines = [
                [{"label": label, "value": _text(value, values), "tall": label in block.tall} for label, value in line]
                for line in block.lines
            ]
            return [{"block": "form", "lines": lines}]
        case Table():
            rows = [
                [_text(column.cell, values, item, number) for column in block.columns]
                for number, item in enumerate(values[block.each], 1)
            ]
            rows += [[""] * len(block.columns)] * block.spare
            return [
                {
                    "block": "table",
                    "heading": _text(block.heading, values),
                    "columns": [column.heading for column in block.columns],
                    "widths": [column.width for column in block.columns],
                    "rows": rows,
                }
            ]
        case Signatures():
            return [{"block": "signatures", "labels": [_text(label, values) for label in block.labels]}]
        case Ending():
            return [
                {
                    "block": "ending",
                    "body": _text(block.body, values),
                    "day": _text(block.day, values),
                    "seal": block.seal,
                }
            ]
        case Image():
            picture: Picture | None = values[block.tag] or None
            return [] if picture is None else [{"block": "image", "svg": picture.svg, "width": block.width}]
        case NewPage():
            return [{"block": "page", "title": _text(block.title, values)}]


def _text(text: str, values: Mapping[str, Any], item: Any = None, number: int = 0) -> str:
    if "{" not in text:
        return text
    from documents.papers.tags import plain_environment

    return plain_environment().from_string(text).render({**values, "item": item, "no": number})
