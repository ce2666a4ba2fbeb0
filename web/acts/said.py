"""What an act would do, in Chinese."""

from __future__ import annotations

from typing import NamedTuple

from domain.cases.case import TOWN_ZONE
from web.acts.counter import Foreseen
from web.words import KINDS, act_word, event_word, pairs_of, stage_word


class Said(NamedTuple):
    """Lines for the page before an act is confirmed."""

    events: list[tuple[str, list[tuple[str, str]]]]
    """What will be recorded, with its fields."""
    follows: list[str]
    """What follows from it."""


def foreseen_words(foreseen: Foreseen) -> Said:
    """The lines of what an act would do."""
    events = [(event_word(event.type_name), pairs_of(event.body())) for event in foreseen.events]
    follows: list[str] = []
    before, after = stage_word(foreseen.before.stage), stage_word(foreseen.after.stage)
    follows.append(f"本案仍在“{after}”" if before == after else f"本案由“{before}”转入“{after}”")
    if foreseen.after.due is not None and foreseen.after.due != foreseen.before.due:
        follows.append(f"下一个期限是 {foreseen.after.due.isoformat()}")
    if foreseen.before.open and not foreseen.after.open:
        follows.append("本案办结")
    follows += [f"立案：{KINDS[effect.kind]} {effect.case_id}" for effect in foreseen.started]
    follows += [
        f"告知：{KINDS[effect.kind]} {effect.case_id}（{act_word(effect.command.act)}）" for effect in foreseen.told
    ]
    if foreseen.deadlines:
        first = min(foreseen.deadlines, key=lambda deadline: deadline.at)
        follows.append(
            f"系统将自动跟踪 {len(foreseen.deadlines)} 个时点，最近在 {first.at.astimezone(TOWN_ZONE):%Y-%m-%d}"
        )
    return Said(events, follows)
