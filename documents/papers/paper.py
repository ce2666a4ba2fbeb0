"""A kind of paper: what it is for, when it can be made, its facts and its layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, Tag, tags_of_facts
from documents.papers.layout import Layout
from domain.acts import Role
from domain.cases.case import CaseKind

FORMATS: Mapping[str, tuple[str, str]] = {
    "docx": ("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("PDF", "application/pdf"),
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""By the file's ending: the word for people, the media type."""


@dataclass(frozen=True)
class Paper:
    """A kind of paper.

    `ready`: whether it can be made of a case now. `build`: its facts, of the class `facts`. `series`: the numbers it
    takes part in (`numbers.SERIES`), empty for a paper without one. `readers`: who may take it beside those who see
    all papers; heads and villages, of their own cases only.
    """

    key: str
    title: str
    purpose: str
    kinds: tuple[CaseKind, ...]
    facts: type[Facts]
    layout: Layout
    build: Callable[[Paper, CaseFile], Facts]
    ready: Callable[[CaseFile], bool]
    series: str = ""
    formats: tuple[str, ...] = ("docx", "pdf")
    readers: frozenset[Role] = frozenset()

    @property
    def tags(self) -> tuple[Tag, ...]:
        """What a Word template of it may hold."""
        return tags_of_facts(self.facts)
