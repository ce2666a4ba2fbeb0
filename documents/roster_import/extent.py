"""How large a workbook really is, before anything that trusts it makes room for it.

A small file may unpack to more than its directory says, and a single cell at the far corner of a sheet makes readers
lay out every cell before it. So every part is unpacked here once, in pieces, and its places are looked at.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.parsers import expat

from openpyxl.utils.cell import range_boundaries

MAX_UNPACKED_BYTES = 200 * 2**20
"""A workbook is a zip: a small file may unpack to more than the memory holds."""
MAX_ROWS = 50_000
MAX_CELLS = 3_000_000
"""Rows times columns of a sheet, up to its last row and column."""

_PIECE = 2**20
_SPREAD = frozenset({"mergeCell", "hyperlink"})
"""Elements whose `ref` openpyxl lays out cell by cell."""


def extent_fault(path: Path) -> str | None:
    """What makes a workbook too large to be read, in Chinese; None where nothing does.

    Raises `BadZipFile`, `ExpatError` and their like for a damaged one.
    """
    unpacked = 0
    with zipfile.ZipFile(path) as package:
        for entry in package.infolist():
            entry.file_size = MAX_UNPACKED_BYTES + 1  # what the directory says is not believed
            places: _Places | None = None
            with package.open(entry) as part:
                while piece := part.read(_PIECE):
                    unpacked += len(piece)
                    if unpacked > MAX_UNPACKED_BYTES:
                        return "文件展开后过大，请只保留名册所需的工作表"
                    if places is None:
                        places = _Places(is_xml=piece.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"))
                    places.feed(piece)
            if places is not None and (fault := places.fault):
                return fault
    return None


class _Places:
    """The last row and column that a part names."""

    def __init__(self, *, is_xml: bool) -> None:
        self._rows = self._columns = 0
        self._parser = expat.ParserCreate(namespace_separator=" ") if is_xml else None
        if self._parser is not None:
            self._parser.StartElementHandler = self._started

    def feed(self, piece: bytes) -> None:
        """Look at the next piece. Raises `ExpatError`."""
        if self._parser is not None:
            self._parser.Parse(piece, False)

    @property
    def fault(self) -> str | None:
        """What is too large."""
        if self._rows > MAX_ROWS:
            return f"有工作表用到了第 {self._rows} 行，超过 {MAX_ROWS} 行，请删去多余的行（只设了格式的空行也要删）"
        if self._rows * self._columns > MAX_CELLS:
            return f"有工作表用到了第 {self._rows} 行、第 {self._columns} 列，过大，请删去多余的行和列"
        return None

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "row" and attributes.get("r", "").isdecimal():
            self._rows = max(self._rows, int(attributes["r"]))
        elif local == "c" and "r" in attributes:
            self._reach(attributes["r"])
        elif local in _SPREAD and "ref" in attributes:
            self._reach(attributes["ref"])

    def _reach(self, ref: str) -> None:
        try:
            _, _, column, row = range_boundaries(ref)
        except (TypeError, ValueError):
            return  # no place; whoever reads the cells says so
        self._rows, self._columns = max(self._rows, row or 0), max(self._columns, column or 0)
