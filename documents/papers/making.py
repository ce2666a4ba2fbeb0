"""A paper as a file: facts once, then Word, PDF or Excel."""

from __future__ import annotations

from pathlib import Path

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts
from documents.papers.paper import Paper
from domain.acts import Refusal

SHIPPED = Path(__file__).parent / "word"


def made(paper: Paper, case: CaseFile, form: str, own: Path | None = None) -> bytes:
    """The paper of a case. `own`: the town's folder of Word templates, where one of this paper counts first.

    Raises `Refusal` `paper_not_ready`, `no_such_format`, and what rendering raises (`PaperFault`, `FontsMissing`).
    """
    if form not in paper.formats:
        raise Refusal("no_such_format", f"{paper.title}没有 {form} 格式。")
    if case.voided or not paper.ready(case):
        raise Refusal("paper_not_ready", f"本案现在还不能出{paper.title}：{paper.purpose}")
    return rendered(paper, paper.build(paper, case), form, own)


def rendered(paper: Paper, facts: Facts, form: str, own: Path | None = None) -> bytes:
    """Facts as a file."""
    if form == "docx":
        from documents.papers.word import fill_word

        return fill_word(template_of(paper, own), facts)
    from documents.papers.filling import fill

    filled = fill(paper.layout, facts)
    if form == "xlsx":
        from documents.papers.workbook import workbook

        return workbook(filled)
    from documents.papers.render import render

    return render("sheet", filled)


def template_of(paper: Paper, own: Path | None) -> Path:
    """The Word template in force: the town's own, else the shipped one."""
    theirs = None if own is None else own / f"{paper.key}.docx"
    return theirs if theirs is not None and theirs.is_file() else SHIPPED / f"{paper.key}.docx"
