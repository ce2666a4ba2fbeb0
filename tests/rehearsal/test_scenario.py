"""Reading scenarios: what the interface allows is accepted, and every fault is named with its path and line."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from domain.faults import Invalid
from rehearsal.scenario import load_scenario

HEAD = """\
scenario: s
township: 城关镇
calendar: weekends_only
deputies: 60
subjects:
  - {id: czs, name: 财政所, kind: station, responsible: 王建国}
  - {id: lys, name: 林业站, kind: station, responsible: 赵永胜}
"""

CYCLE = """\
cycles:
  - year: 2025
    opens: 2025-01-06
"""

TABLE = "{reports: 90, documents: 85, site: 80, opinion: 75}"
SCORES = f"{{work: {TABLE}, party: {TABLE}}}"


def faults(text: str) -> dict[str, tuple[int | None, str]]:
    """The faults of an invalid file by path."""
    with pytest.raises(Invalid) as caught:
        load_scenario(text)
    return {fault.path: (fault.line, fault.message) for fault in caught.value.faults}


def report(poll: str, *more: str) -> str:
    """A cycle with one duty report and this poll."""
    lines = [
        "    duty_reports:",
        "      - subject: czs",
        "        report_on: 2025-06-02",
        *(f"        {line}" for line in more),
        f"        poll: {poll}",
    ]
    return HEAD + CYCLE + "\n".join(lines) + "\n"


def test_all_but_year_and_opens_of_a_cycle_may_be_left_out() -> None:
    scenario = load_scenario(HEAD + CYCLE)
    assert scenario.cycles[0].opens == date(2025, 1, 6)
    assert scenario.cycles[0].year_end is None
    assert scenario.ballots == "cast"
    assert len(scenario.roll) == 60


def test_empty_keys_are_keys_left_out() -> None:
    scenario = load_scenario(HEAD + "history:\npolicy:\n" + CYCLE + "    heads:\n    year_end:\n")
    assert scenario.history == ()
    assert scenario.cycles[0].year_end is None


def test_calendar_is_official_unless_said() -> None:
    assert load_scenario(HEAD.replace("calendar: weekends_only\n", "") + CYCLE).calendar == "official"


def test_deputies_may_be_listed() -> None:
    scenario = load_scenario(HEAD.replace("deputies: 60", "deputies: [{id: 1, name: 甲}, {id: d2, name: 乙}]") + CYCLE)
    assert [(deputy.id, deputy.name) for deputy in scenario.roll] == [("1", "甲"), ("d2", "乙")]


def test_a_poll_may_be_one_or_a_list() -> None:
    figures = "{date: 2025-06-20, present: 55, overall: {excellent: 40, invalid: 2}}"
    assert [poll.returned for poll in load_scenario(report(figures)).cycles[0].duty_reports[0].poll] == [42]
    later = figures.replace("06-20", "07-01")
    assert len(load_scenario(report(f"[{figures}, {later}]")).cycles[0].duty_reports[0].poll) == 2


def test_more_ballots_than_issued_and_invalid_rows_are_legal() -> None:
    figures = "{date: 2025-06-20, present: 55, issued: 50, overall: {excellent: 45, abstain: 4, invalid: 3}}"
    poll = load_scenario(report(figures)).cycles[0].duty_reports[0].poll[0]
    assert (poll.ballots_issued, poll.returned, poll.invalid) == (50, 52, 3)


def test_a_poll_that_cannot_open_needs_no_figures() -> None:
    load_scenario(report("{date: 2025-06-20, present: 30}"))  # no quorum
    load_scenario(report("{date: 2025-06-20, present: 60}", "questions: [{id: q1}]"))  # a question is open
    load_scenario(report("{date: 2025-06-20, present: 60}", "opinions: [{id: o1}]"))  # an opinion is open
    assert "cycles[0].duty_reports[0].poll.overall" in faults(report("{date: 2025-06-20, present: 60}"))


def test_merge_keys_and_marks_of_several_scorers() -> None:
    scenario = load_scenario(
        HEAD
        + f"""\
