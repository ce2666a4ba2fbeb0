"""All kinds of paper. Whoever adds some lists them in a module of `of_cases/` and adds that module here."""

from __future__ import annotations

from collections.abc import Mapping

from documents.papers.ledger import LEDGER
from documents.papers.of_cases import appraisal, assessment, poll, proposal, rectification
from documents.papers.of_cases.any_case import CONTENTS
from documents.papers.paper import Paper
from documents.papers.year_report import REPORT
from domain.cases.case import CaseKind

PAPERS: Mapping[str, Paper] = {
    paper.key: paper
    for paper in (
        *proposal.PAPERS,
        *appraisal.PAPERS,
        *poll.PAPERS,
        *rectification.PAPERS,
        LEDGER,
        *assessment.PAPERS,
        REPORT,
        CONTENTS,
    )
}
"""By their keys, in the order of the year."""


def papers_of(kind: CaseKind) -> list[Paper]:
    """The papers of a kind of case, in the order of its course."""
    return [paper for paper in PAPERS.values() if kind in paper.kinds]
