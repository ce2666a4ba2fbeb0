"""What the event store knows of other years: read by an activity, answered to the assessment as `judge_veto`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.cases.assessment.commands import JudgeVeto
from domain.cases.assessment.decider import AssessmentDecider
from domain.cases.assessment.events import Opened as AssessmentOpened
from domain.cases.assessment.state import AssessmentState
from domain.cases.case import fold
from domain.cases.corrections import as_corrected
from domain.cases.cycle.events import HeadChanged
from domain.cases.cycle.events import Opened as CycleOpened
from domain.cases.governance import Governed, GovernedState
from domain.cases.governance_events import Corrected, Voided
from domain.events import Recorded
from domain.roster.book import read
from domain.roster.events import HeadAppointed, RosterEntryUndone
from domain.roster.history import History
from domain.rules.tenure import HeadChange, Tenure, tenures_of

Stream = Sequence[Recorded]
_ASSESSMENT: Governed[AssessmentState] = Governed(AssessmentDecider())


def recall(
    year: int,
    *,
    assessments: Iterable[Stream],
    cycles: Iterable[Stream],
    roster: Stream = (),
    history: Stream = (),
) -> JudgeVeto:
    """The other years as the assessment of `year` needs them.

    `assessments` and `cycles` are all streams of those kinds in the town (its own among them), `roster` and `history`
    the streams of those names. A year whose case was voided was never assessed.
    """
    streams = [stream for stream in assessments if stream]
    states = [_read(stream) for stream in streams]
    others = [state for state in states if state is not None and state.year != year]
    return JudgeVeto(
        records=tuple(sorted((each.record() for each in others if each.settled), key=lambda record: record.year)),
        tenures=tenures_known([*cycles, *streams, roster]),
        history=read(History(), history).rows,
        unsettled=tuple(sorted(each.year for each in others if not each.settled and each.year < year)),
        later=tuple(sorted(each.year for each in others if each.year > year)),
    )


def _read(stream: Stream) -> AssessmentState | None:
    state: GovernedState[AssessmentState] = fold(_ASSESSMENT, stream)
    return None if state.voided is not None else state.inner


@dataclass(frozen=True)
class _Said:
    """At a point of the log: who holds a post as of a day (None: from ever), or who was named as its head on a day."""

    position: int
    subject: str
    person: str
    day: date | None

    @property
    def since(self) -> date:
        return self.day or date.min


def tenures_known(streams: Iterable[Stream]) -> tuple[Tenure, ...]:
    """Who held which post: by the roster, by changes that cycles recorded, and by whom cases named when opened.

    A name counts only where no change says otherwise: for a post whose first head nobody entered, he held it from ever;
    where the last change known when the case was opened gives another head, he took over by that day.
    """
    changes: list[_Said] = []
    named: list[_Said] = []
    for recorded in (each for stream in streams for each in _as_corrected(stream)):
        match recorded.event:
            case HeadChanged() as event:
                changes.append(_Said(recorded.position, event.subject, event.responsible, event.from_))
            case HeadAppointed() as event:
                changes.append(_Said(recorded.position, event.subject, event.responsible, event.since))
            case CycleOpened() | AssessmentOpened() as event:
                named += [_Said(recorded.position, post.id, post.responsible, event.on) for post in event.subjects]
            case _:
                pass
    changes.sort(key=lambda said: said.position)
    for said in sorted(named, key=lambda said: (said.since, said.position)):
        known = _in_force(changes, said)
        if known is None:
            changes.insert(0, _Said(said.position, said.subject, said.person, None))
        elif known.person != said.person and known.position < said.position:
            changes.append(said)
    return tenures_of(HeadChange(subject=each.subject, person=each.person, since=each.day) for each in changes)


def _in_force(changes: Sequence[_Said], said: _Said) -> _Said | None:
    """The change that says who held the post on the day for which somebody was named."""
    earlier = [each for each in changes if each.subject == said.subject and each.since <= said.since]
    return max(earlier, key=lambda each: (each.since, each.position), default=None)


def _as_corrected(stream: Stream) -> list[Recorded]:
    if any(isinstance(recorded.event, Voided) for recorded in stream):
        return []  # opened by mistake: what it said of heads counts as little as the rest
    undone = {recorded.event.entry for recorded in stream if isinstance(recorded.event, RosterEntryUndone)}
    if undone:
        stream = [recorded for recorded in stream if recorded.metadata.command_id not in undone]
    corrections = [recorded.event.changes for recorded in stream if isinstance(recorded.event, Corrected)]
    return [as_corrected(recorded, corrections[-1]) for recorded in stream] if corrections else list(stream)
