"""An assessment's figures as they follow from its events: every subject's total with its parts, the lines, objections.

Pure: the rules of `domain.rules` are asked again with what was entered, so a figure here is the one that is decided on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

from domain.acts import Refusal
from domain.cases.assessment.events import (
    BonusEntered,
    DeductionEntered,
    LastDecided,
    ObjectionDecided,
    ObjectionRaised,
    RankingPublished,
    Reopened,
)
from domain.cases.assessment.scoring import rankings_of
from domain.cases.assessment.state import AssessmentState, Stage
from domain.cases.corrections import as_corrected
from domain.cases.governance import GovernedState
from domain.events import Event
from domain.policy.assessment import AssessmentPolicy, Method, ScoreTable
from domain.policy.document import Policy
from domain.roster.posts import Post, SubjectKind
from domain.rules.assessment import (
    FULL_MARK,
    Total,
    after_deduction,
    bonus_cap,
    scorers,
    scores_fault,
    total,
)
from domain.rules.ranking import Ranking
from domain.rules.veto import UnitFlag, Veto

LINES = {
    SubjectKind.STATION.value: "站所",
    SubjectKind.WINDOW.value: "窗口",
    SubjectKind.VILLAGE_SECRETARY.value: "村支书",
    SubjectKind.VILLAGE_DIRECTOR.value: "村主任",
    SubjectKind.VILLAGE.value: "村",
    "all": "全镇",
}
"""The lines (一条龙排队) by the name of their group."""

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class MethodFigures:
    """One method of one table: the scorers' marks out of 100, their mean, and what it is worth."""

    method: Method
    marks: tuple[Fraction, ...]
    dropped: frozenset[int]
    """Places of the highest and lowest mark where these are not counted (`assessment.scorers`)."""
    weight: Fraction
    mean: Fraction | None
    points: Fraction | None
    """Weighted, out of the table's full score times the weight. None without marks."""


@dataclass(frozen=True)
class TableFigures:
    """One table of a subject. What cannot be worked out yet is None."""

    table: ScoreTable
    methods: tuple[MethodFigures, ...]
    earned: Fraction | None
    deduction: Fraction
    points: Fraction | None
    """After the deduction, never below 0."""


@dataclass(frozen=True)
class EntryFigures:
    """A bonus (`table` None) or a deduction from a table, with its reason."""

    table: str | None
    points: Fraction
    reason: str
    on: date
    paper: str | None


@dataclass(frozen=True)
class SubjectFigures:
    """A subject's total and how it came about."""

    post: Post
    tables: tuple[TableFigures, ...]
    entries: tuple[EntryFigures, ...]
    bonus_entered: Fraction
    bonus_counted: Fraction
    """After the cap (`assessment.bonus_cap`); below 0 it is taken from the total."""
    total: Total | None
    missing: tuple[str, ...]
    """What is still to be entered, in Chinese."""


@dataclass(frozen=True)
class RankedSubject:
    """A place of a line."""

    rank: int
    figures: SubjectFigures
    printed: str
    last: bool
    tied_for_last: bool
    undecided: bool
    """Shares a last place that waits for a decision by hand."""


@dataclass(frozen=True)
class LineFigures:
    """A line, best first."""

    group: str
    name: str
    rows: tuple[RankedSubject, ...]
    too_small: bool
    undecided: bool
    decision: LastDecided | None
    """How a tie for last place was decided."""


@dataclass(frozen=True)
class ObjectionFigures:
    """An objection and its decision; `upheld` is None before."""

    objection_id: str
    subject: Post
    text: str
    raised_on: date
    upheld: bool | None
    reason: str
    decided_on: date | None


@dataclass(frozen=True)
class YearFigures:
    """A year's assessment."""

    year: int
    policy: AssessmentPolicy
    stage: Stage
    voided: bool
    subjects: tuple[SubjectFigures, ...]
    not_assessed: tuple[Post, ...]
    lines: tuple[LineFigures, ...]
    """As published; before that, once nothing is missing, as they would be (`trial`)."""
    trial: bool
    published_on: date | None
    publicity_until: date | None
    annulled_on: date | None
    withdrawn: bool
    """An upheld objection had the ranking taken back; it is not published again yet."""
    objections: tuple[ObjectionFigures, ...]
    vetoes: tuple[Veto, ...]
    flags: tuple[UnitFlag, ...]

    @property
    def public(self) -> bool:
        """Whether the ranking is public now: published and neither withdrawn, annulled nor voided."""
        if self.voided or self.trial or self.published_on is None:
            return False
        return self.stage in (Stage.PUBLICITY, Stage.OBJECTIONS, Stage.FINAL)

    @property
    def final(self) -> bool:
        """Whether the ranking stands."""
        return self.public and self.stage is Stage.FINAL

    @property
    def missing(self) -> tuple[SubjectFigures, ...]:
        """The subjects whose scores are not complete."""
        return tuple(each for each in self.subjects if each.missing)

    def subject(self, key: str) -> SubjectFigures | None:
        """An assessed subject by its id."""
        return next((each for each in self.subjects if each.post.id == key), None)


