"""Veto over the years: what the event store remembers, and what a late decision changes (rules `veto.*`)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import SYSTEM, Refusal
from domain.cases.assessment.commands import AnnulYear, DecideLast, DecideObjection, PublishRanking, RaiseObjection
from domain.cases.cycle.commands import ChangeHead, OpenCycle
from domain.cases.governance_commands import ConfirmCorrection, ProposeCorrection, VoidCase
from domain.roster.commands import AppointHead, EnterSubject
from domain.roster.history import EnterHistory, SignHistory
from domain.rules.veto import HistoryRow
from tests.cases.assessment.years import (
    A,
    C,
    finish,
    flags,
    open_year,
    publish,
    ranking,
    start_assessment,
    vetoes,
    village,
    whole_year,
)
from tests.cases.play import OTHER_STAFF, STAFF, Town, day

HEADS = {"a": "甲", "b": "乙", "c": "丙", "d": "丁"}
D_LAST = {"a": 90, "b": 80, "c": 70, "d": 60}
TIED = {"a": 90, "b": 80, "c": 60, "d": 60}
ALL_FOLLOWS = ["unit_and_person", "person", "unit"]


def town_with(**veto: Any) -> Town:
    return Town({"veto": veto})


def history(town: Town, *rows: tuple[int, str, str]) -> None:
    """Last places of earlier years, entered by one and signed by another."""
    entered = tuple(HistoryRow(year=year, subject=subject, person=person) for year, subject, person in rows)
    town.write("2023-12-31", "history", EnterHistory(rows=entered))
    town.write("2023-12-31", "history", SignHistory(version=town.stream("history")[-1].version), OTHER_STAFF)


@pytest.mark.parametrize("follows", ALL_FOLLOWS)
def test_last_three_years_under_one_head_is_a_veto(follows: str) -> None:
    town = town_with(follows=follows)
    for year in (2024, 2025, 2026):
        whole_year(town, year, HEADS, D_LAST)
    assert (vetoes(town, 2024), vetoes(town, 2025)) == ([], [])
    assert vetoes(town, 2026) == [("丁", "d", (2024, 2025, 2026))]


@pytest.mark.parametrize(
    ("follows", "vetoed", "flagged"),
    [
        ("unit_and_person", [], [("d", (2024, 2025, 2026))]),
        ("person", [], []),
        ("unit", [("赵", "d", (2024, 2025, 2026))], []),
    ],
)
def test_a_head_who_came_for_the_third_year(follows: str, vetoed: list[Any], flagged: list[Any]) -> None:
    town = town_with(follows=follows)
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    town.act("2025-12-31", C, "2025", ChangeHead(subject="d", responsible="赵", from_=day("2026-01-01")))
    whole_year(town, 2026, {**HEADS, "d": "赵"}, D_LAST)
    assert (vetoes(town, 2026), flags(town, 2026)) == (vetoed, flagged)


@pytest.mark.parametrize(
    ("follows", "vetoed"), [("unit_and_person", []), ("person", [("张", "d", (2024, 2025, 2026))]), ("unit", [])]
)
def test_a_person_takes_the_last_place_along_only_where_the_veto_follows_persons(
    follows: str, vetoed: list[Any]
) -> None:
    town = town_with(follows=follows)
    whole_year(town, 2024, {**HEADS, "c": "张"}, {"a": 90, "b": 80, "c": 60, "d": 70})
    moved = {**HEADS, "c": "丙", "d": "张"}
    for year in (2025, 2026):
        whole_year(town, year, moved, D_LAST)
    assert vetoes(town, 2026) == vetoed


@pytest.mark.parametrize(("missing", "vetoed"), [("breaks", []), ("bridged", [("丁", "d", (2023, 2024, 2026))])])
def test_a_year_not_assessed_breaks_the_row_or_is_bridged(missing: str, vetoed: list[Any]) -> None:
    town = town_with(missing_year=missing)
    history(town, (2023, "d", "丁"))
    whole_year(town, 2024, HEADS, D_LAST)
    whole_year(town, 2025, HEADS, D_LAST, not_assessed=["d"])
    whole_year(town, 2026, HEADS, D_LAST)
    assert vetoes(town, 2026) == vetoed


def test_history_signed_by_two_counts_from_the_first_year() -> None:
    town = town_with()
    history(town, (2022, "d", "丁"), (2023, "d", "丁"))
    whole_year(town, 2024, HEADS, D_LAST)
    assert vetoes(town, 2024) == [("丁", "d", (2022, 2023, 2024))]


def test_history_that_one_person_entered_does_not_count() -> None:
    town = town_with()
    rows = (HistoryRow(year=2022, subject="d", person="丁"), HistoryRow(year=2023, subject="d", person="丁"))
    town.write("2023-12-31", "history", EnterHistory(rows=rows))
    with pytest.raises(Refusal) as refusal:
        town.write("2023-12-31", "history", SignHistory(version=0), STAFF)
    assert refusal.value.code == "same_person"
    whole_year(town, 2024, HEADS, D_LAST)
    assert vetoes(town, 2024) == []


def test_a_fourth_year_last_vetoes_again_with_its_last_three() -> None:
    town = town_with()
    for year in (2024, 2025, 2026, 2027):
        whole_year(town, year, HEADS, D_LAST)
    assert vetoes(town, 2027) == [("丁", "d", (2025, 2026, 2027))]


def open_year_with_change(town: Town, year: int, from_: str) -> None:
    """A year in which village d gets 赵 as its head on a day."""
    posts = tuple(village(each, head) for each, head in HEADS.items())
    town.act(f"{year}-01-06", C, str(year), OpenCycle(year=year, subjects=posts, deputies=60))
    town.act(f"{year}-01-07", C, str(year), ChangeHead(subject="d", responsible="赵", from_=day(from_)))
    start_assessment(town, year)
    publish(town, year, D_LAST)
    finish(town, year)


@pytest.mark.parametrize(
    ("months", "from_", "persons"),
    [(6, "2026-07-01", ["丁"]), (6, "2026-06-30", []), (5, "2026-06-30", ["丁"])],
)
def test_a_head_answers_for_a_year_held_long_enough(months: int, from_: str, persons: list[str]) -> None:
    town = town_with(part_year_months=months)
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    open_year_with_change(town, 2026, from_)
    assert [person for person, *_ in vetoes(town, 2026)] == persons


def test_unit_names_the_head_on_the_day_of_publication() -> None:
    town = town_with(follows="unit")
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    open_year_with_change(town, 2026, "2026-12-20")
    assert vetoes(town, 2026) == [("赵", "d", (2024, 2025, 2026))]
    later = town_with(follows="unit")
    for year in (2024, 2025):
        whole_year(later, year, HEADS, D_LAST)
    open_year_with_change(later, 2026, "2026-12-21")
    assert vetoes(later, 2026) == [("丁", "d", (2024, 2025, 2026))]


def test_heads_entered_in_the_roster_count_as_those_of_the_cycle_do() -> None:
    town = town_with()
    town.write("2023-01-01", "roster", EnterSubject(post=village("d", "丁")))
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    town.write("2026-01-02", "roster", AppointHead(subject="d", responsible="赵", from_=day("2026-01-01")))
    whole_year(town, 2026, {**HEADS, "d": "赵"}, D_LAST)
    assert (vetoes(town, 2026), flags(town, 2026)) == ([], [("d", (2024, 2025, 2026))])


def test_a_change_entered_after_the_opening_that_named_another_head_holds() -> None:
    town = town_with()
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    open_year_with_change(town, 2026, "2026-01-01")
    assert (vetoes(town, 2026), flags(town, 2026)) == ([], [("d", (2024, 2025, 2026))])


def test_an_annulled_year_moves_no_streak() -> None:
    town = town_with()
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    open_year(town, 2026, [village(each, head) for each, head in HEADS.items()])
    publish(town, 2026, D_LAST)
    town.act("2026-12-22", A, "2026", AnnulYear(reason="程序违规"))
    assert (vetoes(town, 2026), town.facts(A, "2026").open) == ([], False)
    whole_year(town, 2027, HEADS, D_LAST)
    assert vetoes(town, 2027) == []


def test_a_late_decision_in_the_same_year_brings_its_veto() -> None:
    town = town_with()
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    whole_year(town, 2026, HEADS, TIED)
    assert (vetoes(town, 2026), town.facts(A, "2026").open) == ([], True)
    town.act("2027-01-15", A, "2026", DecideLast(group="village", subjects=("d",)))
    assert (vetoes(town, 2026), town.facts(A, "2026").open) == ([("丁", "d", (2024, 2025, 2026))], False)


@pytest.mark.parametrize(("chosen", "vetoed"), [("d", [("丁", "d", (2024, 2025, 2026))]), ("c", [])])
def test_a_late_decision_in_an_earlier_year_reaches_the_later_one_which_waits_for_it(
    chosen: str, vetoed: list[Any]
) -> None:
    town = town_with()
    whole_year(town, 2024, HEADS, TIED)
    whole_year(town, 2025, HEADS, D_LAST)
    whole_year(town, 2026, HEADS, D_LAST)
    assert (vetoes(town, 2026), town.facts(A, "2026").open) == ([], True)
    assert town.facts(A, "2025").open is False, "no decision of 2024 can make a row of three out of 2025"
    town.act("2027-02-01", A, "2024", DecideLast(group="village", subjects=(chosen,)))
    assert (vetoes(town, 2026), town.facts(A, "2026").open) == (vetoed, False)


def test_the_year_that_changed_tells_every_later_one_itself() -> None:
    town = town_with()
    history(town, (2023, "d", "丁"))
    whole_year(town, 2024, HEADS, TIED)
    for year in (2025, 2026):
        whole_year(town, year, HEADS, D_LAST)
    assert (town.facts(A, "2025").open, town.facts(A, "2026").open) == (True, True)
    town.act("2027-02-01", A, "2024", DecideLast(group="village", subjects=("d",)))
    assert vetoes(town, 2025) == [("丁", "d", (2023, 2024, 2025))]
    assert vetoes(town, 2026) == [("丁", "d", (2024, 2025, 2026))]
    assert town.events(A, "2024", "assessment.judged")[-1].tells == (2025, 2026)
    assert town.events(A, "2025", "assessment.judged")[-1].tells == ()


def test_a_year_whose_undecided_tie_cannot_matter_does_not_hold_later_ones() -> None:
    town = town_with()
    whole_year(town, 2024, HEADS, {"a": 60, "b": 60, "c": 80, "d": 90})
    whole_year(town, 2025, HEADS, D_LAST)
    whole_year(town, 2026, HEADS, D_LAST)
    assert town.facts(A, "2026").open is False


def test_a_year_held_by_an_objection_tells_the_later_one_when_it_is_final() -> None:
    town = town_with()
    whole_year(town, 2024, HEADS, D_LAST)
    open_year(town, 2025, [village(each, head) for each, head in HEADS.items()])
    publish(town, 2025, D_LAST)
    town.act("2025-12-22", A, "2025", RaiseObjection(objection_id="o", subject="d", text="计分有误"))
    finish(town, 2025)
    whole_year(town, 2026, HEADS, D_LAST)
    assert (vetoes(town, 2026), town.facts(A, "2026").open) == ([], True)
    town.act("2027-01-10", A, "2025", DecideObjection(objection_id="o", upheld=False, reason="无误"))
    assert (vetoes(town, 2026), town.facts(A, "2026").open) == ([("丁", "d", (2024, 2025, 2026))], False)


def test_a_correction_of_a_settled_year_withdraws_the_veto_that_rested_on_it() -> None:
    town = town_with()
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    whole_year(town, 2026, HEADS, {**D_LAST, "c": 61})
    assert vetoes(town, 2026) != []
    wrong = [
        recorded.version
        for recorded in town.stream("assessment-2026")
        if recorded.event.type_name == "assessment.scores_entered"
        and (recorded.event.subject, recorded.event.method) == ("d", "site")  # type: ignore[attr-defined]
    ]
    command = ProposeCorrection(version=wrong[0], changes={"marks": [90]}, reason="录入错误")
    town.act("2027-01-05", A, "2026", command)
    proposed = town.stream("assessment-2026")[-1].version
    town.act("2027-01-06", A, "2026", ConfirmCorrection(proposal_version=proposed), OTHER_STAFF)
    assert ranking(town, 2026).last == ("c",)
    assert vetoes(town, 2026) == []
    assert [event.person for event in town.events(A, "2026", "assessment.veto_withdrawn")] == ["丁"]


def test_a_head_entered_wrongly_and_corrected_is_the_one_vetoed() -> None:
    town = town_with(follows="unit")
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    posts = tuple(village(each, head) for each, head in HEADS.items())
    town.act("2026-01-06", C, "2026", OpenCycle(year=2026, subjects=posts, deputies=60))
    town.act("2026-02-01", C, "2026", ChangeHead(subject="d", responsible="赵", from_=day("2026-02-01")))
    changed = town.stream("cycle-2026")[-1].version
    proposal = ProposeCorrection(version=changed, changes={"responsible": "钱"}, reason="录入错误")
    town.act("2026-02-02", C, "2026", proposal)
    proposed = town.stream("cycle-2026")[-1].version
    town.act("2026-02-02", C, "2026", ConfirmCorrection(proposal_version=proposed), OTHER_STAFF)
    start_assessment(town, 2026)
    publish(town, 2026, D_LAST)
    finish(town, 2026)
    assert vetoes(town, 2026) == [("钱", "d", (2024, 2025, 2026))]


def test_a_voided_assessment_never_happened() -> None:
    town = town_with()
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    open_year(town, 2026, [village(each, head) for each, head in HEADS.items()])
    publish(town, 2026, D_LAST)
    town.act("2026-12-22", A, "2026", VoidCase(reason="误开"))
    whole_year(town, 2027, HEADS, D_LAST)
    assert vetoes(town, 2027) == []


def test_a_later_year_does_not_wait_for_one_that_turned_out_void() -> None:
    town = town_with()
    whole_year(town, 2024, HEADS, TIED)
    for year in (2025, 2026):
        whole_year(town, year, HEADS, D_LAST)
    assert town.facts(A, "2026").open is True
    town.act("2027-01-05", A, "2024", VoidCase(reason="误开"))
    assert (vetoes(town, 2026), town.facts(A, "2026").open) == ([], False)


def test_a_veto_waits_for_the_publicity_period() -> None:
    town = town_with()
    for year in (2024, 2025):
        whole_year(town, year, HEADS, D_LAST)
    open_year(town, 2026, [village(each, head) for each, head in HEADS.items()])
    publish(town, 2026, D_LAST)
    town.until("2026-12-25")
    assert vetoes(town, 2026) == []
    finish(town, 2026)
    assert vetoes(town, 2026) != []


def test_judging_again_says_nothing_twice() -> None:
    town = town_with()
    for year in (2024, 2025, 2026):
        whole_year(town, year, HEADS, D_LAST)
    town.act("2027-01-05", A, "2026", town.recall(2026), SYSTEM)
    assert len(town.events(A, "2026", "assessment.veto_proposed")) == 1


def test_publishing_needs_an_assessment_that_is_not_settled() -> None:
    town = town_with()
    whole_year(town, 2024, HEADS, D_LAST)
    with pytest.raises(Refusal):
        town.act("2025-01-05", A, "2024", PublishRanking())
