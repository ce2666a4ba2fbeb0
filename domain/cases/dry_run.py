"""Events tried out before they are recorded: one that cannot be folded would block its case for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from domain.acts import SYSTEM
from domain.cases.case import Context, Decider, stream_of
from domain.events import Event, Metadata, Recorded

S = TypeVar("S")

_NO_ID = UUID(int=0)


class Unfoldable(RuntimeError):
    """An event that the program itself could not read again. A fault of the program; nothing was recorded."""


def try_out(decider: Decider[S], state: S, version: int, events: Sequence[Event], context: Context) -> None:
    """Do with the events all that is done once they are recorded; `version` is the first one's. Raises `Unfoldable`."""
    metadata = Metadata(actor=SYSTEM, command_id="", business_time=context.now)
    stream = stream_of(decider.kind, context.case_id)
    try:
        for number, event in enumerate(events, version):
            recorded = Recorded(
                event_id=_NO_ID, stream=stream, version=number, position=0, event=event, metadata=metadata
            )
            state = decider.evolve(state, recorded)
            decider.effects(state, recorded)
        decider.facts(state)
        decider.deadlines(state, context)
    except Exception as fault:
        raise Unfoldable(f"{type(fault).__name__}: {fault}") from fault
