"""The figures of a year and of a subject: what pictures, their tables and the year's report all show.

Nothing is counted here that a case has not recorded: figures are taken from the cases' own states and verdicts and only
put in order. A group too small to be broken down (`appraisal.minimum_group`) has no rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from domain.cases.appraisal.events import Judged
from domain.cases.case import CaseKind
from domain.cases.corrections import as_corrected
from domain.cases.governance import GovernedState
from domain.cases.poll.result import PollResult
from domain.cases.poll.state import PollState
from domain.cases.rectification.events import RevoteJudged
from domain.policy.document import AppraisalPolicy
from domain.rules.appraisal import dimension_figures
from domain.rules.verdict import Outcome, Verdict
from projections.case_fold import CaseFold

STAGES: tuple[tuple[str, frozenset[CaseKind]], ...] = (
    ("事前监督", frozenset({CaseKind.PROPOSAL})),
    ("事中监督", frozenset({CaseKind.APPRAISAL, CaseKind.POLL, CaseKind.RECTIFICATION})),
    ("事后监督", frozenset({CaseKind.ASSESSMENT})),
)
"""The three stages of the year, with the cases of each."""


@dataclass(frozen=True)
class StageFigure:
    """The cases of a stage; `going` are open and in time."""

    name: str
    closed: int
    going: int
    overdue: int


@dataclass(frozen=True)
class GradeRow:
    """An item of the ballot: ballots by grade in the scale's order, then abstentions and invalid rows."""

    name: str
    grades: tuple[int, ...]
    abstain: int
    invalid: int
    passing: int
    denominator: int
    printed: str | None


@dataclass(frozen=True)
class Appraised:
    """A poll's verdict on a subject in a year. `revote`: after a rectification."""

    year: int
    subject: str
    name: str
    responsible: str
    on: date
    revote: bool
    path: str
    verdict: Verdict
    grades: tuple[str, ...]
    """The scale, best first."""
    rows: tuple[GradeRow, ...]
    """The overall item, then the dimensions; empty where a breakdown would expose voters."""
    pass_rate: Fraction

    @property
    def rate(self) -> Fraction | None:
        """The rate that decided; None where nothing did."""
        return self.verdict.rate

    @property
    def printed(self) -> str:
        """The rate with numerator, denominator and 口径; else what came of it."""
        verdict = self.verdict
        if verdict.rate_printed is None or verdict.denominator_name is None:
            return verdict.verdict.label
        return f"{verdict.rate_printed}（{verdict.passing}/{verdict.denominator}）"


@dataclass(frozen=True)
class Ranked:
    """A subject's place in a year's line; `before`: its rank a year ago in the same line, None where it had none."""

    year: int
    line: str
    subject: str
    name: str
    rank: int
    total: Fraction
    printed: str
    last: bool
    undecided: bool
    final: bool
    before: int | None = None

    @property
    def movement(self) -> str:
        """Against last year, in words: a sign alone is read wrongly."""
        if self.before is None:
            return "上年无排名"
        if self.before == self.rank:
            return "持平"
        steps = self.before - self.rank
        return f"升 {steps} 位" if steps > 0 else f"降 {-steps} 位"


@dataclass(frozen=True)
class Due:
    """An open case with its deadline; `light` is green, yellow or red."""

    day: date
    kind: CaseKind
    path: str
    title: str
    light: str


@dataclass(frozen=True)
class Turnout:
    """A poll's attendance, the same for so many of its subjects (recused deputies make others)."""

    poll: str
    path: str
    day: date | None
    revote: bool
    subjects: int
    entitled: int
    present: int
    issued: int
    returned: int | None
    """None while it is not counted, or where nothing was collected."""
    stage: str


@dataclass(frozen=True)
class TownYear:
    """A year of the town."""

    year: int
    stages: tuple[StageFigure, ...]
    appraised: tuple[Appraised, ...]
    """The year's last verdicts, by subject; revotes apart."""
    rates: tuple[Appraised, ...]
    """Those of all years up to this one."""
    ranked: tuple[Ranked, ...]
    dues: tuple[Due, ...]
    turnout: tuple[Turnout, ...]


