"""A case folded from its stream, as far as lists and searches show it."""

from __future__ import annotations

from collections.abc import Iterable
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


def fold_case(events: Iterable[Recorded], before: CaseFold | None = None) -> CaseFold | None:
    """The case after `events` of its stream, which follow on those of `before`. None where the stream is no case's."""
    current = before
    for recorded in events:
        current = _step(current, recorded)
        if current is None:
            return None
    return current


def _step(before: CaseFold | None, recorded: Recorded) -> CaseFold | None:
    case = case_of(recorded.stream)
    if case is None:
        return None
    kind, case_id = case
    decider = GOVERNED[kind]
    state = decider.evolve(before.state if before is not None else decider.initial(), recorded)
    facts = decider.facts(state)
    day = recorded.metadata.business_time.astimezone(TOWN_ZONE).date()
    closed_on = None
    if not facts.open:
        closed_on = before.closed_on if before is not None and not before.facts.open else day
    return CaseFold(
        kind=kind,
        case_id=case_id,
        state=state,
        facts=facts,
        version=recorded.version,
        opened_on=before.opened_on if before is not None else day,
        closed_on=closed_on,
        policy_version=before.policy_version if before is not None else recorded.metadata.policy_version,
    )
