"""The double-hundred assessment: scores, ties, publicity, objections, annulment (rules `assessment.*`)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from domain.acts import Actor, Role
from domain.cases.assessment.commands import (
    AnnulYear,
    DecideLast,
    DecideObjection,
    EnterBonus,
    EnterDeduction,
    EnterScores,
    PublishRanking,
    RaiseObjection,
)
from domain.cases.case import CaseKind, fold
from domain.cases.registry import GOVERNED
from domain.policy.assessment import Method
from domain.roster.posts import Post, SubjectKind
from tests.cases.assessment.years import (
    A,
    finish,
    open_year,
    publish,
    ranking,
    refused,
    score,
    village,
)
from tests.cases.play import Town, day

THREE = [village("a", "甲"), village("b", "乙"), village("c", "丙")]
TIED = {"a": 90, "b": 70, "c": 70}


def scoring(policy: dict[str, Any] | None = None, posts: list[Post] | None = None) -> Town:
    town = Town({"assessment": policy or {}})
    open_year(town, 2025, posts or THREE)
    return town


def published(marks: dict[str, Any], policy: dict[str, Any] | None = None, posts: list[Post] | None = None) -> Town:
    town = scoring(policy, posts)
    publish(town, 2025, marks)
    return town


def totals(town: Town) -> dict[str, Fraction]:
    return {row.subject: row.total for row in ranking(town, 2025).rows}


def ranks(town: Town) -> list[tuple[int, str]]:
    return [(row.rank, row.subject) for row in ranking(town, 2025).rows]


def object_(objection_id: str = "o1", on: str | None = None) -> RaiseObjection:
    return RaiseObjection(objection_id=objection_id, subject="c", text="计分有误", on=day(on) if on else None)


def test_methods_are_weighted_within_each_table() -> None:
    town = scoring()
    for table, marks in {"work": (90, 85, 80, 75), "party": (92, 88, 90, 84)}.items():
        for method, mark in zip(Method, marks, strict=True):
            command = EnterScores(subject="a", table=table, method=method, marks=(Fraction(mark),))
            town.act("2025-12-10", A, "2025", command)
    publish(town, 2025, {"b": 60, "c": 50})
    assert totals(town)["a"] == Fraction(337, 2)


def test_of_five_scorers_the_highest_and_the_lowest_are_dropped() -> None:
    marks = {"reports": 80, "documents": 80, "site": 80, "opinion": [0, 80, 80, 80, 100]}
    assert totals(published({"a": marks, "b": 60, "c": 50}))["a"] == 160


def test_marks_entered_again_replace_the_earlier_ones() -> None:
    town = scoring()
    score(town, 2025, "a", 10)
    publish(town, 2025, {"a": 90, "b": 60, "c": 50})
    assert totals(town)["a"] == 180


def test_bonuses_add_up_and_are_capped() -> None:
    town = scoring()
    for points in (3, 4):
        town.act("2025-12-10", A, "2025", EnterBonus(subject="a", points=Fraction(points), reason="市级表彰"))
    publish(town, 2025, {"a": 80, "b": 60, "c": 50})
    assert totals(town)["a"] == 165


def test_a_deduction_takes_no_table_below_zero() -> None:
    town = scoring()
    for points in (100, 50):
        command = EnterDeduction(subject="a", table="party", points=Fraction(points), reason="通报批评")
        town.act("2025-12-10", A, "2025", command)
    publish(town, 2025, {"a": 80, "b": 60, "c": 50})
    assert totals(town)["a"] == 80


def test_a_bonus_of_nothing_says_nothing() -> None:
    command = EnterBonus(subject="a", points=Fraction(0), reason="无")
    assert scoring().act("2025-12-10", A, "2025", command) == []


def test_a_ranking_with_scores_missing_is_not_published_and_says_which() -> None:
    town = scoring()
    score(town, 2025, "a", 80)
    assert refused(town, "2025-12-20", 2025, PublishRanking()) == "scores_missing"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (EnterScores(subject="a", table="work", method=Method.SITE, marks=(Fraction(101),)), "mark_out_of_range"),
        (EnterScores(subject="a", table="sport", method=Method.SITE, marks=(Fraction(1),)), "unknown_table"),
        (EnterScores(subject="z", table="work", method=Method.SITE, marks=(Fraction(1),)), "unknown_subject"),
        (EnterDeduction(subject="a", table="work", points=Fraction(0), reason="x"), "deduction_not_positive"),
    ],
)
def test_scores_that_cannot_be_are_refused(command: Any, code: str) -> None:
    assert refused(scoring(), "2025-12-10", 2025, command) == code


def test_a_subject_that_is_not_assessed_takes_no_scores_and_has_no_rank() -> None:
    town = Town()
    open_year(town, 2025, [*THREE, village("d", "丁")], not_assessed=["d"])
    command = EnterScores(subject="d", table="work", method=Method.SITE, marks=(Fraction(1),))
    assert refused(town, "2025-12-10", 2025, command) == "not_assessed"
    publish(town, 2025, {"a": 90, "b": 80, "c": 70})
    assert ranks(town) == [(1, "a"), (2, "b"), (3, "c")]


def test_equal_totals_are_told_apart_by_opinion_then_site_then_documents() -> None:
    better_opinion = {"reports": 80, "documents": 65, "site": 80, "opinion": 90}
    level = {"reports": 80, "documents": 80, "site": 80, "opinion": 80}
    town = published({"a": level, "b": better_opinion, "c": 50})
    assert totals(town)["a"] == totals(town)["b"]
    assert ranks(town) == [(1, "b"), (2, "a"), (3, "c")]


def test_one_line_a_kind_and_nobody_last_in_a_group_too_small() -> None:
    posts = [*THREE, Post(id="s", name="财政所", kind=SubjectKind.STATION, responsible="王")]
    town = published({"a": 90, "b": 80, "c": 70, "s": 60}, posts=posts)
    found = {each.group: (each.last, each.too_small) for each in town.state(A, "2025").rankings}
    assert found == {"village": (("c",), False), "station": ((), True)}


def test_one_line_for_all_where_the_policy_says_so() -> None:
    posts = [*THREE, Post(id="s", name="财政所", kind=SubjectKind.STATION, responsible="王")]
    town = published({"a": 90, "b": 80, "c": 70, "s": 60}, {"groups": "all"}, posts)
    assert ranking(town, 2025).last == ("s",)


@pytest.mark.parametrize(("setting", "last"), [("all", ("b", "c")), ("none", ())])
def test_a_tie_for_last_may_be_settled_by_policy(setting: str, last: tuple[str, ...]) -> None:
    town = published(TIED, {"tie_for_last": setting})
    assert ranks(town) == [(1, "a"), (2, "b"), (2, "c")]
    assert (ranking(town, 2025).last, ranking(town, 2025).last_undecided) == (last, False)


def test_a_tie_for_last_by_hand_waits_for_a_decision_among_those_who_share_it() -> None:
    town = published(TIED)
    assert (ranking(town, 2025).last, ranking(town, 2025).last_undecided) == ((), True)
    assert refused(town, "2025-12-22", 2025, DecideLast(group="village", subjects=("a",))) == "not_tied_for_last"
    assert refused(town, "2025-12-22", 2025, DecideLast(group="station", subjects=("b",))) == "unknown_group"
    town.act("2025-12-22", A, "2025", DecideLast(group="village", subjects=("c",)))
    assert (ranking(town, 2025).last, ranking(town, 2025).last_undecided) == (("c",), False)
    assert refused(town, "2025-12-22", 2025, DecideLast(group="village", subjects=("b",))) == "last_not_undecided"


def test_an_undecided_tie_is_final_with_the_year_but_the_case_waits_for_the_decision() -> None:
    town = published(TIED)
    finish(town, 2025)
    (final,) = town.events(A, "2025", "assessment.finalised")
    assert final.undecided == ("village",)
    assert (town.facts(A, "2025").outcome, town.facts(A, "2025").open) == ("final", True)
    town.act("2026-02-01", A, "2025", DecideLast(group="village", subjects=("b",)))
    assert (ranking(town, 2025).last, town.facts(A, "2025").open) == (("b",), False)


def test_the_ranking_is_public_for_five_working_days_and_then_final() -> None:
    town = published({"a": 90, "b": 80, "c": 70})
    assert town.facts(A, "2025").due == day("2025-12-26")
    town.until("2025-12-26")
    assert town.facts(A, "2025").stage == "publicity"
    town.until("2025-12-27")
    assert (town.facts(A, "2025").stage, town.facts(A, "2025").open) == ("final", False)


def test_nothing_is_scored_after_publication() -> None:
    town = published({"a": 90, "b": 80, "c": 70})
    bonus = EnterBonus(subject="a", points=Fraction(1), reason="x")
    assert refused(town, "2025-12-22", 2025, bonus) == "ranking_published"
    assert refused(town, "2025-12-22", 2025, PublishRanking()) == "already_published"


def test_an_objection_holds_the_ranking_until_it_is_decided() -> None:
    town = published({"a": 90, "b": 80, "c": 70})
    town.act("2025-12-26", A, "2025", object_(), Actor(id="bing", role=Role.HEAD))
    finish(town, 2025)
    assert town.facts(A, "2025").stage == "objections"
    assert town.events(A, "2025", "assessment.finalised") == []
    town.act("2026-01-05", A, "2025", DecideObjection(objection_id="o1", upheld=False, reason="核对无误"))
    assert (town.facts(A, "2025").stage, ranking(town, 2025).last) == ("final", ("c",))


def test_the_ranking_waits_for_every_objection() -> None:
    town = published({"a": 90, "b": 80, "c": 70})
    for each in ("o1", "o2"):
        town.act("2025-12-26", A, "2025", object_(each))
    finish(town, 2025)
    town.act("2026-01-05", A, "2025", DecideObjection(objection_id="o2", upheld=False, reason="核对无误"))
    assert town.facts(A, "2025").stage == "objections"
    town.act("2026-01-06", A, "2025", DecideObjection(objection_id="o1", upheld=False, reason="核对无误"))
    assert town.facts(A, "2025").stage == "final"


def test_objections_are_heard_only_while_the_ranking_is_public() -> None:
    town = scoring()
    assert refused(town, "2025-12-15", 2025, object_()) == "not_published"
    publish(town, 2025, {"a": 90, "b": 80, "c": 70})
    assert refused(town, "2025-12-22", 2025, object_(on="2025-12-19")) == "not_published"
    assert refused(town, "2025-12-27", 2025, object_()) == "publicity_over"


def test_a_pending_objection_keeps_no_door_open_for_others() -> None:
    town = published({"a": 90, "b": 80, "c": 70})
    town.act("2025-12-26", A, "2025", object_("o1"))
    assert refused(town, "2025-12-29", 2025, object_("o2")) == "publicity_over"
    assert town.act("2025-12-29", A, "2025", object_("o3", on="2025-12-26")) != [], "raised in time, entered late"


def test_an_objection_is_decided_once() -> None:
    town = published({"a": 90, "b": 80, "c": 70})
    town.act("2025-12-22", A, "2025", object_())
    assert refused(town, "2025-12-22", 2025, object_()) == "objection_exists"
    decision = DecideObjection(objection_id="o1", upheld=False, reason="核对无误")
    town.act("2025-12-23", A, "2025", decision)
    assert refused(town, "2025-12-23", 2025, decision) == "objection_decided"
    unknown = DecideObjection(objection_id="o9", upheld=False, reason="核对无误")
    assert refused(town, "2025-12-23", 2025, unknown) == "unknown_objection"


def test_an_upheld_objection_withdraws_the_ranking_until_it_is_published_anew() -> None:
    town = published({"a": 90, "b": 80, "c": 70})
    town.act("2025-12-23", A, "2025", object_())
    town.act("2025-12-24", A, "2025", DecideObjection(objection_id="o1", upheld=True, reason="漏记"))
    assert (town.facts(A, "2025").stage, town.deadlines(A, "2025")) == ("scoring", [])
    score(town, 2025, "c", 85)
    town.act("2025-12-29", A, "2025", PublishRanking())
    assert ranking(town, 2025).last == ("b",)
    town.until("2026-01-05")
    assert town.facts(A, "2025").stage == "publicity"
    town.until("2026-01-06")
    assert town.facts(A, "2025").stage == "final"


def test_an_upheld_objection_may_annul_the_year_and_then_nobody_is_last() -> None:
    town = published({"a": 90, "b": 80, "c": 70})
    town.act("2025-12-23", A, "2025", object_())
    town.act("2025-12-24", A, "2025", DecideObjection(objection_id="o1", upheld=True, annul=True, reason="程序违规"))
    assert ranking(town, 2025).last == ()
    assert ranks(town) == [(1, "a"), (2, "b"), (3, "c")]
    facts = town.facts(A, "2025")
    assert (facts.stage, facts.outcome, facts.open, town.deadlines(A, "2025")) == ("annulled", "annulled", False, [])


def test_a_year_annulled_with_a_tie_waits_for_no_decision() -> None:
    town = published(TIED)
    town.act("2025-12-24", A, "2025", AnnulYear(reason="程序违规"))
    assert (ranking(town, 2025).last, ranking(town, 2025).last_undecided) == ((), False)
    assert town.facts(A, "2025").open is False
    assert refused(town, "2025-12-24", 2025, AnnulYear(reason="再次")) == "already_annulled"


def test_an_assessment_read_from_its_stream_is_the_same() -> None:
    town = published(TIED)
    finish(town, 2025)
    again = fold(GOVERNED[CaseKind.ASSESSMENT], town.stream("assessment-2025"))
    assert again.inner == town.state(A, "2025")
