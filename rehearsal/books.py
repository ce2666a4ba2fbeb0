"""What a town has on record before its first cycle: roster, policy, calendar, last places of earlier years."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from domain.acts import Actor, Command, Role
from domain.calendar import WorkCalendar
from domain.events import Recorded
from domain.official_holidays import official_calendar
from domain.roster.book import Book
from domain.roster.books import CALENDAR, HISTORY, POLICY, ROSTER
from domain.roster.commands import AppointHead, DeclareRelative, Deputy, ImportRoster
from domain.roster.history import EnterHistory, SignHistory
from domain.roster.posts import Post
from domain.roster.standing import AdoptPolicy, LoadYearTable
from domain.rules.veto import HistoryRow
from eventstore.books import write_book
from eventstore.store import EventStore
from rehearsal.acts import TakeOffice
from rehearsal.scenario.model import Deputy as ScenarioDeputy
from rehearsal.scenario.model import Scenario

STAFF: Final = Actor(id="staff-1", role=Role.STAFF)
SECOND: Final = Actor(id="staff-2", role=Role.STAFF)
"""The other person, where two must sign or enter."""

_YEARS_AHEAD = 2
"""Due dates of the last cycle may fall into the years after it."""


def calendar_of(scenario: Scenario) -> WorkCalendar:
    """The working days that a scenario asks for."""
    if scenario.calendar == "weekends_only":
        return WorkCalendar(weekends_only=True)
    years = [cycle.year for cycle in scenario.cycles]
    return official_calendar(range(min(years), max(years) + 1 + _YEARS_AHEAD))


async def write_books(store: EventStore, town: str, scenario: Scenario, calendar: WorkCalendar, now: datetime) -> None:
    """Enter what a scenario says of a town before its first cycle. `now`: business time."""

    async def enter(book: Book[Any], command: Command, name: str, actor: Actor = STAFF) -> list[Recorded]:
        return await write_book(store, town, book, command, actor=actor, command_id=f"books:{name}", now=now)

    deputies = tuple(Deputy(id=deputy.id, name=deputy.name) for deputy in scenario.roll)
    posts = tuple(
        Post(id=each.id, name=each.name, kind=each.kind, responsible=each.responsible) for each in scenario.subjects
    )
    await enter(ROSTER, ImportRoster(deputies=deputies, subjects=posts), "roster")
    for deputy in _deputies_in_office(scenario):
        # In a scenario a person is a name, so a deputy who is a head is recognised by it and gets no ballot there.
        itself = DeclareRelative(deputy=deputy.id, person=deputy.name, relation="本人")
        await enter(ROSTER, itself, f"recusal-{deputy.id}")
    await enter(POLICY, AdoptPolicy(policy=scenario.policy), "policy")
    for table in calendar.tables:
        await enter(CALENDAR, LoadYearTable(table=table, source="official"), f"calendar-{table.year}")
    if scenario.history:
        rows = tuple(
            HistoryRow(year=place.year, subject=place.subject, person=place.responsible) for place in scenario.history
        )
        entered = await enter(HISTORY, EnterHistory(rows=rows), "history")
        await enter(HISTORY, SignHistory(version=entered[0].version), "history-signed", SECOND)


def _deputies_in_office(scenario: Scenario) -> list[ScenarioDeputy]:
    if not scenario.policy.appraisal.recusal:
        return []
    heads = {subject.responsible for subject in scenario.subjects}
    heads |= {head.responsible for cycle in scenario.cycles for head in cycle.heads}
    return [deputy for deputy in scenario.roll if deputy.name in heads]


async def write_head(store: EventStore, town: str, change: TakeOffice, now: datetime) -> None:
    """A post has another head from a day on."""
    command = AppointHead(subject=change.subject, responsible=change.responsible, from_=change.from_)
    command_id = f"books:head-{change.subject}-{change.from_}"
    await write_book(store, town, ROSTER, command, actor=STAFF, command_id=command_id, now=now)
