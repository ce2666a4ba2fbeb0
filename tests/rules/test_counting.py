"""From the marks of a row to the counts of an item."""

from __future__ import annotations

from fractions import Fraction

import pytest

from domain.policy.document import AppraisalPolicy, BlankRow
from domain.rules.appraisal import judge
from domain.rules.counting import Attendance, ItemCount, count_rows, row_of_marks

BLANK_ABSTAINS = AppraisalPolicy()
BLANK_INVALID = AppraisalPolicy(blank_row=BlankRow.INVALID)

CASE_5: list[list[str]] = [
    *[["excellent"]] * 3,
    *[["competent"]] * 2,
    ["basically_competent"],
    ["incompetent"],
    [],
    ["excellent", "competent"],
    ["competent", "incompetent"],
]


@pytest.mark.parametrize(
    ("policy", "valid", "invalid", "rate"),
    [(BLANK_ABSTAINS, 8, 2, "62.50%"), (BLANK_INVALID, 7, 3, "71.43%")],
)
def test_case_5_blank_rows_and_rows_of_several_marks(
    policy: AppraisalPolicy, valid: int, invalid: int, rate: str
) -> None:
    counted = count_rows(policy, CASE_5)
    assert (counted.valid, counted.invalid, counted.returned) == (valid, invalid, 10)
    judged = judge(policy, Attendance(entitled=10, present=10, issued=10), counted, {})
    assert (judged.rate, judged.rate_printed) == (Fraction(5, valid), rate)


@pytest.mark.parametrize(
    ("marks", "row"),
    [
        (["competent"], "competent"),
        (["competent", "competent"], "competent"),
        (["competent", "abstain"], "invalid"),
        (["abstain"], "abstain"),
        ([], "abstain"),
    ],
)
def test_what_a_row_counts_as(marks: list[str], row: str) -> None:
    assert row_of_marks(BLANK_ABSTAINS, marks) == row


def test_a_blank_row_is_invalid_where_the_policy_says_so_but_an_abstention_is_not() -> None:
    assert row_of_marks(BLANK_INVALID, []) == "invalid"
    assert row_of_marks(BLANK_INVALID, ["abstain"]) == "abstain"


def test_a_mark_that_is_on_no_ballot_is_a_fault_of_the_reader() -> None:
    with pytest.raises(ValueError, match="superb"):
        row_of_marks(BLANK_ABSTAINS, ["superb"])


def test_no_rows() -> None:
    assert count_rows(BLANK_ABSTAINS, []) == ItemCount(grades=dict.fromkeys(BLANK_ABSTAINS.grade_keys, 0))
