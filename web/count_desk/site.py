"""What the count desk works with; whoever starts it hands it in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox.count_desk import CountDesk
from ballotbox.interface import BallotBox


@dataclass(frozen=True)
class DeskSite:
    """The count desk of one town. `engine` reaches the town's events, `desk` its seats, `box` the ballots."""

    town: str
    town_name: str
    engine: AsyncEngine
    desk: CountDesk
    box: BallotBox
