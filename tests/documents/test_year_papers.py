"""Papers of proposals, of the year-end and of a year: the figures that the pages show, the same in every format."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import openpyxl
import pytest
from docx import Document
from pypdf import PdfReader

from documents.charts.year import pictures_of_year
from documents.papers.case_file import CaseFile, case_file
from documents.papers.catalogue import PAPERS
from documents.papers.facts import as_values
from documents.papers.making import made, rendered
from documents.papers.year_report import REPORT, ReportFacts, report_facts
from domain.acts import Refusal
from domain.cases.assessment.memory import recall
from domain.cases.case import CaseKind, fold, stream_of
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.cases.registry import GOVERNED
from domain.policy.document import Policy
from domain.roster.state import RosterState, Subject
from domain.rules.proposal import Step, Votes
from projections.year_end.figures import figures_of
from projections.year_end.streaks import streaks_of
from tests.cases.assessment.years import village, whole_year
from tests.cases.play import Town
from tests.documents.known_year import YEAR

HEADS = {"甲": "张堃", "乙": "李玥", "丙": "王䶮"}
MARKS = {"甲": 90, "乙": 80, "丙": 60}
WORDS = {kind.value: kind.value for kind in CaseKind}
YEARS = (2023, 2024, 2025)


def file_of(town: Town, kind: CaseKind, case_id: str, **more: Any) -> CaseFile:
    posts = [village(key, head) for key, head in HEADS.items()]
    return case_file(
        kind,
        case_id,
        town.stream(stream_of(kind, case_id)),
        town="城关镇",
        roster=RosterState(subjects={post.id: Subject(post.id, post.name, post.kind) for post in posts}),
        policy=Policy(),
        calendar=town.calendar,
        today=date(2026, 1, 10),
        **more,
    )


@pytest.fixture(scope="module")
def proposal() -> CaseFile:
    town = Town()
    opening = SubmitProposal(
        proposal_id="T1", year=2025, village="唐家会村", title="修建防渗渠𠮷", text="长 2.6 公里。", deputies=60
    )
    town.act("2025-01-08", CaseKind.PROPOSAL, "2025-T1", opening)
    for on, step in (("2025-01-10", Step.LEAD_REVIEW), ("2025-01-15", Step.PARTY_PRELIMINARY)):
        town.act(on, CaseKind.PROPOSAL, "2025-T1", DecideStep(step=step, decision=Decision.APPROVE))
    vote = DecideStep(step=Step.DEPUTIES, votes=Votes(in_favour=41, against=9, abstain=3), present=53)
    town.act("2025-01-20", CaseKind.PROPOSAL, "2025-T1", vote)
    return file_of(town, CaseKind.PROPOSAL, "2025-T1")


@pytest.fixture(scope="module")
def assessment() -> CaseFile:
    """The third year in which 丙 is last, under one head."""
    town = Town()
    for year in YEARS:
        whole_year(town, year, HEADS, MARKS)
    streams = {year: town.stream(f"assessment-{year}") for year in YEARS}
    known = {
        year: figures_of(fold(GOVERNED[CaseKind.ASSESSMENT], events), Policy()) for year, events in streams.items()
    }
    cycles = [town.stream(f"cycle-{year}") for year in YEARS]
    recalled = recall(2025, assessments=streams.values(), cycles=cycles)
    return file_of(town, CaseKind.ASSESSMENT, "2025", streaks=streaks_of(2025, known, recalled, Policy().veto))


def squeezed(text: str) -> str:
    return "".join(text.split())


def said(data: bytes, form: str) -> str:
    """Everything that a file says, without blanks and line breaks."""
    if form == "pdf":
        return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        assert sheet is not None
        return squeezed("".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell))
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return squeezed("".join([*cells, *(paragraph.text for paragraph in document.paragraphs)]))


def texts(value: Any) -> Iterator[str]:
    """The texts of a list of facts."""
    for each in value:
        yield from (text for text in each.values() if isinstance(text, str) and text)


def test_the_approval_form_and_the_resolution_hold_the_votes(proposal: CaseFile) -> None:
    for form in ("docx", "pdf"):
        approval = said(made(PAPERS["approval"], proposal, form), form)
        assert "镇人大代表讨论表决" in approval
        assert "赞成41，反对9，弃权3" in approval
        resolution = said(made(PAPERS["resolution"], proposal, form), form)
        assert "关于唐家会村“修建防渗渠𠮷”的决议" in resolution
        assert "全体代表60人，出席53人；表决结果：赞成41票，反对9票，弃权3票" in resolution


def test_a_resolution_waits_for_the_deputies() -> None:
    town = Town()
    opening = SubmitProposal(proposal_id="T2", year=2025, village="唐家会村", title="绿化", deputies=60)
    town.act("2025-01-08", CaseKind.PROPOSAL, "2025-T2", opening)
    with pytest.raises(Refusal, match="还不能出"):
        made(PAPERS["resolution"], file_of(town, CaseKind.PROPOSAL, "2025-T2"), "docx")


@pytest.mark.parametrize("key", ["scores", "ranking_publicity", "veto"])
def test_the_year_end_says_the_same_in_every_format(assessment: CaseFile, key: str) -> None:
    paper = PAPERS[key]
    facts = as_values(paper.build(paper, assessment))
    lists = {"scores": ("scores",), "ranking_publicity": ("ranks",), "veto": ("vetoes", "years")}[key]
    wanted = [squeezed(text) for name in lists for text in texts(facts[name])]
    assert wanted
    for form in paper.formats:
        text = said(made(paper, assessment, form), form)
        assert [each for each in wanted if each not in text] == []


def test_a_veto_is_shown_with_its_three_years(assessment: CaseFile) -> None:
    paper = PAPERS["veto"]
    facts = as_values(paper.build(paper, assessment))
    assert [(each["person"], each["years"], each["finding"]) for each in facts["vetoes"]] == [
        ("王䶮", "2023、2024、2025", "建议一票否决")
    ]
    assert [(each["year"], each["place"]) for each in facts["years"]] == [
        (str(year), "第 3 名（共 3 名），末位") for year in YEARS
    ]


def test_scores_add_up_as_the_rules_do(assessment: CaseFile) -> None:
    paper = PAPERS["scores"]
    rows = as_values(paper.build(paper, assessment))["scores"]
    first = rows[0]
    assert [first[name] for name in ("reports", "documents", "site", "opinion", "points", "total")] == [
        "9.00",
        "18.00",
        "36.00",
        "27.00",
        "90.00",
        "180.00",
    ]


@pytest.fixture(scope="module")
def report() -> ReportFacts:
    return report_facts(YEAR, "城关镇", date(2026, 11, 24), WORDS)


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_the_years_report_holds_every_figure_of_the_pages_tables(report: ReportFacts, form: str) -> None:
    data = rendered(REPORT, report, form)
    text = said(data, form)
    for picture in pictures_of_year(YEAR, WORDS, grades=False):
        for row in picture.rows:
            assert squeezed("".join(row)) in text, picture.key
    assert "60.78%" in text
    assert "社保所2026年民主测评" not in text, "a small group has no breakdown"
    images = len(pictures_of_year(YEAR, WORDS, grades=False))
    if form == "docx":
        assert len(Document(io.BytesIO(data)).inline_shapes) == images
