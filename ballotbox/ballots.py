"""A ballot: one envelope for one subject, with a row for each question."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from ballotbox.refusals import bad_ballot
from domain.policy.document import AppraisalPolicy
from domain.rules.counting import ABSTAIN, ItemCount

OVERALL = "overall"
"""The row of the overall item 综合评价; the other rows have their dimensions' keys."""

BLANK: tuple[str, ...] = ()
"""A row with no mark. An abstention is a mark of its own; the policy says what a blank counts as."""


class Ballot(BaseModel):
    """The marks of one deputy on one subject: grades' keys, `abstain`, nothing (blank), on paper also several."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, **marks: str) -> Ballot:
        """A ballot with one mark a row, empty for a blank one: `Ballot.of(overall="competent", style="")`."""
        return cls(rows={question: (mark,) if mark else BLANK for question, mark in marks.items()})

    def content(self, policy: AppraisalPolicy, questions: Sequence[str], *, paper: bool = False) -> str:
        """The ballot's bytes: its rows in the poll's order, marks in the scale's order.

        Raises `Refusal` for a missing or strange row, an unknown mark, and several marks in a row of a phone's ballot
        (its page cannot make such a row).
        """
        if set(self.rows) != set(questions):
            raise bad_ballot("测评票的项目与本次测评不符，应为：" + "、".join(questions))
        order = [*policy.grade_keys, ABSTAIN]
        written: list[list[str]] = []
        for question in questions:
            marks = set(self.rows[question])
            if not marks <= set(order):
                raise bad_ballot(f"项目 {question} 中没有“{'、'.join(sorted(marks - set(order)))}”这样的选项")
            if len(marks) > 1 and not paper:
                raise bad_ballot(f"项目 {question} 只能选一项")
            written.append([mark for mark in order if mark in marks])
        return json.dumps(written, separators=(",", ":"))

    @classmethod
    def from_content(cls, questions: Sequence[str], content: str) -> Ballot:
        """The ballot of stored bytes."""
        rows = json.loads(content)
        return cls(rows={question: tuple(marks) for question, marks in zip(questions, rows, strict=True)})


class Sheet(NamedTuple):
    """One subject's part of a numbered paper form, as one person read it."""

    subject: str
    sheet_no: int
    ballot: Ballot


class Difference(NamedTuple):
    """A sheet whose two entries differ; a scrutineer looks at the paper and decides."""

    subject: str
    sheet_no: int
    first: Ballot
    second: Ballot
    rows: tuple[str, ...]
    """The questions that were read differently."""
    decided: Ballot | None = None
    """What a scrutineer has decided, until the close."""


class CountedRows(BaseModel):
    """A subject's counts, made by hand in the hall. A dimension left out was graded as the overall item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    overall: ItemCount
    dimensions: dict[str, ItemCount] = {}