cycles:
  - year: 2024
    opens: 2024-01-08
    year_end: &first
      date: 2024-12-20
      scores:
        czs: {SCORES}
        lys: {{work: {{reports: [60, 80.5, "90"], documents: 85, site: 80, opinion: 75}},
              party: {{reports: 92, documents: 88, site: 90, opinion: 84}}, bonus: 7}}
  - year: 2025
    opens: 2025-01-06
    year_end: {{<<: *first, date: 2026-01-09, not_assessed: [lys]}}
"""
    )
    second = scenario.cycles[1].year_end
    assert second is not None
    assert second.date == date(2026, 1, 9)
    assert second.scores["lys"].tables["work"].reports == (Fraction(60), Fraction(161, 2), Fraction(90))
    assert second.scores["lys"].bonus == 7


def test_every_part_of_a_rectification_may_be_left_out_and_reports_may_be_several() -> None:
    figures = "{date: 2025-06-20, present: 55, overall: {incompetent: 55}}"
    play = (
        load_scenario(report(figures, "rectification: {plan_on: 2025-07-01}")).cycles[0].duty_reports[0].rectification
    )
    assert play is not None
    assert (play.reports, play.acceptance, play.revote, play.extension) == ((), (), (), ())
    twice = (
        "rectification: {report_on: [2025-08-01, 2025-09-01], "
        "acceptance: [{date: 2025-08-04, decision: reject}, {date: 2025-09-02, decision: accept}]}"
    )
    play = load_scenario(report(figures, twice)).cycles[0].duty_reports[0].rectification
    assert play is not None
    assert play.reports == (date(2025, 8, 1), date(2025, 9, 1))


def test_faults_of_every_sort_are_named_at_once() -> None:
    text = (
        HEAD.replace("weekends_only", "weekend_only").replace(
            "kind: station, responsible: 赵", "kind: stations, responsible: 赵"
        )
        + """\
policy: {appraisal: {pass_rate: "160%", pasing_grades: [excellent]}}
history: [{year: 2025, subject: czs, responsible: 王}]
cycles:
  - year: 2025
    opens: 2025-01-06
    heads: [{subject: czz, responsible: 李某, from: 2026-08-01}]
    duty_reports:
      - subject: czs
        report_on: 2025-06-31
        filed: 2025-06-06
        poll: {date: 2025-06-20, present: 61, overall: {excellent: ten}}
      - subject: lys
        report_on: 2025-06-02
        poll: {date: 2025-06-20, present: 60, overall: {excelent: 50}, dimensions: {integrity: {excellent: 49}}}
    year_end:
      date: 2025-12-20
      scores:
        czs: {work: {reports: 101, documents: 85, site: 80, opinion: 75}}
