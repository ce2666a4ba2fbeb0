"""Lights of due dates (红黄绿灯), always with a word beside the colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.policy.document import Policy
from domain.rules.rectification import Light, lights


@dataclass(frozen=True)
class Shown:
    """A light as it is shown."""

    colour: str
    word: str


def light_of(due: date | None, today: date, *, open_: bool, policy: Policy | None = None) -> Shown:
    """The light of a case on a day, by the rule `rectification.lights`; grey where nothing is due."""
    if not open_:
        return Shown("grey", "已结")
    if due is None:
        return Shown("grey", "无期限")
    light = lights((policy or Policy()).rectification, due, today, done=False)
    days = (due - today).days
    match light:
        case Light.RED:
            return Shown("red", f"逾期 {-days} 天")
        case Light.YELLOW:
            return Shown("yellow", "今天到期" if days == 0 else f"剩 {days} 天")
        case Light.GREEN:
            return Shown("green", f"剩 {days} 天")
