"""The shipped Word templates, written from the layouts with their tags: `python -m documents.papers.word_templates`.

A town edits a copy of its own. These are committed, and a test holds them to the layouts.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from documents.papers.layout import (
    Block,
    Column,
    Ending,
    Form,
    Image,
    Layout,
    NewPage,
    Signatures,
    Style,
    Table,
    Text,
)

FOLDER = Path(__file__).parent / "word"
HEAD_FONT, BODY_FONT, LABEL_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体"
_STAND_INS = {
    HEAD_FONT: "Noto Serif CJK SC",
    BODY_FONT: "仿宋,FangSong,Noto Serif CJK SC",
    LABEL_FONT: "Noto Sans CJK SC",
}
"""What a machine without the office's fonts takes instead (`w:altName`)."""
_RED = RGBColor(0xC0, 0x00, 0x00)
_NUMBER = "{% if number %}{{ number }}{% else %}〔　　　〕　　号{% endif %}"
_ROW = "{{ no }}"
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed stamp: the same template makes the same file
_TEXT_WIDTH, _WIDE_TEXT_WIDTH = 158, 261
"""Millimetres between the margins."""


def word_template(layout: Layout) -> bytes:
    """A layout as a Word file with its tags; equal layouts make equal files."""
    document = Document()
    _set_up(document, layout)
    _head(document, layout)
    for block in layout.blocks:
        if block.when:
            _tag_line(document, f"{{%p if {block.when} %}}")
        _add(document, block, _WIDE_TEXT_WIDTH if layout.wide else _TEXT_WIDTH)
        if block.when:
            _tag_line(document, "{%p endif %}")
    _footer(document)
    _name_stand_ins(document)
    buffer = BytesIO()
    document.save(buffer)
    return _without_times(buffer.getvalue())


def _set_up(document: Any, layout: Layout) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(27), Mm(25)
    section.top_margin, section.bottom_margin = Mm(32), Mm(28)
    if layout.wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin = section.right_margin = Mm(18)
        section.top_margin = section.bottom_margin = Mm(20)
    normal = document.styles["Normal"]
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.4
    _font(normal, BODY_FONT, 16)
    core = document.core_properties
    core.author, core.title, core.comments = "", layout.title, ""
    core.created = core.modified = _MADE


def _font(of: Any, name: str, size: float) -> None:
    of.font.name = name
    of.font.size = Pt(size)
    properties = of.element.get_or_add_rPr() if hasattr(of.element, "get_or_add_rPr") else of._element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _paragraph(of: Any, text: str, *, font: str = BODY_FONT, size: float = 16, bold: bool = False) -> Any:
    paragraph = of.add_paragraph()
    if text:
        run = paragraph.add_run(text)
        _font(run, font, size)
        run.bold = bold
    return paragraph


def _tag_line(document: Any, tag: str) -> None:
    _paragraph(document, tag, size=10)


def _head(document: Any, layout: Layout) -> None:
    if layout.red:
        head = _paragraph(document, "{{ issuer }}", font=HEAD_FONT, size=30)
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        head.runs[0].font.color.rgb = _RED
        line = _paragraph(document, _NUMBER if layout.numbered else "", size=14)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.space_after = Pt(18)
        _red_line(line)
    _title(document, layout.title)
    if layout.numbered and not layout.red:
        number = _paragraph(document, _NUMBER, size=12)
        number.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _title(document: Any, title: str) -> None:
    paragraph = _paragraph(document, title, font=HEAD_FONT, size=22)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(6), Pt(16)


def _red_line(paragraph: Any) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "C00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _add(document: Any, block: Block, width: float) -> None:
    match block:
        case Text():
            if block.each:
                _tag_line(document, f"{{%p for item in {block.each} %}}")
            _text(document, block.text.replace(_ROW, "{{ loop.index }}"), block.style)
            if block.each:
                _tag_line(document, "{%p endfor %}")
        case Form():
            _form(document, block, width)
        case Table():
            _table(document, block, width)
        case Signatures():
            _signatures(document, block.labels, width)
        case Ending():
            _ending(document, block)
        case Image():
            _paragraph(document, f"{{{{ {block.tag} }}}}").alignment = WD_ALIGN_PARAGRAPH.CENTER
        case NewPage():
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            _title(document, block.title)


def _text(document: Any, text: str, style: Style) -> None:
    match style:
        case Style.BODY:
            _paragraph(document, text).paragraph_format.first_line_indent = Pt(32)
        case Style.PLAIN:
            _paragraph(document, text)
        case Style.CENTRE:
            _paragraph(document, text).alignment = WD_ALIGN_PARAGRAPH.CENTER
        case Style.HEADING:
            paragraph = _paragraph(document, text, font=LABEL_FONT, size=15)
            paragraph.paragraph_format.space_before = Pt(10)
        case Style.NOTE:
            _paragraph(document, text, font="楷体_GB2312", size=11)


