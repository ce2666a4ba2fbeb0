"""The section of the policy on the year-end assessment (双百分)."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from domain.policy.values import Count, Key, Positive, Rate, Score, Section


class Method(StrEnum):
    """How a table is scored (`assessment.methods`)."""

    REPORTS = "reports"
    DOCUMENTS = "documents"
    SITE = "site"
    OPINION = "opinion"

    @property
    def label(self) -> str:
        """Its name on paper and screen."""
        return _METHOD_LABELS[self]


_METHOD_LABELS = {
    Method.REPORTS: "听汇报",
    Method.DOCUMENTS: "看资料",
    Method.SITE: "实地查看",
    Method.OPINION: "民意测评",
}


class Groups(StrEnum):
    """`assessment.groups`: one line (一条龙排队) for each kind of subject, or one for all."""

    BY_KIND = "by_kind"
    ALL = "all"


class TieForLast(StrEnum):
    """`assessment.tie_for_last`"""

    BY_HAND = "by_hand"
    ALL = "all"
    NONE = "none"


class ScoreItem(Section):
    """One line of a score table, with its full score."""

    key: Key
    name: Annotated[str, Field(min_length=1)]
    full: Score

    @field_validator("full")
    @classmethod
    def _above_zero(cls, full: Fraction) -> Fraction:
        if full <= 0:
            raise ValueError("满分必须大于 0")
        return full


class ScoreTable(ScoreItem):
    """A score table. Its items, if any, are what each scorer marks; their full scores add up to the table's."""

    items: tuple[ScoreItem, ...] = ()

    @model_validator(mode="after")
    def _items_fill_the_table(self) -> Self:
        keys = [item.key for item in self.items]
        if len(set(keys)) != len(keys):
            raise ValueError("计分表的项目重复")
        if self.items and sum(item.full for item in self.items) != self.full:
            raise ValueError("各项目满分之和不等于计分表满分")
        return self


TABLES = (
    ScoreTable(key="work", name="业务工作", full=Fraction(100)),
    ScoreTable(key="party", name="党建廉政", full=Fraction(100)),
)


class MethodWeights(Section):
    """`assessment.methods`: the share of each method in a table; together 100 %."""

    reports: Rate = Fraction(10, 100)
    documents: Rate = Fraction(20, 100)
    site: Rate = Fraction(40, 100)
    opinion: Rate = Fraction(30, 100)

    @model_validator(mode="after")
    def _fill_the_table(self) -> Self:
        total = sum((self.weight(method) for method in Method), Fraction(0))
        if total != 1:
            raise ValueError(f"听汇报、看资料、实地查看、民意测评的权重之和应为 100%，现为 {total * 100}%")
        return self

    def weight(self, method: Method) -> Fraction:
        """The share of one method."""
        weights = {
            Method.REPORTS: self.reports,
            Method.DOCUMENTS: self.documents,
            Method.SITE: self.site,
            Method.OPINION: self.opinion,
        }
        return weights[method]


class ScorersPolicy(Section):
    """`assessment.scorers`: with this many marks or more, the highest and the lowest are dropped."""

    drop_extremes_from: Annotated[Positive, Field(ge=3)] = 5


class AssessmentPolicy(Section):
    """Year-end assessment 双百分."""

    tables: Annotated[tuple[ScoreTable, ...], Field(min_length=1)] = TABLES
    methods: MethodWeights = MethodWeights()
    scorers: ScorersPolicy = ScorersPolicy()
    bonus_cap: Score = Fraction(5)
    groups: Groups = Groups.BY_KIND
    minimum_group: Positive = 3
    tie_break: tuple[Method, ...] = (Method.OPINION, Method.SITE, Method.DOCUMENTS)
    tie_for_last: TieForLast = TieForLast.BY_HAND
    publicity_days: Count = 5
    """Working days for which the ranking is public before it is final."""

    @field_validator("tables")
    @classmethod
    def _distinct_tables(cls, tables: tuple[ScoreTable, ...]) -> tuple[ScoreTable, ...]:
        keys = [table.key for table in tables]
        if len(set(keys)) != len(keys):
            raise ValueError("计分表的键重复")
        return tables

    @field_validator("bonus_cap")
    @classmethod
    def _not_negative(cls, cap: Fraction) -> Fraction:
        if cap < 0:
            raise ValueError("加分上限不能小于 0")
        return cap

    @field_validator("tie_break")
    @classmethod
    def _distinct_methods(cls, methods: tuple[Method, ...]) -> tuple[Method, ...]:
        if len(set(methods)) != len(methods):
            raise ValueError("同分排序的依据重复")
        return methods

    @property
    def table_keys(self) -> tuple[str, ...]:
        """Keys of the score tables, in order."""
        return tuple(table.key for table in self.tables)
