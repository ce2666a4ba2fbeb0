"""What a deputy's home shows: what awaits them, what came of what they said, and the year's public results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.cases.appraisal.events import (
    AnswerRated,
    CommitmentMade,
    CommitmentMarked,
    ImplementationChecked,
    OpinionItemised,
    QuestionAnswered,
    QuestionRaised,
    ReportSubmitted,
)
from domain.cases.case import CaseKind, fold, stream_of
from domain.cases.poll.state import PollState
from domain.cases.proposal.state import ProposalState
from domain.cases.registry import GOVERNED
from domain.events import Recorded
from domain.rules.verdict import Verdict
from eventstore.database import in_town
from eventstore.reader import last_position, read_streams
from web.accounts.concern import Concern
from web.reading import CaseRow, read_cases
from web.site import Site
from web.words import stage_word

_ASKED = frozenset({"questions", "filing", "implementation", "ready"})
"""The stages of an appraisal in which there is a report to read."""


@dataclass
class Question:
    """A question of the deputy's, with what came of it."""

    case: CaseRow
    key: str
    text: str
    on: date
    answer: str = ""
    measure: str = ""
    due: date | None = None
    kept: bool | None = None
    rating: str = ""

    @property
    def settled(self) -> bool:
        """Whether there is something to rate."""
        return bool(self.answer or self.measure)

    @property
    def awaits_rating(self) -> bool:
        """Whether it was answered and is not rated yet, in a case that still goes on."""
        return self.settled and not self.rating and self.case.open


@dataclass(frozen=True)
class Report:
    """A duty report that may be read, and asked about."""

    case: CaseRow
    on: date
    command_id: str
    """Of the act that handed it in, whose scan it has."""
    asks: bool
    """Whether questions are still taken."""


@dataclass(frozen=True)
class Opinion:
    """An itemised opinion and what was found of its implementation."""

    case: CaseRow
    text: str
    satisfied: bool | None


@dataclass
class Home:
    """Everything on the page."""

    polls: list[CaseRow] = field(default_factory=list)
    counted: list[CaseRow] = field(default_factory=list)
    """Polls whose count may still be objected to."""
    rankings: list[CaseRow] = field(default_factory=list)
    """Assessments whose ranking is public and may be objected to."""
    proposals: list[CaseRow] = field(default_factory=list)
    decided: list[CaseRow] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    results: list[tuple[CaseRow, Verdict]] = field(default_factory=list)

    @property
    def to_rate(self) -> list[Question]:
        """Questions with an answer that is not rated yet."""
        return [question for question in self.questions if question.awaits_rating]

    @property
    def quiet(self) -> bool:
        """Whether nothing awaits them."""
        return not (self.polls or self.proposals or self.reports or self.to_rate or self.rankings)


async def read_home(site: Site, concern: Concern, year: int) -> Home:
    """A deputy's home in a year."""
    rows = concern.among(await read_cases(site.engine, site.town, year=year))
    logs = await read_logs(site, [row for row in rows if row.kind in (CaseKind.APPRAISAL, CaseKind.POLL)])
    home = Home()
    for row in rows:
        events = logs.get(stream_of(row.kind, row.case_id), [])
        match row.kind:
            case CaseKind.POLL:
                _poll(home, row, events)
            case CaseKind.PROPOSAL:
                (home.proposals if row.stage == "deputies" else home.decided).append(row)
            case CaseKind.APPRAISAL:
                _appraisal(home, row, events, concern.person)
            case CaseKind.ASSESSMENT if row.stage == "publicity":
                home.rankings.append(row)
    home.questions.sort(key=lambda question: question.on, reverse=True)
    return home


async def read_logs(site: Site, rows: Sequence[CaseRow]) -> Mapping[str, list[Recorded]]:
    """The logs of many cases, in one query."""
    if not rows:
        return {}
    streams = [stream_of(row.kind, row.case_id) for row in rows]
    async with in_town(site.engine, site.town) as connection:
        upto = await last_position(connection, site.town)
        return await read_streams(connection, site.town, streams, upto=upto)


def proposal_of(events: Sequence[Recorded]) -> ProposalState:
    """A proposal as it stands."""
    state: ProposalState = fold(GOVERNED[CaseKind.PROPOSAL], events).inner
    return state


def _poll(home: Home, row: CaseRow, events: Sequence[Recorded]) -> None:
    if row.open:
        home.polls.append(row)
        return
    state: PollState = fold(GOVERNED[CaseKind.POLL], events).inner
    if row.stage == "counted" and state.destroyed_on is None:
        home.counted.append(row)


def _appraisal(home: Home, row: CaseRow, events: Sequence[Recorded], person: str) -> None:
    state = fold(GOVERNED[CaseKind.APPRAISAL], events).inner
    for recorded in events:
        if isinstance(recorded.event, ReportSubmitted) and row.stage in _ASKED:
            asks = state.filed_on is None and state.poll_id is None and not state.decided
            home.reports.append(Report(row, recorded.event.on, recorded.metadata.command_id, asks))
    home.questions += questions_of(row, events, person)
    home.opinions += _opinions(row, events)
    if state.decided and state.verdict is not None:
        home.results.append((row, state.verdict))


def questions_of(row: CaseRow, events: Sequence[Recorded], person: str) -> list[Question]:
    """The questions that somebody asked in a case, with what came of each."""
    mine: dict[str, Question] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, QuestionRaised):
            if event.deputy == person:
                mine[event.question_id] = Question(row, event.question_id, event.text, event.on)
        elif isinstance(event, QuestionAnswered | CommitmentMade | CommitmentMarked | AnswerRated):
            question = mine.get(event.question_id)
            if question is not None:
                _settle(question, event)
    return list(mine.values())


def _settle(question: Question, event: QuestionAnswered | CommitmentMade | CommitmentMarked | AnswerRated) -> None:
    match event:
        case QuestionAnswered():
            question.answer = event.text or "已当面答复"
        case CommitmentMade():
            question.measure, question.due = f"{event.measure}（{event.owner}）", event.due
        case CommitmentMarked():
            question.kept = event.kept
        case AnswerRated():
            question.rating = event.rating.value


def _opinions(row: CaseRow, events: Sequence[Recorded]) -> list[Opinion]:
    found: dict[str, Opinion] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, OpinionItemised):
            found[event.opinion_id] = Opinion(row, event.text or event.opinion_id, None)
        elif isinstance(event, ImplementationChecked) and event.opinion_id in found:
            found[event.opinion_id] = Opinion(row, found[event.opinion_id].text, event.satisfied)
    return list(found.values())


def case_words(row: CaseRow) -> str:
    """Where a case stands, in Chinese."""
    return stage_word(row.stage if row.open else row.outcome or row.stage)
