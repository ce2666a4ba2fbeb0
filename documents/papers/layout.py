"""What a paper looks like: a short list of blocks with tags in them, from which Word template, PDF and Excel are made.

A tag is a fact's name in double braces, `{{ post }}`; of an item of a list, `{{ item.text }}`. A block that has
`when` is there only if that fact is not empty. The same layout is written into the shipped Word template with its tags
(`word_templates.py`) and filled for PDF and Excel (`filling.py`), so wording and figures are the same in all three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Style(StrEnum):
    """How a paragraph is set."""

    BODY = "body"
    """Two characters indented, as in every 公文."""
    PLAIN = "plain"
    """Not indented: the addressee (主送机关), a line over a table."""
    CENTRE = "centre"
    HEADING = "heading"
    NOTE = "note"
    """Smaller, below what it explains."""


@dataclass(frozen=True)
class Text:
    """A paragraph. `each`: the name of a list; one paragraph for each of its items."""

    text: str
    style: Style = Style.BODY
    when: str = ""
    each: str = ""


@dataclass(frozen=True)
class Form:
    """A form: lines of label and value side by side. A line of two pairs has four cells.

    `tall`: labels whose cell has room for handwriting and a seal.
    """

    lines: tuple[tuple[tuple[str, str], ...], ...]
    tall: frozenset[str] = frozenset()
    when: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, what stands in each row, and its share of the width."""

    heading: str
    cell: str
    width: float = 1.0


@dataclass(frozen=True)
class Table:
    """A table of the items of a list; `spare` empty rows follow to be filled by hand."""

    each: str
    columns: tuple[Column, ...]
    heading: str = ""
    spare: int = 0
    when: str = ""


@dataclass(frozen=True)
class Signatures:
    """Lines to sign on, two beside each other."""

    labels: tuple[str, ...]
    when: str = ""


@dataclass(frozen=True)
class Ending:
    """落款: the body and the date, at the right, with room for the seal."""

    body: str = "{{ issuer }}"
    day: str = "{{ dated }}"
    seal: bool = True
    when: str = ""


@dataclass(frozen=True)
class Image:
    """A picture: a fact of the type `facts.Picture`, so many millimetres wide."""

    tag: str
    width: int = 160
    when: str = ""


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a page of its own, with a title of its own."""

    title: str
    when: str = ""


Block = Text | Form | Table | Signatures | Ending | Image | NewPage


@dataclass(frozen=True)
class Layout:
    """A paper as a whole. `red`: with a red head, for what goes out to others; `wide`: landscape."""

    title: str
    blocks: tuple[Block, ...] = field(default=())
    red: bool = False
    wide: bool = False
    numbered: bool = False
    """Whether it carries a 文号, under the head or at the right under the title."""


def tags_of(layout: Layout) -> tuple[str, ...]:
    """Every text of the layout that may hold tags, for checking."""
    texts = [layout.title]
    for block in layout.blocks:
        match block:
            case Text():
                texts.append(block.text)
            case Form():
                texts += [part for line in block.lines for pair in line for part in pair]
            case Table():
                texts += [block.heading, *(column.cell for column in block.columns)]
            case Signatures():
                texts += block.labels
            case Ending():
                texts += [block.body, block.day]
            case NewPage():
                texts.append(block.title)
            case Image():
                pass
    return tuple(texts)