"""
    )
    found = faults(text)
    assert set(found) == {
        "calendar",
        "subjects[1].kind",
        "policy.appraisal.pass_rate",
        "policy.appraisal.pasing_grades",
        "history[0].year",
        "cycles[0].heads[0].subject",
        "cycles[0].duty_reports[0].report_on",
        "cycles[0].duty_reports[0].filed",
        "cycles[0].duty_reports[0].poll.overall.excellent",
        "cycles[0].duty_reports[1].poll.overall.excelent",
        "cycles[0].duty_reports[1].poll.dimensions.integrity",
        "cycles[0].year_end.scores.czs.work.reports",
        "cycles[0].duty_reports[0].poll.present",
        "cycles[0].year_end.scores.czs.party",
        "cycles[0].year_end.scores.lys",
    }
    assert found["calendar"][0] == 3
    assert found["subjects[1].kind"][0] == 7
    assert found["policy.appraisal.pasing_grades"] == (8, "没有“pasing_grades”这一项，是否应为“passing_grades”？")
    assert found["cycles[0].heads[0].subject"] == (13, "subjects 中没有“czz”，是否应为“czs”？")
    assert found["cycles[0].duty_reports[1].poll.dimensions.integrity"][0] == 21
    assert "49" in found["cycles[0].duty_reports[1].poll.dimensions.integrity"][1]


@pytest.mark.parametrize(
    ("poll", "path"),
    [
        ("{date: 2025-06-20, present: 61, overall: {excellent: 55}}", "poll.present"),
        ("{date: 2025-06-20, present: 55, issued: 56, overall: {excellent: 55}}", "poll.issued"),
        ("{date: 2025-06-20, present: 55, overall: {excellent: -1}}", "poll.overall.excellent"),
        ("{date: 2025-06-20, present: 55, overall: {excellent: 1.5}}", "poll.overall.excellent"),
        ("{date: 2025-06-01, present: 55, overall: {excellent: 55}}", "poll.date"),
        ("{date: 20250620, present: 55, overall: {excellent: 55}}", "poll.date"),
        (
            "{date: 2025-06-20, present: 55, overall: {excellent: 55}, dimensions: {courage: {excellent: 55}}}",
            "poll.dimensions.courage",
        ),
        ("[{date: 2025-06-20, present: 20}, {date: 2025-06-19, present: 20}]", "poll[1].date"),
        ("[{date: 2025-06-20, present: 20}, {date: 2025-06-21, presnt: 20}]", "poll[1].presnt"),
    ],
)
def test_figures_of_a_poll_that_cannot_be(poll: str, path: str) -> None:
    assert f"cycles[0].duty_reports[0].{path}" in faults(report(poll))


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("questions: [{id: q1, answered: answer, date: 2025-06-01}]", "questions[0].date"),
        ("questions: [{id: q1, answered: answer}]", "questions[0].date"),
        ("questions: [{id: q1, answered: commitment, date: 2025-06-03}]", "questions[0].due"),
        ("questions: [{id: q1}, {id: q1}]", "questions[1].id"),
        ("opinions: [{id: o1, implemented_on: 2025-06-18, checked_on: 2025-06-17}]", "opinions[0].checked_on"),
        ("opinions: [{id: o1, checked_on: 2025-06-17}]", "opinions[0].checked_on"),
        ("filed_on: 2025-06-01", "filed_on"),
        ("rectification: {plan_on: 2025-06-19}", "rectification.plan_on"),
        ("rectification: {extension: [{date: 2025-06-19, months: 1}]}", "rectification.extension[0].date"),
        ("rectification: {extension: [{date: 2025-07-19, months: 0}]}", "rectification.extension[0].months"),
        (
            "rectification: {report_on: 2025-09-15, acceptance: {date: 2025-09-14, decision: accept}}",
            "rectification.acceptance.date",
        ),
        (
            "rectification: {report_on: 2025-09-15, acceptance: {date: 2025-09-16, decision: maybe}}",
            "rectification.acceptance.decision",
        ),
        (
            "rectification: {report_on: 2025-09-15, revote: {date: 2025-09-14, present: 60, overall: {competent: 60}}}",
            "rectification.revote.date",
        ),
    ],
)
def test_faults_around_a_report(line: str, path: str) -> None:
    text = report("{date: 2025-06-20, present: 55, overall: {excellent: 55}}", line)
    assert list(faults(text)) == [f"cycles[0].duty_reports[0].{path}"]


STEP = "{step: lead_review, date: 2025-01-10, decision: approve}"


@pytest.mark.parametrize(
    ("step", "path"),
    [
        ("{step: deputies, date: 2025-01-24, votes: {for: 45, against: 15, abstain: 1}}", "votes"),
        ("{step: deputies, date: 2025-01-24, decision: approve}", "votes"),
        ("{step: deputies, date: 2025-01-09, votes: {for: 45}}", "date"),
        ("{step: village_meeting, date: 2025-01-24, votes: {for: 20}, entitled: 30, present: 24}", "form"),
        (
            "{step: village_meeting, date: 2025-01-24, form: households, votes: {for: 25}, entitled: 30, present: 24}",
            "votes",
        ),
        (
            "{step: village_meeting, date: 2025-01-24, form: assembly, votes: {for: 20}, entitled: 30, present: 31}",
            "present",
        ),
        ("{step: party_preliminary, date: 2025-01-24, decision: return, to: deputies, reason: r}", "to"),
        ("{step: party_preliminary, date: 2025-01-24, decision: return, reason: r}", "to"),
        ("{step: party_preliminary, date: 2025-01-24, decision: reject}", "reason"),
        ("{step: party_preliminary, date: 2025-01-24, decision: aprove}", "decision"),
        ("{step: party_preliminary, date: 2025-01-24, votes: {for: 3}}", "votes"),
    ],
)
def test_steps_of_a_proposal_that_cannot_be(step: str, path: str) -> None:
    text = (
        HEAD
        + CYCLE
        + f"    proposals: [{{id: p, village: 科村, title: 渠, date: 2025-01-08, steps: [{STEP}, {step}]}}]\n"
    )
    assert list(faults(text)) == [f"cycles[0].proposals[0].steps[1].{path}"]


def test_year_end_needs_every_subject_once() -> None:
    year_end = f"    year_end: {{date: 2025-12-20, scores: {{czs: {SCORES}}}}}\n"
    assert list(faults(HEAD + CYCLE + year_end)) == ["cycles[0].year_end.scores.lys"]
    load_scenario(HEAD + CYCLE + year_end.replace("scores:", "not_assessed: [lys], scores:"))
    unknown = year_end.replace("scores:", "not_assessed: [lys, ly], decide_last: [x], scores:")
    assert list(faults(HEAD + CYCLE + unknown)) == [
        "cycles[0].year_end.not_assessed[1]",
        "cycles[0].year_end.decide_last[0]",
    ]


def test_a_missing_table_and_a_missing_method() -> None:
    scores = "{work: {reports: 90, documents: 85, site: 80}, prty: {reports: 92, documents: 88, site: 90, opinion: 84}}"
    year_end = f"    year_end: {{date: 2025-12-20, not_assessed: [lys], scores: {{czs: {scores}}}}}\n"
    assert "cycles[0].year_end.scores.czs.work.opinion" in faults(HEAD + CYCLE + year_end)
    found = faults(HEAD + CYCLE + year_end.replace("site: 80}", "site: 80, opinion: 3}"))
    assert found["cycles[0].year_end.scores.czs.prty"][1] == "没有计分表“prty”，是否应为“party”？"
    assert "cycles[0].year_end.scores.czs.party" in found


def test_years_in_order_and_dates_within_them() -> None:
    text = HEAD + CYCLE + "  - {year: 2025, opens: 2026-01-05}\n"
    assert set(faults(text)) == {"cycles[1].year", "cycles[1].opens"}


def test_grades_and_tables_are_those_of_the_policy() -> None:
    policy = (
        "policy:\n  appraisal:\n    grades: [{key: good, name: 好}, {key: bad, name: 差}]\n    passing_grades: [good]\n"
        "    dimensions: []\n"
    )
    good = report("{date: 2025-06-20, present: 55, overall: {good: 40, bad: 15}}")
    load_scenario(good.replace("cycles:", policy + "cycles:"))
    bad = report("{date: 2025-06-20, present: 55, overall: {excellent: 55}}")
    assert list(faults(bad.replace("cycles:", policy + "cycles:"))) == [
        "cycles[0].duty_reports[0].poll.overall.excellent"
    ]


@pytest.mark.parametrize("text", ["", "- a\n", "just text", "scenario: [\n", "scenario: a\nscenario: b\n"])
def test_what_is_no_scenario_is_refused(text: str) -> None:
    assert faults(text)
