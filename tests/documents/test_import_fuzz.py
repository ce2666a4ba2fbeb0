"""Files that nobody meant to write: each is read or refused in words, whatever is broken in it."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from documents.roster_import import Preview, import_roster, mark_faults
from documents.roster_import.extent import MAX_UNPACKED_BYTES
from tests.documents.books import CURRENT, DEPUTY_HEADING, SUBJECT_HEADING, TODAY, book

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from(["=A1", "=1/0", "d01", "示例1", "站所", "否", "#N/A", "11010519491231002X", "13800138000"]),
    st.just(datetime(2026, 3, 2, 8, 30)),  # noqa: DTZ001 - Excel knows no zones
    st.just(date(1900, 1, 1)),
    st.just(time(23, 59)),
)


def as_bytes(made: Workbook) -> bytes:
    file = BytesIO()
    made.save(file)
    return file.getvalue()


WHOLE = as_bytes(book())


def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(WHOLE)) as package:
        return {name: package.read(name) for name in package.namelist()}


PARTS = parts()


def repacked(changed: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in changed.items():
            package.writestr(name, data)
    return file.getvalue()


def judged(data: bytes) -> None:
    """Read, and given back with its faults where it has any."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "名册.xlsx"
        path.write_bytes(data)
        read = import_roster(path, CURRENT, TODAY)
        if isinstance(read, Preview):
            read.act(retire_missing=True)
            return
        assert read.faults
        assert all(fault.message for fault in read.faults)
        if any("!" in fault.path for fault in read.faults):
            mark_faults(path, read.faults, Path(folder) / "标错.xlsx")


@settings(FUZZ, max_examples=25)
@given(
    deputies=st.lists(st.lists(CELLS, max_size=7), max_size=5),
    subjects=st.lists(st.lists(CELLS, max_size=7), max_size=5),
    headings=st.permutations(DEPUTY_HEADING),
    cut=st.integers(0, 6),
)
def test_any_cells(deputies: list[Any], subjects: list[Any], headings: list[str], cut: int) -> None:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in (("代表", [headings[cut:], *deputies]), ("测评对象", [SUBJECT_HEADING, *subjects])):
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    judged(as_bytes(made))


@FUZZ
@given(at=st.integers(0, len(WHOLE) - 1), garbage=st.binary(min_size=1, max_size=40))
def test_any_broken_bytes(at: int, garbage: bytes) -> None:
    judged(WHOLE[:at] + garbage + WHOLE[at + len(garbage) :])


@FUZZ
@given(
    name=st.sampled_from(sorted(PARTS)), share=st.floats(0, 1), garbage=st.binary(max_size=40), cut=st.integers(0, 60)
)
def test_any_broken_part(name: str, share: float, garbage: bytes, cut: int) -> None:
    part = PARTS[name]
    at = int(len(part) * share)
    judged(repacked({**PARTS, name: part[:at] + garbage + part[at + cut :]}))


@FUZZ
@given(missing=st.sets(st.sampled_from(sorted(PARTS)), min_size=1, max_size=3))
def test_any_missing_part(missing: set[str]) -> None:
    judged(repacked({name: data for name, data in PARTS.items() if name not in missing}))


@pytest.mark.parametrize(
    "made",
    [
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>',
        '<row r="9"><c r="XFD&#49;048576"/></row></sheetData>',
        '</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    ],
)
def test_a_far_corner_is_refused_before_room_is_made_for_it(tmp_path: Path, made: str) -> None:
    name = "xl/worksheets/sheet1.xml"
    sheet = PARTS[name].decode().replace("</sheetData>", made, 1)
    path = tmp_path / "名册.xlsx"
    path.write_bytes(repacked({**PARTS, name: sheet.encode()}))
    assert "第 1048576 行" in str(import_roster(path, CURRENT, TODAY))


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    data = repacked({**PARTS, "xl/media/big.bin": bytes(MAX_UNPACKED_BYTES + 1)})
    size = (MAX_UNPACKED_BYTES + 1).to_bytes(4, "little")
    assert data.count(size) == 2
    path = tmp_path / "名册.xlsx"
    path.write_bytes(data.replace(size, (100).to_bytes(4, "little")))
    assert "展开后过大" in str(import_roster(path, CURRENT, TODAY))
