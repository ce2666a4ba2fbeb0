"""Democratic appraisal: the worked cases of the rules, precedence, sensitivity, and what must hold for any counts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.policy.document import AppraisalPolicy, Denominator
from domain.rules.appraisal import before_opening, judge, quorum, recusal
from domain.rules.counting import Attendance, ItemCount, attendance_fault, count_fault
from domain.rules.verdict import PENDING, REFUSED, Outcome, Verdict

DEFAULT = AppraisalPolicy()
EVERYBODY = Attendance(entitled=2000, present=2000, issued=2000)
CASE_3 = ItemCount(
    grades={"excellent": 12, "competent": 19, "basically_competent": 10, "incompetent": 6}, abstain=4, invalid=3
)
CASE_3_ATTENDANCE = Attendance(entitled=60, present=55, issued=55)


def policy(**keys: Any) -> AppraisalPolicy:
    return AppraisalPolicy.model_validate(keys)


def item(passing: int, valid: int, *, abstain: int = 0, invalid: int = 0) -> ItemCount:
    failing = valid - passing - abstain
    return ItemCount(grades={"excellent": passing, "incompetent": failing}, abstain=abstain, invalid=invalid)


@pytest.mark.parametrize(
    ("valid", "passing", "rate", "verdict"),
    [
        (60, 36, "60.00%", Outcome.PASS),
        (60, 35, "58.33%", Outcome.FAIL),
        (117, 70, "59.83%", Outcome.FAIL),
        (1667, 1000, "59.99%", Outcome.FAIL),
        (4002, 2401, "59.995%", Outcome.FAIL),
        (1, 1, "100.00%", Outcome.PASS),
        (1, 0, "0.00%", Outcome.FAIL),
    ],
)
def test_case_1_the_pass_line(valid: int, passing: int, rate: str, verdict: Outcome) -> None:
    attendance = Attendance(entitled=valid, present=valid, issued=valid)
    judged = judge(DEFAULT, attendance, item(passing, valid), {})
    assert (judged.verdict, judged.rate_printed) == (verdict, rate)
    assert (judged.passing, judged.denominator, judged.rate) == (passing, valid, Fraction(passing, valid))


@pytest.mark.parametrize(
    ("passing_grades", "rate", "verdict"),
    [
        (["excellent", "competent"], "63.33%", Outcome.PASS),
        (["competent"], "30.00%", Outcome.FAIL),
        (["称职"], "30.00%", Outcome.FAIL),
        (["excellent", "competent", "basically_competent"], "88.33%", Outcome.PASS),
    ],
)
def test_case_2_passing_grades(passing_grades: list[str], rate: str, verdict: Outcome) -> None:
    counts = ItemCount(grades={"excellent": 20, "competent": 18, "basically_competent": 15, "incompetent": 7})
    judged = judge(policy(passing_grades=passing_grades), EVERYBODY.model_copy(update={"entitled": 60}), counts, {})
    assert (judged.verdict, judged.rate_printed) == (verdict, rate)


@pytest.mark.parametrize(
    ("denominator", "rate", "verdict", "sensitive_under"),
    [
        ("valid", "60.78%", Outcome.PASS, ("returned", "present", "entitled")),
        ("valid_without_abstentions", "65.96%", Outcome.PASS, ("returned", "present", "entitled")),
        ("returned", "57.41%", Outcome.FAIL, ("valid", "valid_without_abstentions")),
        ("present", "56.36%", Outcome.FAIL, ("valid", "valid_without_abstentions")),
        ("entitled", "51.67%", Outcome.FAIL, ("valid", "valid_without_abstentions")),
    ],
)
def test_case_3_denominators(denominator: str, rate: str, verdict: Outcome, sensitive_under: tuple[str, ...]) -> None:
    judged = judge(policy(denominator=denominator), CASE_3_ATTENDANCE, CASE_3, {})
    assert (judged.verdict, judged.rate_printed, judged.denominator_name) == (verdict, rate, denominator)
    assert (judged.sensitive_to_denominator, judged.sensitive_under) == (True, sensitive_under)
    assert (judged.returned, judged.invalid, judged.valid, judged.abstentions) == (54, 3, 51, 4)
    assert (judged.entitled, judged.present, judged.issued, judged.passing) == (60, 55, 55, 31)


def test_no_sensitivity_warning_where_it_is_off_or_nothing_flips() -> None:
    off = judge(policy(sensitivity_warning=False), CASE_3_ATTENDANCE, CASE_3, {})
    assert (off.verdict, off.sensitive_to_denominator, off.sensitive_under) == (Outcome.PASS, False, ())
    firm = judge(DEFAULT, Attendance(entitled=60, present=60, issued=60), item(50, 60), {})
    assert not firm.sensitive_to_denominator


@pytest.mark.parametrize(
    ("rule", "entitled", "needed"),
    [
        ("two_thirds", 61, 41),
        ("two_thirds", 60, 40),
        ("more_than_half", 60, 31),
        ("more_than_half", 61, 31),
        ("more_than_half", 1, 1),
        ("more_than_half", 0, 1),
        ("two_thirds", 0, 1),
    ],
)
def test_case_4_quorum(rule: str, entitled: int, needed: int) -> None:
    assert quorum(policy(quorum=rule), entitled) == needed


def test_a_session_of_the_congress_needs_two_thirds() -> None:
    assert quorum(DEFAULT, 61, in_session=True) == 41
    attendance = Attendance(entitled=61, present=40, issued=40)
    assert judge(DEFAULT, attendance, item(40, 40), {}).verdict is Outcome.PASS
    assert judge(DEFAULT, attendance, item(40, 40), {}, in_session=True).verdict is Outcome.NO_QUORUM


@pytest.mark.parametrize(("present", "verdict"), [(30, Outcome.NO_QUORUM), (31, Outcome.PASS)])
def test_a_poll_below_the_quorum_is_refused_without_a_rate(present: int, verdict: Outcome) -> None:
    judged = judge(DEFAULT, Attendance(entitled=60, present=present, issued=present), item(present, present), {})
    assert judged.verdict is verdict
    assert (judged.rate is None) == (verdict is Outcome.NO_QUORUM)


CASE_6 = {
    "thought": item(40, 50),
    "ability": item(25, 50),
    "style": item(35, 50),
    "achievement": item(27, 50),
    "integrity": item(45, 50),
}


@pytest.mark.parametrize(
    ("overall_from", "rate", "passing", "denominator", "verdict"),
    [
        ("overall", "58.00%", 29, 50, Outcome.FAIL),
        ("mean_of_dimensions", "68.80%", 172, 250, Outcome.PASS),
        ("every_dimension", "50.00%", 25, 50, Outcome.FAIL),
    ],
)
def test_case_6_dimensions(overall_from: str, rate: str, passing: int, denominator: int, verdict: Outcome) -> None:
    attendance = Attendance(entitled=50, present=50, issued=50)
    judged = judge(policy(overall_from=overall_from), attendance, item(29, 50), CASE_6)
    assert (judged.verdict, judged.rate_printed) == (verdict, rate)
    assert (judged.passing, judged.denominator) == (passing, denominator)
    assert judged.dimension_warnings == ("ability", "achievement")


def test_the_mean_of_dimensions_is_exact_where_their_denominators_differ() -> None:
    """1/2 and 2/3: the mean is 7/12, neither the share of the sums 3/5 nor anything rounded."""
    two = policy(dimensions=["thought", "ability"], overall_from="mean_of_dimensions")
    dimensions = {"thought": item(1, 2, invalid=1), "ability": item(2, 3)}
    judged = judge(two, Attendance(entitled=3, present=3, issued=3), item(3, 3), dimensions)
    assert (judged.rate, judged.passing, judged.denominator) == (Fraction(7, 12), 7, 12)
    assert judged.verdict is Outcome.FAIL
    assert Denominator.VALID not in judged.sensitive_under


def test_sensitivity_of_the_mean_uses_each_dimensions_own_denominator() -> None:
    """Under `valid` the mean of 3/5 and 3/5 passes; abstentions left out, it still does; of the returned it fails."""
    two = policy(dimensions=["thought", "ability"], overall_from="mean_of_dimensions")
    dimensions = {"thought": item(3, 5, invalid=1), "ability": item(3, 5, abstain=1, invalid=1)}
    judged = judge(two, Attendance(entitled=6, present=6, issued=6), item(0, 6), dimensions)
    assert judged.verdict is Outcome.PASS
    assert judged.sensitive_under == (Denominator.RETURNED, Denominator.PRESENT, Denominator.ENTITLED)


def test_a_dimension_left_out_was_graded_as_the_overall_item() -> None:
    judged = judge(DEFAULT, EVERYBODY.model_copy(update={"entitled": 50}), item(29, 50), {"integrity": item(45, 50)})
    assert judged.dimension_warnings == ("thought", "ability", "style", "achievement")


@pytest.mark.parametrize("denominator", list(Denominator))
@pytest.mark.parametrize("counts", [ItemCount(), ItemCount(invalid=40)])
def test_without_a_valid_ballot_nothing_is_computed(denominator: Denominator, counts: ItemCount) -> None:
    judged = judge(policy(denominator=denominator), Attendance(entitled=60, present=55, issued=55), counts, {})
    assert judged.verdict is Outcome.NO_VALID_BALLOTS
    assert (judged.rate, judged.rate_printed, judged.sensitive_to_denominator) == (None, None, False)
    assert (judged.valid, judged.returned) == (0, counts.returned)


def test_only_abstentions_fail_under_valid_and_cannot_be_computed_without_them() -> None:
    attendance = Attendance(entitled=10, present=10, issued=10)
    counts = ItemCount(abstain=10)
    judged = judge(DEFAULT, attendance, counts, {})
    assert (judged.verdict, judged.rate_printed, judged.sensitive_to_denominator) == (Outcome.FAIL, "0.00%", False)
    without = judge(policy(denominator="valid_without_abstentions"), attendance, counts, {})
    assert (without.verdict, without.rate) == (Outcome.NO_VALID_BALLOTS, None)


def test_more_returned_than_issued_voids_the_poll_and_leaves_no_count() -> None:
    judged = judge(DEFAULT, Attendance(entitled=60, present=55, issued=53), CASE_3, {})
    assert judged == Verdict(verdict=Outcome.VOID, entitled=60, present=55, issued=53, returned=54)
    assert not judged.decides


def test_as_many_returned_as_issued_stand() -> None:
    assert judge(DEFAULT, Attendance(entitled=60, present=55, issued=54), CASE_3, {}).verdict is Outcome.PASS


@pytest.mark.parametrize(
    ("present", "issued", "counts", "verdict"),
    [
        (30, 20, item(25, 25), Outcome.NO_QUORUM),
        (30, 20, ItemCount(invalid=25), Outcome.NO_QUORUM),
        (40, 20, ItemCount(invalid=25), Outcome.VOID),
        (40, 40, ItemCount(invalid=25), Outcome.NO_VALID_BALLOTS),
    ],
)
def test_precedence(present: int, issued: int, counts: ItemCount, verdict: Outcome) -> None:
    assert judge(DEFAULT, Attendance(entitled=60, present=present, issued=issued), counts, {}).verdict is verdict


def test_quorum_and_returned_are_judged_before_any_ballot_is_opened() -> None:
    attendance = Attendance(entitled=60, present=55, issued=55)
    assert before_opening(DEFAULT, attendance, None) is None
    assert before_opening(DEFAULT, attendance, 55) is None
    void = before_opening(DEFAULT, attendance, 56)
    assert void is not None
    assert void.verdict is Outcome.VOID


def test_a_refused_or_pending_poll_has_no_figures() -> None:
    for verdict in (REFUSED, PENDING):
        figures = verdict.model_dump(exclude={"verdict"}, exclude_defaults=True)
        assert figures == {}
        assert not verdict.decides


@pytest.mark.parametrize(("valid", "shown"), [(2, False), (3, True)])
def test_below_the_minimum_group_no_breakdown_is_shown(valid: int, shown: bool) -> None:
    attendance = Attendance(entitled=valid, present=valid, issued=valid)
    judged = judge(DEFAULT, attendance, item(0, valid), {})
    assert judged.breakdown_shown is shown
    assert bool(judged.dimensions) is shown
    assert bool(judged.dimension_warnings) is shown
    assert judged.verdict is Outcome.FAIL


def test_recusal() -> None:
    deputies = ["d1", "d2", "d3"]
    assert recusal(DEFAULT, deputies, "d1", ["d3", "x"]) == {"d1", "d3"}
    assert recusal(policy(recusal=False), deputies, "d1", ["d3"]) == frozenset()


@pytest.mark.parametrize(("attendance", "words"), [((60, 61, 61), "实到"), ((60, 50, 51), "发出")])
def test_impossible_attendance(attendance: tuple[int, int, int], words: str) -> None:
    fault = attendance_fault(*attendance)
    assert fault is not None
    assert words in fault
    entitled, present, issued = attendance
    with pytest.raises(ValidationError):
        Attendance(entitled=entitled, present=present, issued=issued)


def test_counts_that_are_not_of_one_poll() -> None:
    assert count_fault(DEFAULT, item(3, 5), {"style": item(2, 4, invalid=1)}) is None
    assert "4" in (count_fault(DEFAULT, item(3, 5), {"style": item(2, 4)}) or "")
    assert "charm" in (count_fault(DEFAULT, item(3, 5), {"charm": item(3, 5)}) or "")
    assert "superb" in (count_fault(DEFAULT, ItemCount(grades={"superb": 5}), {}) or "")


counts = st.builds(
    lambda grades, abstain, invalid: ItemCount(
        grades=dict(zip(DEFAULT.grade_keys, grades, strict=True)), abstain=abstain, invalid=invalid
    ),
    st.tuples(*[st.integers(0, 40)] * 4),
    st.integers(0, 20),
    st.integers(0, 20),
)
policies = st.builds(
    policy,
    denominator=st.sampled_from(list(Denominator)),
    overall_from=st.sampled_from(["overall", "mean_of_dimensions", "every_dimension"]),
    pass_rate=st.fractions(0, 1, max_denominator=1000),
)


def attended_by_all(item: ItemCount, extra: int) -> Attendance:
    everybody = item.returned + extra
    return Attendance(entitled=everybody, present=everybody, issued=everybody)


@given(policies, counts, st.dictionaries(st.sampled_from(DEFAULT.dimension_keys), counts), st.integers(0, 9))
def test_a_verdict_agrees_with_its_own_figures(
    rules: AppraisalPolicy, overall: ItemCount, dimensions: dict[str, ItemCount], extra: int
) -> None:
    judged = judge(rules, attended_by_all(overall, 200 + extra), overall, dimensions)
    if judged.rate is None:
        assert judged.verdict is Outcome.NO_VALID_BALLOTS
        return
    assert judged.passing is not None
    assert judged.denominator is not None
    assert judged.rate == Fraction(judged.passing, judged.denominator)
    assert judged.verdict is (Outcome.PASS if judged.rate >= rules.pass_rate else Outcome.FAIL)
    assert rules.denominator not in judged.sensitive_under
    assert Verdict.model_validate_json(judged.model_dump_json()) == judged


@given(policies, counts, counts, st.sampled_from(["basically_competent", "incompetent"]))
def test_a_better_grade_never_turns_a_pass_into_a_fail(
    rules: AppraisalPolicy, overall: ItemCount, dimension: ItemCount, worse: str
) -> None:
    """Monotone: one deputy marks 优秀 instead of a grade that does not pass."""

    def bettered(item: ItemCount) -> ItemCount:
        if item.grades[worse] == 0:
            return item
        grades = {**item.grades, worse: item.grades[worse] - 1, "excellent": item.grades["excellent"] + 1}
        return item.model_copy(update={"grades": grades})

    attendance = attended_by_all(overall, 200)
    before = judge(rules, attendance, overall, {"style": dimension})
    after = judge(rules, attendance, bettered(overall), {"style": bettered(dimension)})
    if before.verdict is Outcome.PASS:
        assert after.verdict is Outcome.PASS
    if before.rate is not None:
        assert after.rate is not None
        assert after.rate >= before.rate


@given(st.integers(0, 10_000), st.sampled_from(["more_than_half", "two_thirds"]))
def test_the_quorum_is_the_smallest_that_suffices(entitled: int, rule: str) -> None:
    needed = quorum(policy(quorum=rule), entitled)

    def suffices(present: int) -> bool:
        return 2 * present > entitled if rule == "more_than_half" else present > 0 and 3 * present >= 2 * entitled

    assert suffices(needed)
    assert not suffices(needed - 1)
