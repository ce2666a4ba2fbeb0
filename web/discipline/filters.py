"""Which rectifications are shown: by year, state and unit; the export takes exactly those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from web.rectifications import Row

STATES = (
    ("overdue", "逾期"),
    ("soon", "将到期"),
    ("running", "期限内"),
    ("waiting", "待送达或已报告"),
    ("closed", "已办结"),
)
_COLOURS = {"overdue": "red", "soon": "yellow", "running": "green", "waiting": "grey"}


@dataclass(frozen=True)
class Filter:
    """What the reader chose; empty fields let everything pass."""

    year: int | None = None
    state: str = ""
    unit: str = ""

    def among(self, rows: Sequence[Row]) -> list[Row]:
        """Those that pass, in their order. The year is asked of the database."""
        return [row for row in rows if self._passes(row)]

    def _passes(self, row: Row) -> bool:
        if self.unit.strip() and self.unit.strip().casefold() not in f"{row.post} {row.responsible}".casefold():
            return False
        if self.state == "closed":
            return not row.open
        colour = _COLOURS.get(self.state)
        return colour is None or (row.open and row.light.colour == colour)

    @property
    def query(self) -> str:
        """For an address, `?` included; empty for none."""
        chosen = {"year": self.year, "state": self.state, "unit": self.unit.strip()}
        words = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{words}" if words else ""

    @property
    def words(self) -> str:
        """For a title."""
        parts = [f"{self.year} 年度" if self.year else "", dict(STATES).get(self.state, ""), self.unit.strip()]
        return "，".join(part for part in parts if part)
