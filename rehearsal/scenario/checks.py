"""How the parts of a scenario must fit together. Each check yields its faults; none stops another."""

from __future__ import annotations

from collections.abc import Iterator

from domain.yaml_lines import Path
from rehearsal.scenario.findings import Finding, Known, not_before, repeated
from rehearsal.scenario.model import Cycle, Scenario
from rehearsal.scenario.proposal_checks import check_proposal
from rehearsal.scenario.report_checks import check_duty_report
from rehearsal.scenario.year_end_checks import check_year_end

__all__ = ["Finding", "Known", "check"]


def check(scenario: Scenario, known: Known) -> Iterator[Finding]:
    """Every fault of a scenario whose parts are well-formed."""
    yield from repeated(("subjects",), "id", (subject.id for subject in scenario.subjects), "对象 id ")
    if not scenario.cycles:
        yield Finding(("cycles",), "至少要有一个周期")
    if isinstance(scenario.deputies, tuple):
        if not scenario.deputies:
            yield Finding(("deputies",), "至少要有一名代表")
        yield from repeated(("deputies",), "id", (deputy.id for deputy in scenario.deputies), "代表 id ")
    yield from _history(scenario, known)
    yield from _order_of_years(scenario)
    for index, cycle in enumerate(scenario.cycles):
        yield from _cycle(("cycles", index), cycle, scenario, known)


def _history(scenario: Scenario, known: Known) -> Iterator[Finding]:
    first = min((cycle.year for cycle in scenario.cycles), default=None)
    for index, place in enumerate(scenario.history):
        path: Path = ("history", index)
        yield from known.refuse_subject((*path, "subject"), place.subject)
        if first is not None and place.year >= first:
            yield Finding((*path, "year"), f"历史年度 {place.year} 应早于第一个周期（{first} 年）")
    yield from repeated(
        ("history",), "subject", ((each.year, each.subject) for each in scenario.history), "同一年同一对象的末位记录"
    )


def _order_of_years(scenario: Scenario) -> Iterator[Finding]:
    cycles = scenario.cycles
    for index in range(1, len(cycles)):
        before, after = cycles[index - 1], cycles[index]
        if after.year <= before.year:
            yield Finding(("cycles", index, "year"), f"年度 {after.year} 应在上一个周期（{before.year} 年）之后")
        elif after.year_end is not None and before.year_end is not None and after.year_end.date <= before.year_end.date:
            path: Path = ("cycles", index, "year_end", "date")
            yield Finding(
                path, f"年终考核公布日 {after.year_end.date} 应在上一年度公布日（{before.year_end.date}）之后"
            )


def _cycle(path: Path, cycle: Cycle, scenario: Scenario, known: Known) -> Iterator[Finding]:
    if cycle.opens.year != cycle.year:
        yield Finding((*path, "opens"), f"启动日 {cycle.opens} 不在 {cycle.year} 年内")
    for index, head in enumerate(cycle.heads):
        yield from known.refuse_subject((*path, "heads", index, "subject"), head.subject)
    yield from repeated(
        (*path, "heads"),
        "from",
        ((head.subject, str(head.from_)) for head in cycle.heads),
        "同一对象同一天的负责人变动",
    )
    yield from repeated((*path, "proposals"), "id", (proposal.id for proposal in cycle.proposals), "议案 id ")
    for index, proposal in enumerate(cycle.proposals):
        place = (*path, "proposals", index)
        yield from not_before((*place, "date"), proposal.date, cycle.opens, "本周期启动日")
        yield from check_proposal(place, proposal, scenario.deputy_count)
    yield from repeated(
        (*path, "duty_reports"), "subject", (each.subject for each in cycle.duty_reports), "本年度的述职对象"
    )
    for index, report in enumerate(cycle.duty_reports):
        place = (*path, "duty_reports", index)
        yield from known.refuse_subject((*place, "subject"), report.subject)
        yield from not_before((*place, "report_on"), report.report_on, cycle.opens, "本周期启动日")
        yield from check_duty_report(place, report, scenario.policy.appraisal, scenario.deputy_count, cycle.opens)
    if cycle.year_end is not None:
        place = (*path, "year_end")
        yield from not_before((*place, "date"), cycle.year_end.date, cycle.opens, "本周期启动日")
        yield from check_year_end(place, cycle.year_end, scenario.policy.assessment, known)
