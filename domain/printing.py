"""How exact numbers are printed (rule "shown decimals"): integer arithmetic only, half up, never levelled to 100."""

from __future__ import annotations

from fractions import Fraction

DECIMALS = 2


def _scaled(value: Fraction, decimals: int) -> int:
    """`value` in units of the last decimal, half up (away from zero for values below it)."""
    scale: int = 10**decimals
    magnitude = abs(value) * scale
    units = (2 * magnitude.numerator + magnitude.denominator) // (2 * magnitude.denominator)
    return units if value >= 0 else -units


def decimal_text(value: Fraction, decimals: int = DECIMALS) -> str:
    """A number with so many decimals, half up: 337/2 → `168.50`."""
    units = _scaled(value, decimals)
    digits = str(abs(units)).rjust(decimals + 1, "0")
    sign = "-" if units < 0 else ""
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def print_score(value: Fraction) -> str:
    """A score or total with 2 decimals, half up."""
    return decimal_text(value)


def print_rate(rate: Fraction, pass_line: Fraction | None = None) -> str:
    """A rate in per cent with 2 decimals, half up: 31/51 → `60.78%`.

    A rate below `pass_line` that would print like the line or above it gets more decimals until it does not, so that no
    paper shows a failure at the line: 2401/4002 of a line of 60 % prints `59.995%`.
    """
    percent = rate * 100
    decimals = DECIMALS
    if pass_line is not None and rate < pass_line:
        line = pass_line * 100
        while _scaled(percent, decimals) >= _scaled(line, decimals):
            decimals += 1
    return f"{decimal_text(percent, decimals)}%"


def print_rate_with_basis(numerator: int, denominator: int, denominator_label: str, rate_printed: str) -> str:
    """A printed rate with what it is made of, as every page and paper must give it: `60.78%（31/51，口径：有效票）`."""
    return f"{rate_printed}（{numerator}/{denominator}，口径：{denominator_label}）"
