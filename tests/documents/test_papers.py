"""The papers of a poll: every character is there, every form is numbered, what people wrote is never markup."""

from __future__ import annotations

import io
from datetime import date

import pytest
import typst
from pypdf import PdfReader

from documents.papers.polls import ballot_forms, count_report, paper_ledger
from documents.papers.render import FontsMissing, PaperFault, render
from domain.cases.poll.commands import ItemKind, PollItem
from domain.cases.poll.forms import PollForms, forms_of, letter_of
from domain.cases.poll.state import PollState
from domain.policy.appraisal import AppraisalPolicy
from domain.roster.posts import SubjectKind
from domain.roster.state import RosterState, Subject
from domain.rules.counting import Attendance
from domain.rules.tenure import HeadChange

POLICY = AppraisalPolicy()
NAMES = {"czs": "财政所", "lyz": "林业站㛃", "zs": "唐家会村#emph[支书]$1", "slz": "水利站"}
HEADS = {"czs": "陈润田", "lyz": "张𠮷东", "zs": "*王*_五_\\n", "slz": "d1"}


def poll(*recused: str, subjects: tuple[str, ...] = tuple(NAMES)) -> PollForms:
    """The forms of a poll, with a recused deputy for each of the subjects named."""
    state = PollState(
        poll_id="P1",
        year=2026,
        day=date(2026, 6, 20),
        items=tuple(
            PollItem(
                subject=subject,
                case_kind=ItemKind.APPRAISAL,
                case_id=f"2026-{subject}",
                entitled=59 if subject in recused else 60,
                recused=1 if subject in recused else 0,
            )
            for subject in subjects
        ),
    )
    roster = RosterState(
        subjects={key: Subject(key, name, SubjectKind.STATION) for key, name in NAMES.items()},
        heads=tuple(HeadChange(subject=key, person=person, since=None) for key, person in HEADS.items()),
    )
    return forms_of(state, roster, POLICY)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text: str) -> str:
    """Without the spaces that typesetting puts between letters."""
    return "".join(text.split())


def test_every_character_of_a_form_can_be_read_back() -> None:
    forms = poll()
    text = squeezed("".join(pages(ballot_forms(forms, "城关镇", forms.series[0], [1]))))
    for word in [*NAMES.values(), "张𠮷东", "*王*_五_\\n", "2026年6月20日", "工作人员章", "弃权"]:
        assert squeezed(word) in text
    for term in (*POLICY.grades, *POLICY.dimensions):
        assert text.count(term.name) >= len(NAMES)


def test_every_page_says_which_form_it_is_and_how_many_pages_it_has() -> None:
    forms = poll()
    found = [squeezed(page) for page in pages(ballot_forms(forms, "城关镇", forms.series[0], [7, 8, 120]))]
    assert len(found) == 6
    expected = [(number, page) for number in ("A-007", "A-008", "A-120") for page in (1, 2)]
    for (number, page), text in zip(expected, found, strict=True):
        assert f"票号{number}第{page}页共2页" in text
        assert not any(f"票号{other}" in text for other in {"A-007", "A-008", "A-120"} - {number})


def test_a_recused_deputys_forms_look_like_everybodys() -> None:
    """A subject with a recused deputy is on forms of its own; nobody's shared form lacks a subject."""
    forms = poll("lyz", "slz")
    assert [(each.letter, [one.subject for one in each.subjects], each.forms) for each in forms.series] == [
        ("A", ["czs", "zs"], 60),
        ("B", ["lyz"], 59),
        ("C", ["slz"], 59),
    ]
    assert [letter_of(index) for index in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


def test_papers_are_archival() -> None:
    forms = poll()
    for pdf in (
        ballot_forms(forms, "城关镇", forms.series[0], [1]),
        paper_ledger(forms, "城关镇", {"A": 66}),
        count_report(forms, "城关镇", {"czs": Attendance(entitled=60, present=56, issued=56)}),
    ):
        assert b"pdfaid:part>2" in pdf
        assert PdfReader(io.BytesIO(pdf)).pages[0].mediabox.width == pytest.approx(595.28, abs=0.1)


def test_the_ledger_and_the_counting_sheet_are_signed_by_scrutineers() -> None:
    forms = poll("slz")
    ledger = squeezed("".join(pages(paper_ledger(forms, "城关镇", {"A": 66, "B": 65}))))
    assert ledger.count("监票人（签名）") == 3
    assert "66" in ledger
    assert "65" in ledger
    attendance = {"czs": Attendance(entitled=60, present=56, issued=55)}
    report = squeezed("".join(pages(count_report(forms, "城关镇", attendance))))
    assert "应到60实到56发出55" in report
    assert report.count("监票人（签名）") == 3


def test_without_chinese_fonts_the_package_is_named() -> None:
    forms = poll()
    bare = typst.Fonts(include_system_fonts=False)
    with pytest.raises(FontsMissing, match="fonts-noto-cjk"):
        render("paper_ledger", {"town": forms.poll}, fonts=bare)


def test_a_character_that_no_font_has_is_named() -> None:
    with pytest.raises(PaperFault, match="不能显示"):
        paper_ledger(poll(), "城关镇\U000f0000", {})


def test_a_template_that_lacks_its_data_says_so() -> None:
    with pytest.raises(PaperFault, match="paper_ledger"):
        render("paper_ledger", {})
