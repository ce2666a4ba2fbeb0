"""Printed numbers: half up, never levelled, and never a failure at the pass line."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.printing import decimal_text, print_rate, print_rate_with_basis, print_score


@pytest.mark.parametrize(
    ("rate", "printed"),
    [
        (Fraction(9, 51), "17.65%"),
        (Fraction(35, 51), "68.63%"),
        (Fraction(7, 51), "13.73%"),
        (Fraction(1, 8), "12.50%"),
        (Fraction(5, 100_000), "0.01%"),  # exactly half of the last place goes up
        (Fraction(0), "0.00%"),
        (Fraction(1), "100.00%"),
    ],
)
def test_rates(rate: Fraction, printed: str) -> None:
    assert print_rate(rate) == printed


@pytest.mark.parametrize(
    ("rate", "line", "printed"),
    [
        (Fraction(2401, 4002), Fraction(3, 5), "59.995%"),
        (Fraction(59_999_999, 100_000_000), Fraction(3, 5), "59.999999%"),
        (Fraction(3, 5), Fraction(3, 5), "60.00%"),
        (Fraction(36_001, 60_000), Fraction(3, 5), "60.00%"),
        (Fraction(6666, 10_000), Fraction(2, 3), "66.66%"),
        (Fraction(66_666, 100_000), Fraction(2, 3), "66.666%"),
        (Fraction(60_001, 100_000), Fraction(60_004, 100_000), "60.001%"),
    ],
)
def test_a_failing_rate_never_prints_as_the_pass_line(rate: Fraction, line: Fraction, printed: str) -> None:
    assert print_rate(rate, line) == printed


@pytest.mark.parametrize(
    ("score", "printed"),
    [
        (Fraction(337, 2), "168.50"),
        (Fraction(1, 200), "0.01"),
        (Fraction(1, 201), "0.00"),
        (Fraction(-3, 2), "-1.50"),
        (Fraction(200), "200.00"),
    ],
)
def test_scores(score: Fraction, printed: str) -> None:
    assert print_score(score) == printed


def test_whole_numbers() -> None:
    assert decimal_text(Fraction(5, 2), 0) == "3"


def test_a_rate_names_what_it_is_made_of() -> None:
    assert print_rate_with_basis(31, 51, "有效票", "60.78%") == "60.78%（31/51，口径：有效票）"


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_for_any_line_a_failing_rate_prints_below_it(rate: Fraction, line: Fraction) -> None:
    assume(rate < line)
    assert Fraction(print_rate(rate, line).removesuffix("%")) / 100 < line


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_for_any_line_a_passing_rate_has_two_decimals(rate: Fraction, line: Fraction) -> None:
    assume(rate >= line)
    assert print_rate(rate, line) == print_rate(rate)


@given(st.integers(-10_000_000, 10_000_000))
def test_half_up_as_decimal_does_it(thousandths: int) -> None:
    expected = (Decimal(thousandths) / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(decimal_text(Fraction(thousandths, 1000))) == expected