def figures_of(state: GovernedState[AssessmentState], policy: Policy) -> YearFigures:
    """The figures of an assessment under the policy it began with."""
    inner, rules = state.inner, policy.assessment
    events = _events(state)
    subjects = {each: _subject(inner, each, rules, events) for each in inner.assessed}
    rankings, trial = inner.rankings, False
    if not rankings and not any(each.missing for each in subjects.values()):
        try:
            rankings, trial = rankings_of(inner, rules), True
        except Refusal:
            rankings = ()  # what is missing stands beside each subject
    return YearFigures(
        year=inner.year,
        policy=rules,
        stage=inner.stage,
        voided=state.voided is not None,
        subjects=tuple(subjects.values()),
        not_assessed=tuple(inner.subjects[each] for each in inner.subjects if each in inner.not_assessed),
        lines=tuple(_line(ranking, subjects, events) for ranking in rankings),
        trial=trial,
        published_on=inner.published_on,
        publicity_until=inner.publicity_until,
        annulled_on=inner.annulled_on,
        withdrawn=inner.stage is Stage.SCORING and any(_of(events, Reopened)),
        objections=tuple(_objection(inner, key, events) for key in inner.objections),
        vetoes=inner.vetoes,
        flags=inner.flags,
    )


def _events(state: GovernedState[AssessmentState]) -> tuple[Event, ...]:
    """The case's own events as they read after corrections."""
    return tuple(as_corrected(each, state.corrections).event for each in state.recorded)


def _of(events: Sequence[Event], kind: type[E]) -> Iterator[E]:
    return (each for each in events if isinstance(each, kind))


def _subject(state: AssessmentState, subject: str, policy: AssessmentPolicy, events: Sequence[Event]) -> SubjectFigures:
    scores = state.scores_of(subject)
    tables = tuple(
        _table(policy, table, scores.tables.get(table.key, {}), scores.deductions.get(table.key, Fraction(0)))
        for table in policy.tables
    )
    missing = tuple(
        f"{each.table.name}：{part.method.label}" for each in tables for part in each.methods if part.points is None
    )
    entries = tuple(
        EntryFigures(
            each.table if isinstance(each, DeductionEntered) else None,
            each.points,
            each.reason,
            each.on,
            each.paper,
        )
        for each in events
        if isinstance(each, BonusEntered | DeductionEntered) and each.subject == subject
    )
    return SubjectFigures(
        post=state.subjects[subject],
        tables=tables,
        entries=entries,
        bonus_entered=scores.bonus,
        bonus_counted=bonus_cap(policy, scores.bonus),
        total=total(policy, scores) if scores_fault(policy, scores) is None else None,
        missing=missing,
    )


def _table(
    policy: AssessmentPolicy, table: ScoreTable, marks: dict[Method, tuple[Fraction, ...]], deduction: Fraction
) -> TableFigures:
    parts = tuple(_method(policy, table, method, marks.get(method, ())) for method in Method)
    known = [part.points for part in parts if part.points is not None]
    earned = sum(known, Fraction(0)) if len(known) == len(parts) else None
    return TableFigures(
        table=table,
        methods=parts,
        earned=earned,
        deduction=deduction,
        points=None if earned is None else after_deduction(earned, deduction),
    )


def _method(policy: AssessmentPolicy, table: ScoreTable, method: Method, marks: tuple[Fraction, ...]) -> MethodFigures:
    weight = policy.methods.weight(method)
    if not marks:
        return MethodFigures(method, (), frozenset(), weight, None, None)
    dropped: frozenset[int] = frozenset()
    if len(marks) >= policy.scorers.drop_extremes_from:
        order = sorted(range(len(marks)), key=marks.__getitem__)
        dropped = frozenset({order[0], order[-1]})
    mean = scorers(policy, marks)
    return MethodFigures(method, marks, dropped, weight, mean, mean * weight * table.full / FULL_MARK)


def _line(ranking: Ranking, subjects: dict[str, SubjectFigures], events: Sequence[Event]) -> LineFigures:
    undecided = frozenset(ranking.tied_for_last if ranking.last_undecided else ())
    decision: LastDecided | None = None
    for each in events:
        if isinstance(each, RankingPublished):
            decision = None  # one of an earlier publication
        elif isinstance(each, LastDecided) and each.group == ranking.group:
            decision = each
    stands = decision is not None and set(decision.last) == set(ranking.last) and not ranking.last_undecided
    return LineFigures(
        group=ranking.group,
        name=LINES.get(ranking.group, ranking.group),
        rows=tuple(
            RankedSubject(
                rank=row.rank,
                figures=subjects[row.subject],
                printed=row.printed,
                last=row.subject in ranking.last,
                tied_for_last=row.subject in ranking.tied_for_last,
                undecided=row.subject in undecided,
            )
            for row in ranking.rows
        ),
        too_small=ranking.too_small,
        undecided=ranking.last_undecided,
        decision=decision if stands else None,
    )


def _objection(state: AssessmentState, key: str, events: Sequence[Event]) -> ObjectionFigures:
    objection = state.objections[key]
    raised = next(each for each in _of(events, ObjectionRaised) if each.objection_id == key)
    decided = next((each for each in _of(events, ObjectionDecided) if each.objection_id == key), None)
    return ObjectionFigures(
        objection_id=key,
        subject=state.subjects[objection.subject],
        text=objection.text,
        raised_on=raised.on,
        upheld=objection.upheld,
        reason=objection.reason,
        decided_on=decided.on if decided is not None else None,
    )
