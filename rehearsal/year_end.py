"""What a scenario's year-end assessment says is done, as acts of the cases, in order. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from domain.acts import Command
from domain.cases.assessment.commands import (
    DecideLast,
    DecideObjection,
    EnterBonus,
    EnterDeduction,
    EnterScores,
    PublishRanking,
    RaiseObjection,
)
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import StartAssessment
from domain.policy.assessment import Groups, Method
from rehearsal.acts import CaseAct, Together
from rehearsal.scenario.model import Cycle, MethodMarks, Scenario, SubjectScores, YearEnd
from rehearsal.scripts import Dated

ANNULLING = "annulling"
"""Id of the objection by which a scenario's year is annulled."""


def year_end_script(scenario: Scenario, cycle: Cycle, year_end: YearEnd) -> Iterator[Dated]:
    """The assessment is started, scored and made public on one day, and decided by hand where that is said."""
    year, day = str(cycle.year), year_end.date
    started = StartAssessment(not_assessed=year_end.not_assessed)
    yield Dated(day, CaseAct(CaseKind.CYCLE, year, started))
    scores = [
        CaseAct(CaseKind.ASSESSMENT, year, command)
        for subject in (each.id for each in scenario.subjects)
        if subject in year_end.scores and subject not in year_end.not_assessed
        for command in _scores(subject, year_end.scores[subject])
    ]
    if scores:
        yield Dated(day, Together(tuple(scores)))
    yield Dated(day, CaseAct(CaseKind.ASSESSMENT, year, PublishRanking()))
    for group, subjects in _by_group(scenario, year_end.decide_last).items():
        decided = DecideLast(group=group, subjects=subjects, reason="演练")
        yield Dated(day, CaseAct(CaseKind.ASSESSMENT, year, decided))
    if year_end.annulled:
        for command in _annulment(scenario):
            yield Dated(day, CaseAct(CaseKind.ASSESSMENT, year, command))


def _scores(subject: str, scores: SubjectScores) -> Iterator[Command]:
    for table, marks in scores.tables.items():
        for method in Method:
            yield EnterScores(subject=subject, table=table, method=method, marks=_of(marks, method))
    if scores.bonus:
        yield EnterBonus(subject=subject, points=scores.bonus, reason="加分")
    for deduction in scores.deductions:
        yield EnterDeduction(subject=subject, table=deduction.table, points=deduction.points, reason=deduction.reason)


def _of(marks: MethodMarks, method: Method) -> tuple[Fraction, ...]:
    match method:
        case Method.REPORTS:
            return marks.reports
        case Method.DOCUMENTS:
            return marks.documents
        case Method.SITE:
            return marks.site
        case Method.OPINION:
            return marks.opinion


def _by_group(scenario: Scenario, subjects: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The subjects to be last, by the group that they are ranked in."""
    groups: dict[str, tuple[str, ...]] = {}
    for subject in subjects:
        alone = scenario.policy.assessment.groups is Groups.BY_KIND
        group = scenario.subject(subject).kind.value if alone else Groups.ALL.value
        groups[group] = (*groups.get(group, ()), subject)
    return groups


def _annulment(scenario: Scenario) -> Iterator[Command]:
    subject = scenario.subjects[0].id
    yield RaiseObjection(objection_id=ANNULLING, subject=subject, text="对考核结果有异议")
    yield DecideObjection(objection_id=ANNULLING, upheld=True, reason="异议成立，本年度考核结果不作数", annul=True)
