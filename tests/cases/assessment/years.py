"""Years of a town, told briefly: cycles, scores by one number a subject, publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from domain.acts import Actor, Command, Refusal
from domain.cases.assessment.commands import EnterScores, PublishRanking
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import OpenCycle, StartAssessment
from domain.policy.assessment import Method
from domain.roster.posts import Post, SubjectKind
from domain.rules.ranking import Ranking
from tests.cases.play import STAFF, Town

A, C = CaseKind.ASSESSMENT, CaseKind.CYCLE
TABLES = ("work", "party")


def village(id_: str, head: str) -> Post:
    return Post(id=id_, name=f"{id_}村", kind=SubjectKind.VILLAGE, responsible=head)


def open_year(town: Town, year: int, posts: Sequence[Post], not_assessed: Sequence[str] = ()) -> None:
    """The cycle of a year opens on its 6 January, its assessment on 1 December."""
    town.act(f"{year}-01-06", C, str(year), OpenCycle(year=year, subjects=tuple(posts), deputies=60))
    start_assessment(town, year, not_assessed)


def start_assessment(town: Town, year: int, not_assessed: Sequence[str] = ()) -> None:
    town.act(f"{year}-12-01", C, str(year), StartAssessment(not_assessed=tuple(not_assessed)))


def score(town: Town, year: int, subject: str, marks: int | Mapping[str, Any]) -> None:
    """The same mark everywhere, or by method, one number or several scorers'."""
    for table in TABLES:
        for method in Method:
            given = marks if isinstance(marks, int) else marks[method.value]
            each = tuple(given) if isinstance(given, list) else (given,)
            command = EnterScores(subject=subject, table=table, method=method, marks=each)
            town.act(f"{year}-12-10", A, str(year), command)


def publish(town: Town, year: int, marks: Mapping[str, int | Mapping[str, Any]]) -> None:
    """Scores entered on 10 December, the ranking made public on the 20th."""
    for subject, given in marks.items():
        score(town, year, subject, given)
    town.act(f"{year}-12-20", A, str(year), PublishRanking())


def finish(town: Town, year: int) -> None:
    """The publicity period and its end."""
    town.until(f"{year}-12-31")


def whole_year(
    town: Town,
    year: int,
    heads: Mapping[str, str],
    marks: Mapping[str, int | Mapping[str, Any]],
    not_assessed: Sequence[str] = (),
) -> None:
    """A year from its opening to its final ranking."""
    open_year(town, year, [village(each, head) for each, head in heads.items()], not_assessed)
    publish(town, year, {subject: given for subject, given in marks.items() if subject not in not_assessed})
    finish(town, year)


def ranking(town: Town, year: int) -> Ranking:
    """The only group's ranking."""
    (only,) = town.state(A, str(year)).rankings
    found: Ranking = only
    return found


def vetoes(town: Town, year: int) -> list[tuple[str, str, tuple[int, ...]]]:
    """The vetoes in force of a year."""
    return [(veto.person, veto.subject, veto.years) for veto in town.state(A, str(year)).vetoes]


def flags(town: Town, year: int) -> list[tuple[str, tuple[int, ...]]]:
    """The units flagged in a year."""
    return [(flag.subject, flag.years) for flag in town.state(A, str(year)).flags]


def refused(town: Town, on: str, year: int, command: Command, actor: Actor = STAFF) -> str:
    """The code with which an act is refused."""
    town.until(on)
    before = len(town.log)
    with pytest.raises(Refusal) as refusal:
        town.act(on, A, str(year), command, actor)
    assert len(town.log) == before
    return refusal.value.code
