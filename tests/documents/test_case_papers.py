"""Papers of played cases: tags known, the same facts in every format, every character readable, in LibreOffice too."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from documents.papers.case_file import CaseFile, Number
from documents.papers.catalogue import PAPERS
from documents.papers.facts import as_values
from documents.papers.ledger import LEDGER, LedgerRow, ledger_facts
from documents.papers.making import SHIPPED, made, rendered
from documents.papers.own import check, keep
from documents.papers.paper import Paper
from documents.papers.word import template_faults
from documents.papers.word_templates import word_template
from domain.acts import Refusal
from domain.cases.case import CaseKind
from tests.documents.played import OPINION, POST, RARE, cases

NUMBERS = {
    "notice": Number("镇人大限改〔2025〕3号", date(2025, 6, 23)),
    "feedback": Number("镇人大评〔2025〕7号", date(2025, 6, 25)),
}
WORD = sorted(key for key, paper in PAPERS.items() if "docx" in paper.formats)


@pytest.fixture(scope="module")
def played() -> dict[CaseKind, CaseFile]:
    return cases(NUMBERS)


def ready(played: dict[CaseKind, CaseFile]) -> Iterator[tuple[Paper, CaseFile]]:
    for kind, case in played.items():
        for paper in PAPERS.values():
            if kind in paper.kinds and paper.ready(case):
                yield paper, case


def squeezed(text: str) -> str:
    return "".join(text.split())


def pdf_text(data: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def word_text(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return squeezed("".join([*(paragraph.text for paragraph in document.paragraphs), *cells]))


def chinese(value: Any) -> set[str]:
    """Every Chinese character of facts, those beyond the basic plane too."""
    if isinstance(value, str):
        return {each for each in value if "\u3400" <= each <= "\u9fff" or each >= "\U00020000"}
    if isinstance(value, dict):
        return {each for inner in value.values() for each in chinese(inner)}
    return {each for inner in value for each in chinese(inner)} if isinstance(value, list) else set()


@pytest.mark.parametrize("key", WORD)
def test_a_shipped_template_is_its_layouts_and_every_tag_is_known(key: str) -> None:
    shipped = (SHIPPED / f"{key}.docx").read_bytes()
    assert template_faults(shipped, PAPERS[key].tags) == []
    assert _document(shipped) == _document(word_template(PAPERS[key].layout)), (
        f"{key}.docx is not its layout's: python -m documents.papers.word_templates"
    )


def test_every_paper_of_the_year_can_be_made_in_all_its_formats(played: dict[CaseKind, CaseFile]) -> None:
    made_of = {paper.key for paper, _ in ready(played)}
    expected = {key for key, paper in PAPERS.items() if set(paper.kinds) & set(played)}
    assert made_of == expected
    for paper, case in ready(played):
        for form in paper.formats:
            assert len(made(paper, case, form)) > 1000


def test_word_and_pdf_say_the_same(played: dict[CaseKind, CaseFile]) -> None:
    for key, kind in (("notice", CaseKind.RECTIFICATION), ("feedback", CaseKind.APPRAISAL)):
        word = word_text(made(PAPERS[key], played[kind], "docx"))
        pdf = pdf_text(made(PAPERS[key], played[kind], "pdf"))
        for said in (NUMBERS[key].printed, "56.86%（29/51，口径：有效票）", "60.00%", POST.name, "赵玥堃"):
            assert said in word
            assert said in pdf


def test_what_people_wrote_is_never_read_as_tags_or_markup(played: dict[CaseKind, CaseFile]) -> None:
    for form, read in (("docx", word_text), ("pdf", pdf_text)):
        assert squeezed(OPINION) in read(made(PAPERS["opinions"], played[CaseKind.APPRAISAL], form))


def test_a_filing_shows_the_number_that_the_act_carries(played: dict[CaseKind, CaseFile]) -> None:
    assert "镇纪备〔2025〕4号" in pdf_text(made(PAPERS["filing"], played[CaseKind.APPRAISAL], "pdf"))


def test_the_paper_of_a_voided_case_is_refused(played: dict[CaseKind, CaseFile]) -> None:
    from dataclasses import replace

    case = replace(played[CaseKind.RECTIFICATION], voided=True)
    with pytest.raises(Refusal, match="paper_not_ready"):
        made(PAPERS["notice"], case, "pdf")


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("{{ phone }}", "没有标记 phone"),
        ("{{ post.__class__ }}", "没有标记 post.__class__"),
        ("{{ item.text }}", "没有标记 item"),
        ("{% for item in extensions %}{{ item.nothing }}{% endfor %}", "extensions 中没有 nothing"),
        ("{% for item in post %}{% endfor %}", "没有列表 post"),
        ("{{ range(9) }}", "不能用这种写法：Call"),
        ("{{ 9**9 }}", "不能用这种写法：Pow"),
        ("{% if post %}", "标记写法有误"),
    ],
)
def test_a_strange_tag_is_named_with_its_file(tmp_path: Path, written: str, fault: str) -> None:
    document = Document(str(SHIPPED / "notice.docx"))
    document.sections[0].footer.paragraphs[0].add_run(written)
    buffer = io.BytesIO()
    document.save(buffer)
    with pytest.raises(Refusal, match=r"notice\.docx") as refused:
        keep(tmp_path, PAPERS["notice"], buffer.getvalue())
    assert fault in refused.value.message
    (tmp_path / "notice.docx").write_bytes(buffer.getvalue())
    assert any(fault in each for each in check(tmp_path)["notice.docx"])


def test_what_is_no_word_file_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"not a zip", b"PK\x03\x04"):
        with pytest.raises(Refusal, match="不是能读的 Word 文件"):
            keep(tmp_path, PAPERS["notice"], data)
    assert list(tmp_path.iterdir()) == []


def test_every_paper_opens_in_libreoffice_with_every_character(
    played: dict[CaseKind, CaseFile], tmp_path: Path
) -> None:
    """One call for all: LibreOffice takes its time to start."""
    program = os.environ.get("JIANDU_SOFFICE") or shutil.which("soffice")
    if program is None:
        pytest.skip("本机没有 LibreOffice，没有核对 Word 文书。请安装：apt install libreoffice-writer-nogui")
    facts = {}
    for paper, case in ready(played):
        name = f"{case.kind.value}-{paper.key}"
        facts[name] = (paper, paper.build(paper, case))
    rows = [LedgerRow(post=POST.name, responsible="赵玥堃", stage="整改中")]
    facts["ledger"] = (LEDGER, ledger_facts("城关镇", 2025, date(2025, 11, 5), rows))
    for name, (paper, said) in facts.items():
        (tmp_path / f"{name}.docx").write_bytes(rendered(paper, said, "docx"))
    command = [program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    files = [str(file) for file in sorted(tmp_path.glob("*.docx"))]
    subprocess.run([*command, "--outdir", str(tmp_path), *files], check=True, capture_output=True, timeout=120)
    seen: set[str] = set()
    for name, (paper, said) in facts.items():
        from_word = pdf_text((tmp_path / f"{name}.pdf").read_bytes())
        ours = pdf_text(rendered(paper, said, "pdf"))
        shown = chinese(as_values(said)) & set(word_text((tmp_path / f"{name}.docx").read_bytes()))
        assert shown - set(from_word) == set(), name
        assert shown - set(ours) == set(), name
        assert "{{" not in from_word.replace("{{7*7}}", ""), name
        assert "共1页" in from_word or "共2页" in from_word or "共3页" in from_word, name
        seen |= shown
    assert set(RARE) <= seen


def _document(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("word/document.xml")
