"""A case folded from its stream, as far as lists and searches show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.cases.case import TOWN_ZONE, CaseFacts, CaseKind
from domain.cases.registry import GOVERNED
from domain.events import Recorded

_KINDS = {kind.value: kind for kind in GOVERNED}


@dataclass(frozen=True)
class CaseFold:
    """A case after some events."""

    kind: CaseKind
    case_id: str
    state: Any
    """The decider's own state."""
    facts: CaseFacts
    version: int
    opened_on: date
    closed_on: date | None
    policy_version: str
    """The policy that the case was opened under."""


def case_of(stream: str) -> tuple[CaseKind, str] | None:
    """Kind and id of the case that a stream belongs to; None for streams without a process, such as the roster's."""
    kind, separator, case_id = stream.partition("-")
    known = _KINDS.get(kind)
    return (known, case_id) if known is not None and separator else None


def fold_case(events: Sequence[Recorded], before: CaseFold | None = None) -> CaseFold | None:
    """The case after `events` of its stream, which follow on those of `before`. None where the stream is no case's."""
    case = case_of(events[0].stream) if events else None
    if case is None:
        return before
    kind, case_id = case
    decider = GOVERNED[kind]
    state = before.state if before is not None else decider.initial()
    states = []
    for recorded in events:
        state = decider.evolve(state, recorded)
        states.append(state)
    facts = decider.facts(state)
    closed_on = None
    if not facts.open:
        # The facts of the states between are asked for only here: they cost as much as the states themselves.
        closed = len(events) - 1
        while closed > 0 and not decider.facts(states[closed - 1]).open:
            closed -= 1
        closed_on = _day(events[closed])
        if closed == 0 and before is not None and not before.facts.open:
            closed_on = before.closed_on
    return CaseFold(
        kind=kind,
        case_id=case_id,
        state=state,
        facts=facts,
        version=events[-1].version,
        opened_on=before.opened_on if before is not None else _day(events[0]),
        closed_on=closed_on,
        policy_version=before.policy_version if before is not None else events[0].metadata.policy_version,
    )


def _day(recorded: Recorded) -> date:
    """The town's day on which it was done."""
    return recorded.metadata.business_time.astimezone(TOWN_ZONE).date()
