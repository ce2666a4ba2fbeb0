"""A year-end assessment after its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from domain.policy.assessment import Method
from domain.roster.posts import Post
from domain.rules.assessment import SubjectScores
from domain.rules.ranking import Ranking
from domain.rules.veto import SubjectYear, UnitFlag, Veto, YearRecord


class Stage(StrEnum):
    """Where an assessment stands."""

    SCORING = "scoring"
    PUBLICITY = "publicity"
    OBJECTIONS = "objections"
    """The publicity period is over; an objection raised in it is not decided yet."""
    FINAL = "final"
    ANNULLED = "annulled"


@dataclass(frozen=True)
class Objection:
    """An objection; `upheld` is None until it is decided."""

    objection_id: str
    subject: str
    text: str
    upheld: bool | None = None
    reason: str = ""


Marks = Mapping[str, Mapping[Method, tuple[Fraction, ...]]]
"""By table and method."""


@dataclass(frozen=True)
class AssessmentState:
    """A year-end assessment after its events."""

    year: int = 0
    subjects: dict[str, Post] = field(default_factory=dict)
    not_assessed: frozenset[str] = frozenset()
    marks: dict[str, Marks] = field(default_factory=dict)
    bonus: dict[str, Fraction] = field(default_factory=dict)
    deductions: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    stage: Stage = Stage.SCORING
    opened_on: date | None = None
    rankings: tuple[Ranking, ...] = ()
    published_on: date | None = None
    publicity_until: date | None = None
    publications: int = 0
    publicity_ended: bool = False
    objections: dict[str, Objection] = field(default_factory=dict)
    annulled_on: date | None = None
    vetoes: tuple[Veto, ...] = ()
    flags: tuple[UnitFlag, ...] = ()
    judged: bool = False
    """Whether the years were looked at since this one last changed."""
    told_by_earlier: bool = False
    """Whether an earlier year asked to look again; that year tells the later ones itself."""
    awaits: tuple[int, ...] = ()

    @property
    def assessed(self) -> tuple[str, ...]:
        """The subjects that are scored and ranked, in the order of the subjects."""
        return tuple(each for each in self.subjects if each not in self.not_assessed)

    @property
    def settled(self) -> bool:
        """Whether the publicity period and its objections are behind it."""
        return self.stage in (Stage.FINAL, Stage.ANNULLED)

    @property
    def undecided_groups(self) -> tuple[str, ...]:
        """Groups in which a tie for last place waits for a decision by hand."""
        return tuple(ranking.group for ranking in self.rankings if ranking.last_undecided)

    @property
    def pending_objections(self) -> tuple[str, ...]:
        """Objections not decided yet."""
        return tuple(key for key, objection in self.objections.items() if objection.upheld is None)

    @property
    def open(self) -> bool:
        """False once nothing more can happen: final, no tie undecided here, nor in an earlier year that matters."""
        if not self.settled or not self.judged:
            return True
        return bool(self.undecided_groups or self.awaits)

    def scores_of(self, subject: str) -> SubjectScores:
        """Everything that was scored of a subject."""
        return SubjectScores(
            subject=subject,
            tables={table: dict(methods) for table, methods in self.marks.get(subject, {}).items()},
            bonus=self.bonus.get(subject, Fraction(0)),
            deductions=self.deductions.get(subject, {}),
        )

    def record(self) -> YearRecord:
        """What other years' vetoes rest on. Meaningful once the ranking was published or the year annulled."""
        found: list[SubjectYear] = []
        for ranking in self.rankings:
            undecided = frozenset(ranking.tied_for_last if ranking.last_undecided else ())
            found += [
                SubjectYear(
                    subject=row.subject,
                    last=row.subject in ranking.last,
                    undecided=row.subject in undecided,
                    too_small=ranking.too_small,
                )
                for row in ranking.rows
            ]
        place = {subject: index for index, subject in enumerate(self.subjects)}
        found.sort(key=lambda each: place[each.subject])
        return YearRecord(
            year=self.year,
            published_on=self.published_on or self.annulled_on or date(self.year, 12, 31),
            annulled=self.annulled_on is not None,
            subjects=tuple(found),
        )
