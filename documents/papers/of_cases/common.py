"""What the builders of all papers share."""

from __future__ import annotations

from typing import Any

from documents.papers.case_file import CaseFile
from documents.papers.facts import day
from documents.papers.paper import Paper

CONGRESS = "人民代表大会主席团"


def issuer(case: CaseFile) -> str:
    """Who issues the papers of the people's congress."""
    return f"{case.town}{CONGRESS}"


def common(paper: Paper, case: CaseFile, *, number: str = "") -> dict[str, Any]:
    """The facts of `Facts`. `number`: one that an act carries and that counts first."""
    given = case.numbers.get(paper.key)
    return {
        "town": case.town,
        "issuer": issuer(case),
        "title": paper.title,
        "number": number or ("" if given is None else given.printed),
        "dated": day(case.today if given is None else given.on),
        "case_id": case.case_id,
        "year": str(case.year),
    }