def _grid(document: Any, rows: int, widths: Sequence[float], *, ruled: bool = True) -> Any:
    table = document.add_table(rows=rows, cols=len(widths))
    if ruled:
        table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    return table


def _cell(cell: Any, text: str, *, font: str = BODY_FONT, size: float = 12, centred: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = 1.15
    if text:
        _font(paragraph.add_run(text), font, size)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _form(document: Any, form: Form, width: float) -> None:
    widest = max(len(line) for line in form.lines)
    label, value = (0.22, 0.78) if widest == 1 else (0.18 * 2 / widest, 0.32 * 2 / widest)
    table = _grid(document, len(form.lines), [width * label, width * value] * widest)
    for row, line in zip(table.rows, form.lines, strict=True):
        cells = list(row.cells)
        for index, (name, text) in enumerate(line):
            _cell(cells[2 * index], name, font=LABEL_FONT, centred=True)
            place = cells[2 * index + 1]
            if index == len(line) - 1 and len(line) < widest:
                place = place.merge(cells[-1])
            _cell(place, text)
            if name in form.tall:
                row.height = Mm(28)


def _table(document: Any, block: Table, width: float) -> None:
    if block.heading:
        _text(document, block.heading, Style.HEADING)
    whole = sum(column.width for column in block.columns)
    widths = [width * column.width / whole for column in block.columns]
    table = _grid(document, 4 + block.spare, widths)
    _repeat_heading(table.rows[0])
    for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
        _cell(cell, column.heading, font=LABEL_FONT, size=11, centred=True)
    _cell(table.rows[1].cells[0], f"{{%tr for item in {block.each} %}}", size=8)
    _items(table.rows[2].cells, block.columns)
    _cell(table.rows[3].cells[0], "{%tr endfor %}", size=8)
    for row in table.rows[4:]:
        row.height = Mm(9)


def _items(cells: Sequence[Any], columns: Sequence[Column]) -> None:
    for cell, column in zip(cells, columns, strict=True):
        _cell(cell, column.cell.replace(_ROW, "{{ loop.index }}"), size=11)


def _repeat_heading(row: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _signatures(document: Any, labels: Sequence[str], width: float) -> None:
    document.add_paragraph()
    table = _grid(document, (len(labels) + 1) // 2, [width / 2, width / 2], ruled=False)
    for index, label in enumerate(labels):
        cell = table.rows[index // 2].cells[index % 2]
        _cell(cell, f"{label}：＿＿＿＿＿＿＿＿", size=14)
        cell.paragraphs[0].paragraph_format.space_after = Pt(12)


def _ending(document: Any, block: Ending) -> None:
    body = _paragraph(document, f"{block.body}（盖章）" if block.seal else block.body)
    body.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    body.paragraph_format.space_before = Pt(40)
    body.paragraph_format.right_indent = Pt(32)
    body.paragraph_format.keep_with_next = True
    day = _paragraph(document, block.day)
    day.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    day.paragraph_format.right_indent = Pt(48)
    day.paragraph_format.space_after = Pt(30 if block.seal else 6)


def _footer(document: Any) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in ("第 ", "PAGE", " 页　共 ", "NUMPAGES", " 页"):
        run = paragraph.add_run("" if part.isupper() else part)
        _font(run, "宋体", 10.5)
        if part.isupper():
            for kind, text in (("begin", None), (None, part), ("end", None)):
                run._r.append(_field(kind, text))


def _field(kind: str | None, text: str | None) -> Any:
    if kind is None:
        instruction = OxmlElement("w:instrText")
        instruction.text = text
        return instruction
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def _name_stand_ins(document: Any) -> None:
    """Say in the file's table of fonts what may stand for the office's fonts."""
    part = next(each.target_part for each in document.part.rels.values() if each.reltype.endswith("/fontTable"))
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in _STAND_INS.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", entries.encode() + b"</w:fonts>")


def _without_times(data: bytes) -> bytes:
    """The same archive with a fixed time at each file."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return buffer.getvalue()


def write_all(folder: Path = FOLDER) -> list[Path]:
    """Write every paper's template; those of papers that are no more are removed."""
    from documents.papers.catalogue import PAPERS

    folder.mkdir(exist_ok=True)
    files = [folder / f"{key}.docx" for key, paper in PAPERS.items() if "docx" in paper.formats]
    for old in set(folder.glob("*.docx")) - set(files):
        old.unlink()
    for file in files:
        file.write_bytes(word_template(PAPERS[file.stem].layout))
    return files


if __name__ == "__main__":
    write_all()
