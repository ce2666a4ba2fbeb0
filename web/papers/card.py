"""The card 文书 on a case's page (`_papers.html`): papers that can be made now, those numbered, texts for the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from documents.papers.catalogue import papers_of
from documents.papers.paper import FORMATS, Paper
from web.accounts.concern import Concern
from web.papers.files import may_take, read_file, sees_all
from web.papers.group_chat import Message, messages_of
from web.reading import CaseRow
from web.site import Site


@dataclass(frozen=True)
class Line:
    """A paper of the case."""

    key: str
    title: str
    purpose: str
    number: str
    may_number: bool
    files: Sequence[tuple[str, str]]
    """Word for the format, and the address."""


@dataclass(frozen=True)
class Card:
    """What the card shows; without lines there is no card."""

    path: str
    lines: Sequence[Line]
    messages: Sequence[Message]
    form_token: str


async def papers_card(site: Site, request: Request, concern: Concern, row: CaseRow) -> Card | None:
    """The card of a case for whoever looks; None where there is nothing for them."""
    mine = [paper for paper in papers_of(row.kind) if may_take(concern, row, paper)]
    case = await read_file(site, row.kind, row.case_id) if mine else None
    if case is None or case.voided:
        return None
    whole = sees_all(concern)
    lines = [_line(row, paper, _number(case.numbers, paper), whole) for paper in mine if paper.ready(case)]
    session = request.state.session
    return Card(
        path=f"{row.path}/papers",
        lines=lines,
        messages=messages_of(case, row.due) if whole else [],
        form_token="" if session is None else session.form_token,
    )


def _number(numbers: object, paper: Paper) -> str:
    given = numbers.get(paper.key) if isinstance(numbers, dict) else None
    return "" if given is None else given.printed


def _line(row: CaseRow, paper: Paper, number: str, whole: bool) -> Line:
    files = [(FORMATS[form][0], f"{row.path}/papers/{paper.key}.{form}") for form in paper.formats]
    return Line(paper.key, paper.title, paper.purpose, number, bool(paper.series) and not number and whole, files)
