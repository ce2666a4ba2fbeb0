"""A scenario as an ordered list of acts: the order of a day, and which subjects share a poll."""

from __future__ import annotations

from datetime import date, datetime, time

from domain.cases.case import TOWN_ZONE
from rehearsal.acts import Act, CaseAct, HoldPoll, OpenYear, Round, ServeNotice, TakeOffice, Together
from rehearsal.scenario import load_scenario
from rehearsal.schedule import schedule

HEAD = """\
scenario: s
calendar: weekends_only
deputies: 60
subjects:
  - {id: a, name: 甲站, kind: station, responsible: 王}
  - {id: b, name: 乙站, kind: station, responsible: 李}
  - {id: c, name: 丙村, kind: village, responsible: 赵}
cycles:
  - year: 2025
    opens: 2025-01-06
"""


def play(body: str) -> list[Round]:
    return schedule(load_scenario(HEAD + body))


def names(rounds: list[Round]) -> list[tuple[datetime, str]]:
    """What is done, one after the other."""
    return [(turn.at, name(act)) for turn in rounds for lane in turn.lanes for act in lane]


def name(act: Act) -> str:
    match act:
        case CaseAct():
            return f"{act.case_id} {act.command.act}"
        case HoldPoll():
            return f"poll {act.poll_id}: {' '.join(seat.subject for seat in act.seats)}"
        case Together():
            few = " ".join(each.command.act for each in act.acts) if len(act.acts) < 4 else f"{len(act.acts)} together"
            return f"{act.acts[0].case_id} {few}"
        case ServeNotice():
            return f"{act.case_id} serve"
        case OpenYear():
            return f"open {act.year}"
        case TakeOffice():
            return f"{act.responsible} takes {act.subject}"


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), TOWN_ZONE)


def test_heads_change_at_the_start_of_a_day_and_acts_are_done_at_noon() -> None:
    rounds = play(
        "    heads: [{subject: a, responsible: 孙, from: 2025-01-06}]\n"
        "    proposals: [{id: p, village: 丙村, title: 渠, date: 2025-01-06}]\n"
    )
    assert names(rounds) == [
        (datetime(2025, 1, 6, 0, 0, tzinfo=TOWN_ZONE), "孙 takes a"),
        (noon("2025-01-06"), "open 2025"),
        (noon("2025-01-06"), "2025 register_proposal"),
    ]


def test_what_happens_in_a_case_on_one_day_keeps_the_order_of_the_stage() -> None:
    rounds = play(
        "    duty_reports:\n"
        "      - subject: a\n"
        "        poll: {date: 2025-06-02, present: 60, waive: 已落实, overall: {competent: 60}}\n"
        "        filed_on: 2025-06-02\n"
        "        opinions: [{id: o1, implemented_on: 2025-06-02, checked_on: 2025-06-02}]\n"
        "        questions: [{id: q1, answered: answer, date: 2025-06-02}]\n"
        "        report_on: 2025-06-02\n"
    )
    assert [act for _, act in names(rounds)[1:]] == [
        "2025 start_appraisal",
        "2025-a submit_report",
        "2025-a raise_question itemise_opinion",
        "2025-a answer_question",
        "2025-a file_opinions",
        "2025-a report_implementation",
        "2025-a check_implementation",
        "2025-a waive_implementation",
        "poll 2025-06-02: a",
        "2025-a serve",
    ]


POLLS = """\
    duty_reports:
      - subject: a
        report_on: 2025-06-02
        poll: {date: 2025-06-20, present: 55, overall: {competent: 55}}
        rectification: {plan_on: 2025-06-20, revote: {date: 2025-09-25, present: 60, overall: {competent: 60}}}
      - subject: b
        report_on: 2025-06-20
        poll: {date: 2025-06-20, present: 55, issued: 55, overall: {competent: 50}}
      - subject: c
        report_on: 2025-06-02
        poll:
          - {date: 2025-06-20, present: 55, issued: 54, overall: {competent: 50}}
          - {date: 2025-09-25, present: 60, overall: {competent: 50}}
"""


def test_polls_of_one_day_with_equal_present_and_issued_are_one_poll() -> None:
    done = [act for at, act in names(play(POLLS)) if at == noon("2025-06-20")]
    assert done == [
        "2025 start_appraisal",
        "2025-b submit_report",
        "poll 2025-06-20: a b",
        "2025-a serve",
        "2025-a submit_plan",
        "2025-b serve",
        "poll 2025-06-20-2: c",
        "2025-c serve",
    ]
    assert "poll 2025-09-25: a c" in [act for _, act in names(play(POLLS))]


def test_a_report_after_a_rejected_one_comes_before_its_own_acceptance() -> None:
    rounds = play(
        "    duty_reports:\n"
        "      - subject: a\n"
        "        report_on: 2025-06-02\n"
        "        poll: {date: 2025-06-20, present: 55, overall: {incompetent: 55}}\n"
        "        rectification:\n"
        "          report_on: [2025-08-01, 2025-08-04]\n"
        "          acceptance: [{date: 2025-08-04, decision: reject}, {date: 2025-08-04, decision: accept}]\n"
    )
    assert [act for _, act in names(rounds)[-4:]] == [
        "2025-a submit_rectification_report",
        "2025-a decide_on_report",
        "2025-a submit_rectification_report",
        "2025-a decide_on_report",
    ]


def test_the_year_end_is_scored_published_and_decided_on_one_day() -> None:
    table = "{reports: 90, documents: 85, site: 80, opinion: 75}"
    rounds = play(
        "    year_end:\n"
        "      date: 2025-12-22\n"
        "      not_assessed: [b]\n"
        "      decide_last: [c]\n"
        "      annulled: true\n"
        f"      scores: {{a: {{work: {table}, party: {table}}}, c: {{work: {table}, party: {table}, bonus: 2}},\n"
        f"               b: {{work: {table}, party: {table}}}}}\n"
    )
    assert [act for _, act in names(rounds)[1:]] == [
        "2025 start_assessment",
        "2025 17 together",
        "2025 publish_ranking",
        "2025 decide_last",
        "2025 raise_objection",
        "2025 decide_objection",
    ]


def test_a_proposal_returned_to_its_village_is_amended_before_the_next_step() -> None:
    rounds = play(
        "    proposals:\n"
        "      - {id: p, village: 丙村, title: 渠, date: 2025-01-08,\n"
        "         withdrawn: {date: 2025-02-03, reason: 暂缓}, steps: [\n"
        "          {step: lead_review, date: 2025-01-10, decision: return, to: draft, reason: 不清},\n"
        "          {step: lead_review, date: 2025-01-17, decision: approve}]}\n"
    )
    assert names(rounds)[1:] == [
        (noon("2025-01-08"), "2025 register_proposal"),
        (noon("2025-01-10"), "2025-p decide_step"),
        (noon("2025-01-17"), "2025-p amend_proposal"),
        (noon("2025-01-17"), "2025-p decide_step"),
        (noon("2025-02-03"), "2025-p withdraw_proposal"),
    ]
