"""Single values of a scenario file: days, ids, marks, and the base of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, StringConstraints, model_validator

from domain.policy.values import parse_score

FULL_MARK = 100
"""Raw marks are out of this, whatever a table's full score."""


def parse_day(value: Any) -> date:
    """A date as YAML reads it, or ISO text. Raises `ValueError` in Chinese for anything else, numbers and times too."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"“{value}”不是日期；日期请写成 2025-01-06 的样子") from None
    raise ValueError(f"{value} 不是日期；日期请写成 2025-01-06 的样子")


def _id_text(value: Any) -> Any:
    """YAML reads an id of digits as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def parse_marks(value: Any) -> tuple[Fraction, ...]:
    """The marks of one method: a number, or a list with one a scorer, each from 0 to 100. Raises `ValueError`."""
    marks = value if isinstance(value, list) else [value]
    if not marks:
        raise ValueError("没有分数；请写一个分数，或每位评分人一个分数的列表")
    return tuple(_mark(mark) for mark in marks)


def _mark(value: Any) -> Fraction:
    mark = parse_score(value)
    if not 0 <= mark <= FULL_MARK:
        raise ValueError(f"分数 {value} 不在 0 至 {FULL_MARK} 之间")
    return mark


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, Mapping) else value


Day = Annotated[date, PlainValidator(parse_day)]
"""A business date."""

Id = Annotated[str, BeforeValidator(_id_text), StringConstraints(pattern=r"^[^\s/\x00-\x1f\x7f]{1,64}$")]
"""An id made by the author of the file: up to 64 characters, neither spaces nor slashes."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
"""A name, title or reason."""

Marks = Annotated[tuple[Fraction, ...], PlainValidator(parse_marks)]
"""Raw marks of one method, exact."""

OneOrMany = BeforeValidator(_one_or_many)
"""A list may be written as its only entry."""

Year = Annotated[int, Field(strict=True, ge=1950, le=2200)]
"""A calendar year."""


class Part(BaseModel):
    """Base of all parts of a scenario: frozen, no unknown key, and a key without a value is a key left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: each for key, each in value.items() if each is not None}
        return value
