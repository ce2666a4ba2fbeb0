"""The rows of the two lists of the roster, as one looks for somebody in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.roster.state import RosterState
from web.terms import VALUES

SHOWN = 300
"""Rows of a page; who looks for more narrows the search."""


@dataclass(frozen=True)
class Row:
    """A deputy or a post. `cells` stand in the order of the list's headings."""

    key: str
    name: str
    cells: tuple[str, ...]
    gone: bool
    """No longer in use (停用)."""

    def fits(self, query: str) -> bool:
        """Whether every word of a query occurs in the row."""
        text = " ".join((self.key, self.name, *self.cells)).casefold()
        return all(word in text for word in query.casefold().split())


HEADINGS = {
    "deputies": ("编号", "姓名", "代表小组", "状态"),
    "subjects": ("编号", "名称", "类别", "负责人", "状态"),
}


def rows_of(what: str, roster: RosterState, today: date) -> list[Row]:
    """All rows, those no longer in use last."""
    found = _deputies(roster) if what == "deputies" else _subjects(roster, today)
    return sorted(found, key=lambda row: row.gone)


def _deputies(roster: RosterState) -> Iterable[Row]:
    for key, deputy in roster.deputies.items():
        yield Row(key, deputy.name, (deputy.group,), key in roster.retired_deputies)


def _subjects(roster: RosterState, today: date) -> Iterable[Row]:
    for key, subject in roster.subjects.items():
        head = roster.head(key, today)
        known = roster.deputies.get(head or "")
        person = f"{known.name}（代表 {known.id}）" if known is not None else head or "空缺"
        yield Row(key, subject.name, (VALUES[subject.kind.value], person), key in roster.retired_subjects)
