"""The two sheets of the workbook and their columns: one description for writing, reading and messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from domain.policy.assessment import AssessmentPolicy, Method, ScoreTable
from domain.rules.assessment import FULL_MARK

MARKS_SHEET = "评分"
ENTRIES_SHEET = "加分扣分"
SUBJECT, NAME, TABLE, METHOD, ITEM, FULL, PAPER = "对象编号", "名称", "计分表", "评分方法", "项目", "满分", "依据编号"
SCORER = "评委"
MARKS_HEADINGS = (SUBJECT, NAME, TABLE, METHOD, ITEM, FULL)
KIND, POINTS, REASON = "种类", "分值", "理由"
ENTRIES_HEADINGS = (SUBJECT, NAME, KIND, POINTS, REASON, PAPER)
WHOLE = "总评"
"""In the column of items, for a table that has none: the scorer marks it as a whole, out of 100."""
BONUS, OFF_TOTAL = "加分", "从总分扣"
MAX_SCORERS = 30


@dataclass(frozen=True)
class Line:
    """A row of the marks' sheet for one subject: what the scorers mark in it."""

    table: ScoreTable
    method: Method
    item: str | None
    """The item's key; None: the table as a whole."""
    item_name: str
    full: Fraction


def lines_of(policy: AssessmentPolicy) -> Iterator[Line]:
    """The rows of one subject, in order."""
    for table in policy.tables:
        for method in Method:
            if not table.items:
                yield Line(table, method, None, WHOLE, FULL_MARK)
            for item in table.items:
                yield Line(table, method, item.key, item.name, item.full)


def kinds_of(policy: AssessmentPolicy) -> dict[str, tuple[str | None, int]]:
    """The kinds of entries by their word: the table (None: the total), and the sign of their points."""
    kinds: dict[str, tuple[str | None, int]] = {BONUS: (None, 1), OFF_TOTAL: (None, -1)}
    for table in policy.tables:
        kinds[off_word(table)] = (table.key, 1)
    return kinds


def off_word(table: ScoreTable) -> str:
    """A deduction from a table."""
    return f"扣{table.name}分"


def scorer_heading(number: int) -> str:
    """The heading of a scorer's column, from 1."""
    return f"{SCORER}{number}"
