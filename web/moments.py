"""Moments as pages show them: in the town's time, to the minute."""

from __future__ import annotations

from datetime import datetime

from domain.cases.case import TOWN_ZONE
from web.rendering import templates


def town_time(moment: datetime) -> str:
    """A moment in the town's time."""
    return moment.astimezone(TOWN_ZONE).strftime("%Y-%m-%d %H:%M")


templates.env.filters["town_time"] = town_time
