"""The sample town's three years: the files are what the generator writes, and the rules give what they promise."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.policy.assessment import AssessmentPolicy, Method
from domain.policy.document import AppraisalPolicy
from domain.roster.posts import SubjectKind
from domain.rules.appraisal import judge
from domain.rules.assessment import SubjectScores, total
from domain.rules.counting import Attendance, ItemCount
from domain.rules.ranking import rank
from examples import full_town, scenario_yaml
from rehearsal.scenario import load_scenario
from rehearsal.scenario.polls import RevotePoll

EXAMPLES = Path(full_town.__file__).parent
TEXT = (EXAMPLES / "full-town-three-years.yaml").read_text(encoding="utf-8")
EXPECTED = json.loads((EXAMPLES / "full-town-three-years.expected.json").read_text(encoding="utf-8"))
SCENARIO = load_scenario(TEXT)
TOWN = yaml.safe_load((EXAMPLES / "town.yaml").read_text(encoding="utf-8"))


def expected_of(year: int) -> dict[str, Any]:
    """What must come of a year."""
    found: dict[str, Any] = next(cycle for cycle in EXPECTED["cycles"] if cycle["year"] == year)
    return found


def verdict_of(poll: RevotePoll) -> str:
    """What the rules say of a poll's figures."""
    rows = dict(poll.overall or {})
    item = ItemCount(abstain=rows.pop("abstain", 0), invalid=rows.pop("invalid", 0), grades=rows)
    attendance = Attendance(entitled=SCENARIO.deputy_count, present=poll.present, issued=poll.ballots_issued)
    return judge(AppraisalPolicy(), attendance, item, {}).verdict.value


def test_the_files_are_what_the_generator_writes() -> None:
    played, outcome = full_town.scenario(TOWN)
    assert scenario_yaml.written(played) == TEXT
    assert json.loads(json.dumps(outcome)) == EXPECTED


def test_the_town_is_of_realistic_size() -> None:
    kinds = [SubjectKind(post["kind"]) for post in TOWN["posts"]]
    assert {kind: kinds.count(kind) for kind in SubjectKind} == {
        SubjectKind.STATION: 14,
        SubjectKind.WINDOW: 6,
        SubjectKind.VILLAGE_SECRETARY: 13,
        SubjectKind.VILLAGE_DIRECTOR: 13,
        SubjectKind.VILLAGE: 0,
    }
    groups = [deputy["group"] for deputy in TOWN["deputies"]]
    assert {group: groups.count(group) for group in TOWN["groups"]} == dict.fromkeys(TOWN["groups"], 15)


def test_nobody_has_the_name_or_number_of_another() -> None:
    names = [deputy["name"] for deputy in TOWN["deputies"]] + [post["responsible"] for post in TOWN["posts"]]
    assert len(names) == len(set(names)) == 60 + 46
    assert len({post["id"] for post in TOWN["posts"]}) == 46
    heads = {post["responsible"] for post in TOWN["posts"]}
    assert {head for head in heads if head[0] == "d"} < {deputy["id"] for deputy in TOWN["deputies"]}


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_last_poll_of_each_subject_has_the_promised_verdict(year: int) -> None:
    cycle = next(cycle for cycle in SCENARIO.cycles if cycle.year == year)
    played = {report.subject: verdict_of(report.poll[-1]) for report in cycle.duty_reports}
    assert played == {each["subject"]: each["verdict"] for each in expected_of(year)["appraisals"]}
    assert len(played) == 46


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_each_revote_ends_its_rectification_as_promised(year: int) -> None:
    cycle = next(cycle for cycle in SCENARIO.cycles if cycle.year == year)
    outcomes = {each["subject"]: each["rectification"] for each in expected_of(year)["appraisals"]}
    for report in cycle.duty_reports:
        promised = outcomes[report.subject]
        if report.rectification is None or not report.rectification.revote:
            assert promised is None or promised["outcome"] == "overdue"
        else:
            verdict = verdict_of(report.rectification.revote[-1])
            assert promised["outcome"] == {"pass": "closed", "fail": "second_failure"}[verdict]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_each_group_has_the_promised_last(year: int) -> None:
    policy = AssessmentPolicy()
    cycle = next(cycle for cycle in SCENARIO.cycles if cycle.year == year)
    assert cycle.year_end is not None
    promised = {each["group"]: each["last"] for each in expected_of(year)["rankings"]}
    for kind in (kind for kind in SubjectKind if kind is not SubjectKind.VILLAGE):
        totals = []
        for subject in (subject.id for subject in SCENARIO.subjects if subject.kind is kind):
            scores = cycle.year_end.scores[subject]
            tables = {
                table: {method: _scorers(getattr(marks, method.value)) for method in Method}
                for table, marks in scores.tables.items()
            }
            totals.append(total(policy, SubjectScores(subject=subject, tables=tables, bonus=scores.bonus)))
        ranking = rank(policy, kind.value, totals)
        if ranking.last_undecided:
            assert list(cycle.year_end.decide_last) == promised[kind.value]
            assert set(cycle.year_end.decide_last) < set(ranking.tied_for_last)
        else:
            assert list(ranking.last) == promised[kind.value]


def _scorers(marks: Any) -> tuple[Fraction, ...]:
    return tuple(marks) if isinstance(marks, tuple | list) else (marks,)
