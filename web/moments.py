"""Moments and addressees as pages show them."""

from __future__ import annotations

from datetime import datetime

from domain.cases.case import TOWN_ZONE
from notices.words import to_whom
from web.rendering import templates


def town_time(moment: datetime) -> str:
    """A moment in the town's time."""
    return moment.astimezone(TOWN_ZONE).strftime("%Y-%m-%d %H:%M")


templates.env.filters["town_time"] = town_time
templates.env.filters["role_list"] = to_whom
