"""Year-end assessment: marks to totals, ranks, and who is last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Refusal
from domain.calendar import WorkCalendar
from domain.policy.assessment import AssessmentPolicy, Method, ScoreTable
from domain.printing import print_score
from domain.rules.assessment import (
    SubjectScores,
    Total,
    groups,
    mark_of_items,
    publicity_days,
    raw_score,
    scores_fault,
    tables,
    total,
)
from domain.rules.ranking import Ranking, annulled, decide_last, rank

DEFAULT = AssessmentPolicy()
WORK = DEFAULT.tables[0]


def policy(**keys: Any) -> AssessmentPolicy:
    return AssessmentPolicy.model_validate(keys)


def marks(*four: Any) -> dict[str, Any]:
    listed = [each if isinstance(each, list) else [each] for each in four]
    return dict(zip(("reports", "documents", "site", "opinion"), listed, strict=True))


def scores(work: dict[str, Any], party: dict[str, Any], **more: Any) -> SubjectScores:
    return SubjectScores.model_validate({"subject": "czs", "tables": {"work": work, "party": party}, **more})


CASE_7 = scores(marks(90, 85, 80, 75), marks(92, 88, 90, 84))


def test_case_7_scores_and_total() -> None:
    counted = total(DEFAULT, CASE_7)
    assert counted.tables == {"work": Fraction("80.5"), "party": Fraction(88)}
    assert counted.total == Fraction("168.5")
    assert print_score(counted.total) == "168.50"
    assert counted.methods[Method.OPINION] == Fraction("22.5") + Fraction("25.2")
    assert Total.model_validate_json(counted.model_dump_json()) == counted


@pytest.mark.parametrize(
    ("given_marks", "mean"),
    [
        ([80], Fraction(80)),
        ([80, 81, 82, 90], Fraction(333, 4)),
        ([60, 80, 80, 80, 100], Fraction(80)),
        ([0, 70, 80, 90, 100, 100], Fraction(85)),
        ([80, 80, 80, 80, 80], Fraction(80)),
        ([1, 2, 2], Fraction(5, 3)),
    ],
)
def test_of_five_or_more_marks_one_highest_and_one_lowest_are_dropped(given_marks: list[int], mean: Fraction) -> None:
    assert raw_score(DEFAULT, [Fraction(mark) for mark in given_marks]) == mean


@pytest.mark.parametrize("given_marks", [[], [101], [-1]])
def test_impossible_marks(given_marks: list[int]) -> None:
    with pytest.raises(ValueError, match="mark"):
        raw_score(DEFAULT, [Fraction(mark) for mark in given_marks])


@pytest.mark.parametrize(
    ("bonus", "expected"),
    [(0, "168.50"), (3, "171.50"), (5, "173.50"), (7, "173.50"), ("2.25", "170.75"), (-3, "165.50"), (-500, "0.00")],
)
def test_the_bonus_is_capped_and_a_deduction_never_goes_below_0(bonus: Any, expected: str) -> None:
    counted = total(DEFAULT, CASE_7.model_copy(update={"bonus": Fraction(bonus)}))
    assert print_score(counted.total) == expected


def test_a_deduction_from_a_table_never_takes_it_below_0() -> None:
    counted = total(DEFAULT, scores(marks(10, 10, 10, 10), marks(90, 90, 90, 90), deductions={"work": 30, "party": 5}))
    assert counted.tables == {"work": 0, "party": 85}
    assert counted.total == 85


def test_a_table_with_another_full_score_is_scaled() -> None:
    table = ScoreTable(key="work", name="业务工作", full=Fraction(60))
    assert tables(DEFAULT, table, dict.fromkeys(Method, Fraction(80))) == 48


def test_a_score_sheet_with_items() -> None:
    table = ScoreTable.model_validate(
        {
            "key": "work",
            "name": "业务工作",
            "full": 50,
            "items": [{"key": "roads", "name": "道路", "full": 20}, {"key": "water", "name": "水利", "full": 30}],
        }
    )
    points = {"roads": Fraction(18), "water": Fraction(4)}
    assert mark_of_items(table, points, {}) == 44
    assert mark_of_items(table, points, {"water": Fraction(9)}) == 36  # water falls to 0, roads keeps its 18
    with pytest.raises(ValueError, match="items"):
        mark_of_items(table, {"roads": Fraction(18)}, {})
    with pytest.raises(ValueError, match="full score"):
        mark_of_items(table, {"roads": Fraction(21), "water": Fraction(0)}, {})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tables": {"work": marks(1, 1, 1, 1)}}, "缺少计分表 party"),
        ({"tables": {"work": marks(1, 1, 1, 1), "party": {"reports": [1]}}}, "缺少看资料"),
        ({"tables": {"work": marks(1, 1, 1, 1), "party": marks(1, 1, 1, [100, 101])}}, "0 至 100"),
        ({"tables": {"work": marks(1, 1, 1, 1), "party": marks(1, 1, 1, 1), "other": {}}}, "没有计分表 other"),
        ({"tables": {"work": marks(1, 1, 1, 1), "party": marks(1, 1, 1, 1)}, "deductions": {"work": -1}}, "扣分"),
        ({"tables": {"work": marks(1, 1, 1, 1), "party": marks(1, 1, 1, 1)}, "deductions": {"x": 1}}, "没有计分表 x"),
    ],
)
def test_scores_that_cannot_be_totalled(changed: dict[str, Any], words: str) -> None:
    faulty = SubjectScores.model_validate({"subject": "czs", **changed})
    assert words in (scores_fault(DEFAULT, faulty) or "")
    with pytest.raises(ValueError, match="czs"):
        total(DEFAULT, faulty)
    assert scores_fault(DEFAULT, CASE_7) is None


def test_groups() -> None:
    kinds = {"czs": "station", "bmdt": "window", "lys": "station"}
    assert groups(DEFAULT, kinds) == {"station": ("czs", "lys"), "window": ("bmdt",)}
    assert groups(policy(groups="all"), kinds) == {"all": ("czs", "bmdt", "lys")}


def test_the_ranking_is_public_for_five_working_days() -> None:
    assert publicity_days(DEFAULT, date(2025, 12, 22), WorkCalendar(weekends_only=True)) == date(2025, 12, 29)


def scored(subject: str, points: Any, opinion: Any = 0, site: Any = 0, documents: Any = 0) -> Total:
    methods = {
        Method.REPORTS: Fraction(0),
        Method.DOCUMENTS: Fraction(documents),
        Method.SITE: Fraction(site),
        Method.OPINION: Fraction(opinion),
    }
    return Total(subject=subject, total=Fraction(points), tables={}, methods=methods, bonus=Fraction(0))


CASE_8 = [
    scored("d", "171.5", 50),
    scored("b", 182, 54),
    scored("e", "171.5", 50),
    scored("c", 182, 53),
    scored("a", "188.5", 55),
]


def places(ranking: Ranking) -> list[tuple[int, str]]:
    return [(row.rank, row.subject) for row in ranking.rows]


def test_case_8_ranks_and_an_undecided_last_place() -> None:
    ranking = rank(DEFAULT, "village", CASE_8)
    assert places(ranking) == [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (4, "e")]
    assert [row.printed for row in ranking.rows] == ["188.50", "182.00", "182.00", "171.50", "171.50"]
    assert (ranking.last, ranking.last_undecided, ranking.tied_for_last) == ((), True, ("d", "e"))


@pytest.mark.parametrize(("setting", "last"), [("all", ("d", "e")), ("none", ())])
def test_a_tie_for_last_by_rule(setting: str, last: tuple[str, ...]) -> None:
    ranking = rank(policy(tie_for_last=setting), "village", CASE_8)
    assert (ranking.last, ranking.last_undecided, ranking.tied_for_last) == (last, False, ("d", "e"))


@pytest.mark.parametrize("chosen", [["d"], ["e"], ["e", "d"]])
def test_a_decision_by_hand(chosen: list[str]) -> None:
    decided = decide_last(rank(DEFAULT, "village", CASE_8), chosen)
    assert (set(decided.last), decided.last_undecided) == (set(chosen), False)
    assert list(decided.last) == sorted(chosen)


@pytest.mark.parametrize(
    ("totals", "chosen", "code"),
    [
        (CASE_8, [], "nobody_chosen"),
        (CASE_8, ["c"], "not_tied_for_last"),
        (CASE_8, ["d", "x"], "not_tied_for_last"),
        (CASE_8[1:], ["e"], "last_not_undecided"),
    ],
)
def test_a_decision_that_is_refused(totals: list[Total], chosen: list[str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        decide_last(rank(DEFAULT, "village", totals), chosen)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([scored("a", 9), scored("b", 8), scored("c", 8), scored("d", 7)], [(1, "a"), (2, "b"), (2, "c"), (4, "d")]),
        ([scored("a", 9, 1), scored("b", 9, 2)], [(1, "b"), (2, "a")]),
        ([scored("a", 9, 1, 1), scored("b", 9, 1, 2)], [(1, "b"), (2, "a")]),
        ([scored("a", 9, 1, 1, 1), scored("b", 9, 1, 1, 2)], [(1, "b"), (2, "a")]),
        ([scored("a", 9, 1, 2, 0), scored("b", 9, 2, 1, 0)], [(1, "b"), (2, "a")]),  # 民意 before 实地
        ([scored("b", 9), scored("a", 9)], [(1, "b"), (1, "a")]),  # equals keep their order
    ],
)
def test_ties_are_broken_in_order(totals: list[Total], expected: list[tuple[int, str]]) -> None:
    assert places(rank(DEFAULT, "station", totals)) == expected


def test_another_order_of_tie_breaks() -> None:
    totals = [scored("a", 9, opinion=1, site=2), scored("b", 9, opinion=2, site=1)]
    assert places(rank(policy(tie_break=["site"]), "station", totals)) == [(1, "a"), (2, "b")]
    assert places(rank(policy(tie_break=[]), "station", totals)) == [(1, "a"), (1, "b")]


@pytest.mark.parametrize(("size", "last"), [(0, ()), (2, ()), (3, ("2",)), (4, ("3",))])
def test_in_a_small_group_nobody_is_last(size: int, last: tuple[str, ...]) -> None:
    ranking = rank(DEFAULT, "window", [scored(str(index), 90 - index) for index in range(size)])
    assert ranking.last == last
    assert ranking.too_small is (size < 3)
    assert not ranking.last_undecided


def test_an_annulled_ranking_has_no_last() -> None:
    ranking = rank(DEFAULT, "village", CASE_8)
    assert annulled(ranking) == ranking.model_copy(update={"last": (), "last_undecided": False, "tied_for_last": ()})


totals_lists = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), max_size=12
).map(lambda rows: [scored(f"s{index}", *row) for index, row in enumerate(rows)])


@given(totals_lists)
def test_ranks_are_consistent(totals: Sequence[Total]) -> None:
    """A rank is one more than the number of those who are better; nobody is lost."""

    def key(each: Total) -> tuple[Fraction, ...]:
        return (
            each.total,
            each.methods[Method.OPINION],
            each.methods[Method.SITE],
            each.methods[Method.DOCUMENTS],
        )

    keys = {each.subject: key(each) for each in totals}
    ranking = rank(DEFAULT, "village", totals)
    assert sorted(row.subject for row in ranking.rows) == sorted(keys)
    for row in ranking.rows:
        assert row.rank == 1 + sum(other > keys[row.subject] for other in keys.values())
    if ranking.last or ranking.tied_for_last:
        lowest = {subject for subject, each in keys.items() if each == min(keys.values())}
        assert set(ranking.last or ranking.tied_for_last) == lowest
    assert ranking.last_undecided is (len(ranking.tied_for_last) > 1)
    assert Ranking.model_validate_json(ranking.model_dump_json()) == ranking


@given(
    st.lists(st.lists(st.integers(0, 100), min_size=1, max_size=9), min_size=8, max_size=8),
    st.integers(0, 7),
    st.data(),
)
def test_a_higher_mark_never_lowers_a_total(all_marks: list[list[int]], which: int, data: st.DataObject) -> None:
    scorer = data.draw(st.integers(0, len(all_marks[which]) - 1))
    raised = [list(each) for each in all_marks]
    raised[which][scorer] = data.draw(st.integers(all_marks[which][scorer], 100))

    def counted(eight: list[list[int]]) -> Fraction:
        return total(DEFAULT, scores(marks(*eight[:4]), marks(*eight[4:]))).total

    assert counted(all_marks) <= counted(raised) <= 200
