"""What is recorded when something that should follow an event could not: nobody has to look for it in a log file."""

from __future__ import annotations

from domain.cases.case import Effect, StartCase, TellCase
from domain.events import Event


class EffectRefused(Event, name="case.effect_refused"):
    """Another case refused what it was told, or could not be started. It needs a person to look at it."""

    effect: str
    other: str | None
    """Stream of the other case."""
    act: str | None
    code: str
    message: str


def effect_refused(effect: Effect, code: str, message: str) -> EffectRefused:
    """The event of a refused effect."""
    match effect:
        case (
            StartCase(kind=kind, case_id=case_id, opening=command)
            | TellCase(kind=kind, case_id=case_id, command=command)
        ):
            return EffectRefused(
                effect=effect.effect, other=f"{kind}-{case_id}", act=command.act, code=code, message=message
            )
        case _:
            return EffectRefused(effect=effect.effect, other=None, act=None, code=code, message=message)
