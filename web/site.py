"""What the pages work with; whoever starts them hands it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox.interface import BallotBox
from ballotbox.phone_path import Offices
from ballotbox.polls import PollKey
from domain.cases.case import TOWN_ZONE
from notices.routing import Routes
from web.acts.counter import Counter
from web.findings import Finding

Checks = Callable[[], Awaitable[Sequence[Finding]]]
HallLink = Callable[[PollKey], Awaitable[str | None]]
"""The address that phones open, the same for all; None where a poll has none (paper, not yet open, over)."""


async def no_hall_link(poll: PollKey) -> str | None:
    """For an installation without phones."""
    del poll
    return None


@dataclass
class Site:
    """One town's pages. `ready`: the checks without which nothing works; `status`: all of them."""

    town: str
    town_name: str
    """As it is printed. The only thing that changes while the pages run: staff may enter it (`web.setup`)."""
    engine: AsyncEngine
    ready: Checks
    status: Checks
    demo: bool = False
    counter: Counter | None = None
    """Where acts are done; None: the pages only show."""
    box: BallotBox | None = None
    """Asked how far a poll is; None: polls have no live view."""
    hall_link: HallLink = no_hall_link
    offices: Offices | None = None
    """The parties of the secret ballot; None: no scrutineers' pages."""
    count_desk: str = ""
    """The count desk's address, as those who sit at it open it; empty: there is none."""
    routes: Routes = field(default_factory=Routes)
    """Where reminders go beside the in-box."""
    log_keys: Sequence[Any] = ()
    """Public keys (`transparency`) by which the log's checkpoints are believed; none: signatures are not checked."""

    papers: Path | None = None
    """Where the town's own Word templates lie; None: the pages can keep none."""

    def today(self) -> date:
        """The business date."""
        return datetime.now(UTC).astimezone(TOWN_ZONE).date()
