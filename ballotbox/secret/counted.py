"""The count of a poll by path: the phones' rows, the paper rows, and what they are together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import Close, PaperCount
from ballotbox.secret.tally import Tally

INVALID = "invalid"
"""Beside the manifest's codes: a row with several marks, or an envelope that was set aside."""


class Row(NamedTuple):
    """One question about one subject by one path. `counts` by code and `invalid`; None where nothing was opened."""

    issued: int
    returned: int
    counts: Mapping[str, int] | None


class QuestionRows(NamedTuple):
    """One question about one subject, by path. `paper` is None in mode `phones`."""

    subject: str
    question: str
    phones: Row
    paper: Row | None
    total: Row


def question_rows(poll: Poll, close: Close, tally: Tally, paper: PaperCount | None) -> tuple[QuestionRows, ...]:
    """All rows, in the manifest's order of subjects and questions. Raises `KeyError` where a statement lacks a subject.

    A subject on which nobody cast by phone has zeros there and is counted by its paper alone.
    """
    rows = []
    for subject in poll.recused:
        turnout, told = close.turnout[subject], tally.subjects[subject]
        for question in poll.manifest.questions:
            sheets = None
            if paper is not None:
                sheets = Row(turnout.paper_issued, turnout.paper_returned, paper.rows[subject][question])
            opened = _opened(poll, told.questions.get(question), told.returned, told.set_aside, sheets)
            phones = Row(told.issued, told.returned, opened)
            rows.append(QuestionRows(subject, question, phones, sheets, _total(phones, sheets)))
    return tuple(rows)


def _opened(
    poll: Poll, counted: Mapping[str, int] | None, returned: int, set_aside: int, paper: Row | None
) -> dict[str, int] | None:
    if counted is not None:
        return {**counted, INVALID: set_aside}
    if returned == 0 and paper is not None and paper.returned > 0:
        return dict.fromkeys((*poll.manifest.codes, INVALID), 0)
    return None


def _total(phones: Row, paper: Row | None) -> Row:
    if paper is None:
        return phones
    counts = None
    if phones.counts is not None and paper.counts is not None:
        on_paper = paper.counts
        counts = {code: number + on_paper[code] for code, number in phones.counts.items()}
    return Row(phones.issued + paper.issued, phones.returned + paper.returned, counts)
