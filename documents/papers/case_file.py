"""A case as its papers need it: what happened, where it stands, and the names. Read once; builders only look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, fold
from domain.cases.corrections import as_corrected
from domain.cases.registry import GOVERNED
from domain.events import Event, Recorded
from domain.policy.document import Policy
from domain.roster.state import RosterState
from projections.year_end.streaks import Streak

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Number:
    """A document number as it was given."""

    printed: str
    on: date


@dataclass(frozen=True)
class CaseFile:
    """One case with everything that its papers may say. Make it with `case_file`."""

    kind: CaseKind
    case_id: str
    town: str
    """The town's printed name."""
    state: Any
    """Of the case's own kind, corrections folded in."""
    title: str
    year: int
    events: Sequence[Recorded]
    """The case's own events as they read now; governance's and others' are in `all_events`."""
    all_events: Sequence[Recorded]
    roster: RosterState
    policy: Policy
    calendar: WorkCalendar
    today: date
    voided: bool = False
    numbers: Mapping[str, Number] = field(default_factory=dict)
    """The numbers given so far, by the paper's key."""
    words: Mapping[str, str] = field(default_factory=dict)
    """The Chinese words of events and roles, by their names; the pages have them."""
    streaks: Sequence[Streak] = ()
    """Of an assessment: the years last in a row that end with it, which other cases know."""

    def of(self, event_type: type[E]) -> list[E]:
        """What was recorded of one type, in order."""
        return [each.event for each in self.events if isinstance(each.event, event_type)]

    def last(self, event_type: type[E]) -> E | None:
        """The last of a type."""
        found = self.of(event_type)
        return found[-1] if found else None

    def person(self, key: str | None) -> str:
        """A person's name: a deputy's from the roster; of others the id is the name."""
        if not key:
            return ""
        deputy = self.roster.deputies.get(key)
        return key if deputy is None else deputy.name

    def post(self, subject: str) -> str:
        """A post's name."""
        known = self.roster.subjects.get(subject)
        return subject if known is None else known.name


def case_file(
    kind: CaseKind,
    case_id: str,
    events: Sequence[Recorded],
    *,
    town: str,
    roster: RosterState,
    policy: Policy,
    calendar: WorkCalendar,
    today: date,
    numbers: Mapping[str, Number] | None = None,
    words: Mapping[str, str] | None = None,
    streaks: Sequence[Streak] = (),
) -> CaseFile:
    """The file of a case out of its stream; `policy` is the one that the case has pinned."""
    decider = GOVERNED[kind]
    state = fold(decider, events)
    facts = decider.facts(state)
    return CaseFile(
        kind=kind,
        case_id=case_id,
        town=town,
        state=state.inner,
        title=facts.title,
        year=facts.year,
        events=[as_corrected(each, state.corrections) for each in state.recorded],
        all_events=events,
        roster=roster,
        policy=policy,
        calendar=calendar,
        today=today,
        voided=state.voided is not None,
        numbers=numbers or {},
        words=words or {},
        streaks=streaks,
    )
