"""A picture: its option, and the same figures as a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from documents.charts.style import Option


@dataclass(frozen=True)
class Picture:
    """What a page draws and a paper prints. The table under it says everything that the drawing says."""

    key: str
    """Stable and unique on a page, e.g. `turnout`."""
    title: str
    about: str
    """The period, the 口径 and whatever must be known to read it."""
    option: Option
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...] = field(default=())
    """The page of each row's first cell; empty where there are none."""
    height: int = 320
    """In pixels, at `WIDTH`."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows


WIDTH = 760
"""The width at which papers draw; pages draw as wide as there is room."""


def rows_high(rows: int, each: int = 30, around: int = 96) -> int:
    """The height of a drawing with so many lines below each other."""
    return max(180, around + rows * each)
