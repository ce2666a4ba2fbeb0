"""An uploaded roster as `documents.roster_import` reads it: off the event loop, one file at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from domain.faults import Fault, Invalid
from domain.roster.state import RosterState

if TYPE_CHECKING:
    from documents.roster_import import Preview
    from documents.roster_import.columns import SheetSpec

MAX_BYTES = 20 * 2**20
"""Of the upload; what it may unpack to, `documents.roster_import.workbook` says."""
MAX_ROWS = 10_000
"""Rows of a preview: more than any town has, and still read within seconds."""

SHEETS: Mapping[str, str] = {"both": "代表和测评对象", "deputies": "只有代表", "subjects": "只有测评对象"}

_one_at_a_time = asyncio.Semaphore(1)


async def read_file(data: bytes, sheets: str, roster: RosterState, today: date) -> Preview | Invalid:
    """What a file would change, or everything that is wrong with it, by cell."""
    async with _one_at_a_time:
        return await asyncio.to_thread(_read, data, sheets, roster, today)


async def marked_file(data: bytes, faults: Sequence[Fault]) -> bytes:
    """The file with its faults in red. Raises `Invalid` for one that cannot be opened."""
    async with _one_at_a_time:
        return await asyncio.to_thread(_mark, data, faults)


def _read(data: bytes, sheets: str, roster: RosterState, today: date) -> Preview | Invalid:
    from documents.roster_import import import_roster

    with TemporaryDirectory(prefix="jiandu-roster-") as folder:  # its owner's alone (0700)
        path = Path(folder) / "名册.xlsx"
        path.write_bytes(data)
        read = import_roster(path, roster, today, sheets=_specs(sheets))
    if isinstance(read, Invalid):
        return read
    rows = len(read.roster.deputies or ()) + len(read.roster.subjects or ())
    if rows > MAX_ROWS:
        message = f"共 {rows} 行，一次最多导入 {MAX_ROWS} 行；请核对是否选错了文件，或分几次导入"
        return Invalid([Fault(path="名册.xlsx", message=message)])
    return read


def _mark(data: bytes, faults: Sequence[Fault]) -> bytes:
    from documents.roster_import import mark_faults

    with TemporaryDirectory(prefix="jiandu-roster-") as folder:
        path, target = Path(folder) / "名册.xlsx", Path(folder) / "标错.xlsx"
        path.write_bytes(data)
        mark_faults(path, faults, target)
        return target.read_bytes()


def _specs(sheets: str) -> Sequence[SheetSpec]:
    from documents.roster_import.columns import DEPUTIES, SUBJECTS

    return {"deputies": (DEPUTIES,), "subjects": (SUBJECTS,)}.get(sheets, (DEPUTIES, SUBJECTS))