def appraised_of(fold: CaseFold, policy: AppraisalPolicy) -> Appraised | None:
    """The last verdict of an appraisal's poll or of a rectification's re-vote; None where none was recorded."""
    governed: GovernedState[object] = fold.state
    if governed.voided is not None:
        return None
    events = (as_corrected(each, governed.corrections).event for each in reversed(governed.recorded))
    judged = next((event for event in events if isinstance(event, Judged | RevoteJudged)), None)
    holders = getattr(fold.state.inner, "holders", None)
    if judged is None or holders is None or judged.verdict.verdict in (Outcome.REFUSED, Outcome.PENDING):
        return None
    return Appraised(
        year=fold.facts.year,
        subject=holders.post.id,
        name=holders.post.name,
        responsible=judged.responsible,
        on=judged.result.on,
        revote=isinstance(judged, RevoteJudged),
        path=f"/cases/{fold.kind.value}/{fold.case_id}",
        verdict=judged.verdict,
        grades=tuple(grade.name for grade in policy.grades),
        rows=grade_rows(judged.result, judged.verdict, policy),
        pass_rate=policy.pass_rate,
    )


def grade_rows(result: PollResult, verdict: Verdict, policy: AppraisalPolicy) -> tuple[GradeRow, ...]:
    """The breakdown by grade, which only a verdict that allows it has (`appraisal.minimum_group`)."""
    if not verdict.breakdown_shown or result.overall is None or result.attendance is None:
        return ()
    items = {"overall": result.overall}
    if result.dimensions:
        items |= {each.key: result.dimensions.get(each.key, result.overall) for each in policy.dimensions}
    names = {"overall": "综合评价", **{each.key: each.name for each in policy.dimensions}}
    rows = []
    for figure in dimension_figures(policy, result.attendance, items):
        item = items[figure.key]
        rows.append(
            GradeRow(
                name=names[figure.key],
                grades=tuple(item.grades.get(grade, 0) for grade in policy.grade_keys),
                abstain=item.abstain,
                invalid=item.invalid,
                passing=figure.passing,
                denominator=figure.denominator,
                printed=figure.rate_printed,
            )
        )
    return tuple(rows)


def turnout_of(fold: CaseFold) -> list[Turnout]:
    """A poll's attendance; one line for all subjects whose figures are the same. None before it opened."""
    governed: GovernedState[PollState] = fold.state
    state = governed.inner
    if governed.voided is not None:
        return []
    same: dict[tuple[int, int, int, int | None], int] = {}
    for item in state.items:
        result = state.results.get(item.subject)
        attendance = result.attendance if result is not None else state.attendance.get(item.subject)
        if attendance is None:
            continue
        returned = result.returned if result is not None else None
        figures = (attendance.entitled, attendance.present, attendance.issued, returned)
        same[figures] = same.get(figures, 0) + 1
    return [
        Turnout(
            poll=state.poll_id,
            path=f"/cases/{CaseKind.POLL.value}/{fold.case_id}",
            day=state.opened_on or state.day,
            revote=state.revote,
            subjects=subjects,
            entitled=entitled,
            present=present,
            issued=issued,
            returned=returned,
            stage=state.stage.label,
        )
        for (entitled, present, issued, returned), subjects in same.items()
    ]


def stages_of(cases: Iterable[tuple[CaseKind, bool, str]]) -> tuple[StageFigure, ...]:
    """The cases, each with its kind, whether it is open, and its light, by the stages of the year."""
    known = list(cases)
    figures = []
    for name, kinds in STAGES:
        mine = [(open_, light) for kind, open_, light in known if kind in kinds]
        late = sum(open_ and light == "red" for open_, light in mine)
        going = sum(open_ for open_, _ in mine) - late
        figures.append(StageFigure(name, closed=len(mine) - going - late, going=going, overdue=late))
    return tuple(figures)


def by_subject(appraised: Sequence[Appraised]) -> dict[str, list[Appraised]]:
    """By subject, in order of the years, a re-vote after the poll it mends."""
    found: dict[str, list[Appraised]] = {}
    for each in sorted(appraised, key=lambda one: (one.year, one.revote, one.on)):
        found.setdefault(each.subject, []).append(each)
    return found
