"""Word papers: a template, shipped or the town's own, filled with facts; and what is wrong with a template."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from documents.papers.facts import Facts, Picture, Tag, as_values
from documents.papers.render import PaperFault
from documents.papers.tags import faults_of, word_environment

if TYPE_CHECKING:
    from docxtpl import DocxTemplate  # type: ignore[import-untyped]

LARGEST = 2_000_000
"""Bytes of a template that is taken."""
_LARGEST_UNPACKED = 30_000_000
_PICTURE_MM = 155
_DAMAGED = (
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the libraries raise on a damaged file. lxml's error is a `SyntaxError`."""
_TITLES = ("author", "comments", "identifier", "language", "subject", "title")
"""The properties of a file that docxtpl fills as it fills the text."""
_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def fill_word(template: Path, facts: Facts) -> bytes:
    """The Word file. Raises `PaperFault` where template and facts do not fit."""
    from docx.opc.exceptions import PackageNotFoundError
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage
    from jinja2 import TemplateError

    try:
        document = DocxTemplate(template)
        values: dict[str, Any] = as_values(facts)
        for name, value in values.items():
            if isinstance(value, Picture):
                values[name] = InlineImage(document, BytesIO(value.png), width=Mm(_PICTURE_MM))
        document.render(values, word_environment(), autoescape=True)
        buffer = BytesIO()
        document.save(buffer)
    except (
        TemplateError,
        PackageNotFoundError,
        zipfile.BadZipFile,
        zlib.error,
        SyntaxError,
        KeyError,
        ValueError,
    ) as error:
        raise PaperFault(template.name, str(error)) from error
    return buffer.getvalue()


def template_faults(data: bytes, tags: tuple[Tag, ...]) -> list[str]:
    """What is wrong with a Word template, each in Chinese; nothing when it can be used."""
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate

    if len(data) > LARGEST:
        return [f"文件超过 {LARGEST // 1_000_000} MB，请压缩其中的图片"]
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_UNPACKED:
                return ["文件解开后过大，请换一份"]
        document = DocxTemplate(BytesIO(data))
        return [fault for source in _sources(document) for fault in faults_of(source, tags)]
    except (PackageNotFoundError, *_DAMAGED) as error:
        return [f"不是能读的 Word 文件（.docx）：{type(error).__name__}"]


def _sources(document: DocxTemplate) -> Iterator[str]:
    """The texts of a template in which tags may stand: body, headers, footers, properties, footnotes."""
    document.init_docx()
    yield document.patch_xml(document.get_xml())
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(uri):
            yield document.patch_xml(document.get_part_xml(part))
    yield from (getattr(document.docx.core_properties, name) for name in _TITLES)
    for part in document.docx.part.package.iter_parts():
        if part.content_type == _FOOTNOTES:
            yield document.patch_xml(part.blob.decode())
