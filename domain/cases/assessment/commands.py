"""What can be done in a year-end assessment (双百分考核)."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from domain.acts import Command, Role
from domain.policy.assessment import Method
from domain.policy.values import Score
from domain.roster.posts import Post
from domain.rules.tenure import Tenure
from domain.rules.veto import HistoryRow, YearRecord


class OpenAssessment(Command, name="open_assessment", by=(Role.STAFF, Role.SYSTEM)):
    """The assessment of a year begins; opens the case. `not_assessed` names subjects that this year leaves out."""

    year: int
    subjects: tuple[Post, ...]
    not_assessed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_subjects(self) -> Self:
        ids = [post.id for post in self.subjects]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"考核对象重复：{'、'.join(twice)}")
        if strange := sorted(set(self.not_assessed) - set(ids)):
            raise ValueError(f"不参加考核的对象不在名单中：{'、'.join(strange)}")
        return self


class EnterScores(Command, name="enter_scores", by=(Role.STAFF,)):
    """The scorers' marks out of 100 of one subject, table and method; entered again, they replace the earlier ones."""

    subject: str
    table: str
    method: Method
    marks: tuple[Score, ...] = Field(min_length=1)


class EnterBonus(Command, name="enter_bonus", by=(Role.STAFF,)):
    """Bonus points of a subject, beside those entered before; below 0 they are taken from the total."""

    subject: str
    points: Score
    reason: str = Field(min_length=1)


class EnterDeduction(Command, name="enter_deduction", by=(Role.STAFF,)):
    """Points off a table of a subject, beside those entered before."""

    subject: str
    table: str
    points: Score
    reason: str = Field(min_length=1)


class PublishRanking(Command, name="publish_ranking", by=(Role.STAFF, Role.PRESIDIUM)):
    """The ranking is made public; objections are heard until the end of the publicity period."""


class DecideLast(Command, name="decide_last", by=(Role.STAFF, Role.PRESIDIUM, Role.PARTY_COMMITTEE)):
    """Last place of a group is tied: who is last, by hand."""

    group: str
    subjects: tuple[str, ...] = Field(min_length=1)
    reason: str = ""


class RaiseObjection(
    Command, name="raise_objection", by=(Role.STAFF, Role.HEAD, Role.VILLAGE, Role.DEPUTY, Role.DISCIPLINE_OFFICE)
):
    """Somebody objects to the ranking while it is public."""

    objection_id: str = Field(min_length=1)
    subject: str
    text: str = Field(min_length=1)


class DecideObjection(Command, name="decide_objection", by=(Role.STAFF, Role.PRESIDIUM)):
    """An objection is decided. Upheld, it annuls the year (`annul`), or scores are mended and published anew."""

    objection_id: str
    upheld: bool
    reason: str = Field(min_length=1)
    annul: bool = False

    @model_validator(mode="after")
    def _annuls_only_upheld(self) -> Self:
        if self.annul and not self.upheld:
            raise ValueError("异议不成立，不能据此取消年度考核结果")
        return self


class AnnulYear(Command, name="annul_year", by=(Role.STAFF, Role.PRESIDIUM)):
    """The year does not count: nobody is last."""

    reason: str = Field(min_length=1)


class JudgeVeto(Command, name="judge_veto", by=(Role.SYSTEM,)):
    """What the event store says of other years; answers the effect `RecallYears`.

    `records`: the other years that are final. `unsettled`: years before this one whose assessment is not final yet.
    `later`: years after this one that have an assessment.
    """

    records: tuple[YearRecord, ...]
    tenures: tuple[Tenure, ...]
    history: tuple[HistoryRow, ...] = ()
    unsettled: tuple[int, ...] = ()
    later: tuple[int, ...] = ()


class Rejudge(Command, name="rejudge", by=(Role.SYSTEM,)):
    """An earlier year's result changed: what was found of the veto is to be looked at again."""

    year: int
    """The year that changed."""
