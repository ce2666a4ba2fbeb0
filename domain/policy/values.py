"""Exact values as people write them: rates ("60%", "3/5"), scores (85, "85.5"), named terms of a scale.

Decisions rest on `Fraction`s, so a rate is never taken from a float; a score may be written with decimals and is then
read as the decimal that was written.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, Strict, WithJsonSchema

_PERCENT = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s*%")
_QUOTIENT = re.compile(r"(-?\d{1,400})\s*/\s*(\d{1,400})")
_HOW_TO_WRITE_A_RATE = '比率请写成 "60%" 或 "3/5"'


def fraction_text(value: Fraction) -> str:
    """The exact wire form, always a quotient: `3/5`, `1/1`."""
    return f"{value.numerator}/{value.denominator}"


def parse_fraction(value: Any) -> Fraction:
    """A `Fraction`, an int, or the text `n/d`. Raises `ValueError` for anything else, floats included."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and (match := _QUOTIENT.fullmatch(value.strip())) and int(match[2]) != 0:
        return Fraction(int(match[1]), int(match[2]))
    raise ValueError("应为分数，如 3/5")


def parse_rate(value: Any) -> Fraction:
    """A rate from 0 to 100 %: a `Fraction`, `"60%"` (decimals and the full-width sign allowed) or `"3/5"`.

    Raises `ValueError` in Chinese for anything else; a bare number is refused, since 1 could mean 1 % or 100 %.
    """
    if isinstance(value, Fraction):
        rate = value
    elif isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        if match := _PERCENT.fullmatch(text):
            rate = Fraction(match[1]) / 100
        elif _QUOTIENT.fullmatch(text):
            rate = parse_fraction(text)
        else:
            raise ValueError(f"“{value}”不是比率。{_HOW_TO_WRITE_A_RATE}")
    elif isinstance(value, float):
        raise ValueError(f"比率不能写成小数 {value}（小数会有误差）。{_HOW_TO_WRITE_A_RATE}")
    else:
        raise ValueError(f"{value!r} 不是比率。{_HOW_TO_WRITE_A_RATE}")
    if not 0 <= rate <= 1:
        raise ValueError(f"比率“{value}”不在 0% 至 100% 之间")
    return rate


def parse_score(value: Any) -> Fraction:
    """A score or mark: an int, a `Fraction`, a decimal as text or as YAML reads it (85.5 is read as 855/10).

    Raises `ValueError` in Chinese for anything else.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("分数应为数字")
        return Fraction(Decimal(repr(value)))  # repr gives the digits that were written
    if isinstance(value, Decimal) and value.is_finite():
        return Fraction(value)
    if isinstance(value, str) and "/" not in value:
        try:
            number = Decimal(unicodedata.normalize("NFKC", value).strip())
        except InvalidOperation:
            raise ValueError(f"分数应为数字，不能是“{value}”") from None
        if not number.is_finite() or abs(number.adjusted()) > 50:
            raise ValueError(f"分数应为数字，不能是“{value}”")
        return Fraction(number)
    try:
        return parse_fraction(value)
    except ValueError:
        raise ValueError(f"分数应为数字，不能是 {value!r}") from None


_AS_QUOTIENT = PlainSerializer(fraction_text, return_type=str)

Rate = Annotated[
    Fraction, PlainValidator(parse_rate), _AS_QUOTIENT, WithJsonSchema({"type": "string", "examples": ["60%", "3/5"]})
]
"""A share from 0 to 100 %, exact."""

ExactFraction = Annotated[Fraction, PlainValidator(parse_fraction), _AS_QUOTIENT, WithJsonSchema({"type": "string"})]
"""Any exact quotient, as a computed result."""

Score = Annotated[Fraction, PlainValidator(parse_score), _AS_QUOTIENT, WithJsonSchema({"type": ["number", "string"]})]
"""A number of points, exact."""

Count = Annotated[int, Strict(), Field(ge=0)]
"""A whole number from 0; text and true/false are refused."""

Positive = Annotated[int, Strict(), Field(ge=1)]
"""A whole number from 1; text and true/false are refused."""

Switch = Annotated[bool, Strict()]
"""On or off."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""An identifier in a policy or scenario: lower-case letters, digits and underscores."""


class Section(BaseModel):
    """Base of a policy's parts: frozen, and no key that the rules do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(Section):
    """A grade, a dimension or the like: `key` in data, `name` on paper and screen."""

    key: Key
    name: Annotated[str, Field(min_length=1)]
