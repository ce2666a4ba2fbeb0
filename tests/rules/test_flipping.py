"""`could_flip` against every way in which the unseen ballots could have been marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, product

import pytest

from domain.policy.document import AppraisalPolicy, Denominator, OverallFrom
from domain.rules.appraisal import judge
from domain.rules.counting import ABSTAIN, INVALID, Attendance, ItemCount
from domain.rules.flipping import could_flip
from domain.rules.verdict import Outcome

TWO = {
    "dimensions": ["工作能力", "工作作风"],
    "grades": ["称职", "不称职"],
    "passing_grades": ["competent"],
    "minimum_group": 1,
}


def item(passing: int, failing: int, abstain: int = 0, invalid: int = 0) -> ItemCount:
    return ItemCount(grades={"competent": passing, "incompetent": failing}, abstain=abstain, invalid=invalid)


def heard(count: ItemCount, words: tuple[str, ...], set_aside: int) -> ItemCount:
    grades = {grade: number + words.count(grade) for grade, number in count.grades.items()}
    return ItemCount(
        grades=grades,
        abstain=count.abstain + words.count(ABSTAIN),
        invalid=count.invalid - set_aside + words.count(INVALID),
    )


def all_verdicts(
    policy: AppraisalPolicy, attendance: Attendance, items: dict[str, ItemCount], unreturned: int, set_aside: int
) -> Iterator[Outcome]:
    """The verdict for every content of the unseen ballots, each item by itself."""
    answers = list(combinations_with_replacement((*policy.grade_keys, ABSTAIN, INVALID), unreturned + set_aside))
    for said in product(answers, repeat=len(items)):
        told = {name: heard(count, words, set_aside) for (name, count), words in zip(items.items(), said, strict=True)}
        yield judge(policy, attendance, told.pop("overall"), told).verdict


@pytest.mark.parametrize("denominator", list(Denominator))
@pytest.mark.parametrize("overall_from", list(OverallFrom))
def test_it_says_what_trying_every_content_says(denominator: Denominator, overall_from: OverallFrom) -> None:
    policy = AppraisalPolicy.model_validate({**TWO, "denominator": denominator, "overall_from": overall_from})
    seen = set()
    for passing in range(7):
        for unreturned, set_aside in ((0, 1), (1, 0), (2, 0), (1, 1)):
            items = {
                "overall": item(passing, 6 - passing, 1, 1),
                "ability": item(passing, 5 - min(passing, 5), 1, 2),
                "style": item(min(passing + 1, 6), 6 - min(passing + 1, 6), 1, 1),
            }
            returned = items["overall"].returned
            attendance = Attendance(entitled=12, present=11, issued=returned + unreturned)
            dimensions = {name: count for name, count in items.items() if name != "overall"}
            now = judge(policy, attendance, items["overall"], dimensions).verdict
            others = {v for v in all_verdicts(policy, attendance, items, unreturned, set_aside) if v is not now}
            expected = bool(others & {Outcome.PASS, Outcome.FAIL})
            flips = could_flip(
                policy, attendance, items["overall"], dimensions, unreturned=unreturned, set_aside=set_aside
            )
            assert flips is expected, (passing, unreturned, set_aside)
            seen.add(flips)
    assert seen == {True, False}


def test_exactly_at_the_line_one_missing_ballot_flips_it_and_far_from_it_none_does() -> None:
    attendance = Attendance(entitled=61, present=61, issued=61)
    policy = AppraisalPolicy()
    at_the_line = ItemCount(grades={"excellent": 36, "incompetent": 24})
    assert could_flip(policy, attendance, at_the_line, {}, unreturned=1)
    assert not could_flip(policy, attendance, at_the_line, {})
    assert not could_flip(policy, attendance, ItemCount(grades={"excellent": 50, "incompetent": 10}), {}, unreturned=1)


def test_under_a_fixed_denominator_missing_ballots_can_only_help() -> None:
    policy = AppraisalPolicy(denominator=Denominator.ENTITLED)
    attendance = Attendance(entitled=60, present=60, issued=60)
    passed = ItemCount(grades={"excellent": 36, "incompetent": 22})
    failed = ItemCount(grades={"excellent": 35, "incompetent": 23})
    assert not could_flip(policy, attendance, passed, {}, unreturned=2)
    assert could_flip(policy, attendance, failed, {}, unreturned=2)


def test_without_a_verdict_there_is_nothing_to_flip() -> None:
    attendance = Attendance(entitled=5, present=5, issued=5)
    assert not could_flip(AppraisalPolicy(), attendance, ItemCount(invalid=3), {}, unreturned=2, set_aside=3)
