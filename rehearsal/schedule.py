"""A scenario as one ordered list of rounds of acts. Pure.

Within a day: heads at 00:00, acts at 12:00 in the order of the file. A poll waits until every case of the day that is
part of it has come to it; what follows the poll in those cases comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from domain.cases.case import TOWN_ZONE, start_of
from rehearsal.acts import Act, HoldPoll, Lane, OpenYear, Round, Seat, TakeOffice
from rehearsal.scenario.model import Cycle, Scenario
from rehearsal.scripts import Ballot, Dated, proposal_script, report_script
from rehearsal.year_end import year_end_script

NOON = time(12, 0)


@dataclass(frozen=True)
class _Script:
    """What is done in one case (and what follows from it), in order; `year` of its cycle."""

    year: int
    steps: Sequence[Dated]


def schedule(scenario: Scenario) -> list[Round]:
    """Every act of a scenario, in order."""
    scripts = [script for cycle in scenario.cycles for script in _scripts(scenario, cycle)]
    rounds = [*_heads(scenario), *_openings(scenario)]
    polls = _PollIds()
    for day in sorted({step.day for script in scripts for step in script.steps}):
        rounds += _day(day, scripts, polls)
    return sorted(rounds, key=lambda each: each.at)  # stable: openings stay before the acts of their day


def noon(day: date) -> datetime:
    """When the acts of a day are done."""
    return datetime.combine(day, NOON, TOWN_ZONE)


def _scripts(scenario: Scenario, cycle: Cycle) -> Iterator[_Script]:
    for proposal in cycle.proposals:
        yield _Script(cycle.year, tuple(proposal_script(cycle, proposal)))
    for report in cycle.duty_reports:
        yield _Script(cycle.year, tuple(report_script(cycle, report)))
    if cycle.year_end is not None:
        yield _Script(cycle.year, tuple(year_end_script(scenario, cycle, cycle.year_end)))


def _heads(scenario: Scenario) -> list[Round]:
    changes = [head for cycle in scenario.cycles for head in cycle.heads]
    days = sorted({head.from_ for head in changes})
    return [
        Round(
            start_of(day),
            tuple((TakeOffice(head.subject, head.responsible, head.from_),) for head in changes if head.from_ == day),
        )
        for day in days
    ]


def _openings(scenario: Scenario) -> list[Round]:
    return [Round(noon(cycle.opens), ((OpenYear(cycle.year),),)) for cycle in scenario.cycles]


class _PollIds:
    """Names polls `2025-06-20`, a second one of a day in the same cycle `2025-06-20-2`."""

    def __init__(self) -> None:
        self._made: set[tuple[int, str]] = set()

    def next(self, year: int, day: date) -> str:
        name, number = day.isoformat(), 1
        while (year, name) in self._made:
            number += 1
            name = f"{day.isoformat()}-{number}"
        self._made.add((year, name))
        return name


def _day(day: date, scripts: Sequence[_Script], polls: _PollIds) -> Iterator[Round]:
    waiting = [
        (script.year, [step.act for step in script.steps if step.day == day])
        for script in scripts
        if any(step.day == day for step in script.steps)
    ]
    while waiting:
        lanes: list[Lane] = []
        for _, acts in waiting:
            lane: list[Act] = []
            while acts and not isinstance(acts[0], Ballot):
                act = acts.pop(0)
                assert not isinstance(act, Ballot)
                lane.append(act)
            if lane:
                lanes.append(tuple(lane))
        if lanes:
            yield Round(noon(day), tuple(lanes))
        waiting = [(year, acts) for year, acts in waiting if acts]
        if waiting:
            yield Round(noon(day), ((_poll(day, waiting, polls),),))


def _poll(day: date, waiting: list[tuple[int, list[Act | Ballot]]], polls: _PollIds) -> HoldPoll:
    """The next poll of the day: the first one in the file, with every other that is the same poll."""
    first_year, first_acts = waiting[0]
    first = first_acts[0]
    assert isinstance(first, Ballot)
    seats: list[Seat] = []
    for year, acts in waiting:
        ballot = acts[0]
        assert isinstance(ballot, Ballot)  # all else of the day was taken before
        if year == first_year and ballot.meeting == first.meeting:
            seats.append(ballot.seat)
            acts.pop(0)
    return HoldPoll(first_year, polls.next(first_year, day), tuple(seats))
