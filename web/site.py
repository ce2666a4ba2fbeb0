"""What the pages work with; whoever starts them hands it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases.case import TOWN_ZONE
from web.acts.counter import Counter
from web.findings import Finding

Checks = Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True)
class Site:
    """One town's pages. `ready`: the checks without which nothing works; `status`: all of them."""

    town: str
    town_name: str
    engine: AsyncEngine
    ready: Checks
    status: Checks
    demo: bool = False
    counter: Counter | None = None
    """Where acts are done; None: the pages only show."""

    def today(self) -> date:
        """The business date."""
        return datetime.now(UTC).astimezone(TOWN_ZONE).date()
