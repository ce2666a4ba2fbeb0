"""What is public, and from which event: nothing here is a page's guess.

A ranking is public from `assessment.ranking_published` until an objection, an annulment or a voided case takes it back.
A proposal is public once the village's decision is posted (`posted_until` of `proposal.step_decided`); the approved
ones are the year's work plan, whose progress is shown until it is done.
A poll's count is for whom the policy it was held under says (`ballot.audience`), once it is counted.
Names are those of posts; no head and no deputy is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from domain.cases.assessment.state import Stage as YearStage
from domain.cases.governance import GovernedState
from domain.cases.poll.state import Stage as PollStage
from domain.cases.proposal.events import StepOutcome
from domain.cases.proposal.stages import Stage as ProposalStage
from domain.cases.proposal.state import ProposalState
from domain.policy.document import BallotAudience
from domain.printing import print_rate_with_basis, print_score
from domain.rules.proposal import Step
from domain.rules.verdict import Verdict
from projections.year_end import YearFigures
from web.polls import Poll
from web.words import stage_word

POSTED = (
    ProposalStage.FINAL_APPROVAL,
    ProposalStage.IN_PROGRESS,
    ProposalStage.COMPLETED,
    ProposalStage.REJECTED,
)
"""Where a proposal can be whose village decision stands."""


@dataclass(frozen=True)
class Place:
    """A row of a published ranking."""

    rank: int
    name: str
    tables: tuple[str, ...]
    bonus: str
    total: str
    note: str


@dataclass(frozen=True)
class Line:
    """A published ranking of one line."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class PublicRanking:
    """A year's ranking as it is public."""

    year: int
    word: str
    published_on: date
    until: date
    final: bool
    objectable: bool
    tables: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class PublicProposal:
    """A posted proposal."""

    village: str
    title: str
    stage: str
    decided_on: date
    posted_until: date
    percent: int | None
    progress: str
    progress_on: date | None


@dataclass(frozen=True)
class CountedSubject:
    """A subject's figures of a counted poll."""

    name: str
    turnout: str
    result: str
    rate: str
    note: str


@dataclass(frozen=True)
class PublicPoll:
    """A counted poll."""

    case_id: str
    day: date
    revote: bool
    subjects: tuple[CountedSubject, ...]
    note: str


def ranking_of(figures: YearFigures | None, today: date) -> PublicRanking | None:
    """The ranking, if it is public."""
    if figures is None or not figures.public or figures.published_on is None or figures.publicity_until is None:
        return None
    word = {
        YearStage.PUBLICITY: f"公示中，至 {figures.publicity_until}",
        YearStage.OBJECTIONS: "公示期已满，异议处理中，结果未定",
        YearStage.FINAL: "最终结果",
    }[figures.stage]
    return PublicRanking(
        year=figures.year,
        word=word,
        published_on=figures.published_on,
        until=figures.publicity_until,
        final=figures.final,
        objectable=figures.stage is YearStage.PUBLICITY and today <= figures.publicity_until,
        tables=tuple(table.name for table in figures.policy.tables),
        lines=tuple(
            Line(
                line.name,
                tuple(
                    Place(
                        rank=row.rank,
                        name=row.figures.post.name,
                        tables=tuple(print_score(table.points or Fraction(0)) for table in row.figures.tables),
                        bonus=print_score(row.figures.bonus_counted),
                        total=row.printed,
                        note="末位" if row.last else "并列末位，待裁定" if row.undecided else "",
                    )
                    for row in line.rows
                ),
            )
            for line in figures.lines
        ),
    )


def annulled(figures: YearFigures | None) -> bool:
    """Whether a ranking that was public came to nothing by a decision: that is said, and no more."""
    return (
        figures is not None
        and not figures.voided
        and figures.stage is YearStage.ANNULLED
        and figures.published_on is not None
    )


def proposal_of(state: GovernedState[ProposalState]) -> PublicProposal | None:
    """A proposal, if its village decision is posted and stands."""
    inner = state.inner
    if state.voided is not None or inner.stage not in POSTED:
        return None
    place = next((at for at in range(len(inner.steps) - 1, -1, -1) if inner.steps[at].posted_until is not None), None)
    if place is None:
        return None
    posted = inner.steps[place]
    # A decision that was posted and then returned stands no more; what follows one that does is the final approval.
    since = inner.steps[place + 1 :]
    if posted.posted_until is None or any(
        step.step is not Step.FINAL_APPROVAL or step.decision is StepOutcome.RETURN for step in since
    ):
        return None
    last = inner.progress[-1] if inner.progress else None
    return PublicProposal(
        village=inner.village,
        title=inner.title,
        stage=stage_word(inner.stage.value),
        decided_on=inner.steps[-1].on,
        posted_until=posted.posted_until,
        percent=100 if inner.stage is ProposalStage.COMPLETED else last.percent if last is not None else None,
        progress=last.text if last is not None else "",
        progress_on=last.on if last is not None else None,
    )


def poll_of(poll: Poll, voided: bool, audience: BallotAudience) -> PublicPoll | None:
    """A poll's count, if it is counted and for this audience. Of small groups no figure is given."""
    state = poll.state
    if voided or state.stage is not PollStage.COUNTED or state.day is None or poll.policy.ballot.audience != audience:
        return None
    if any(objection.upheld for objection in state.objections.values()):
        return None
    pending = any(objection.upheld is None for objection in state.objections.values())
    names = {subject.subject: subject.name for series in poll.forms.series for subject in series.subjects}
    return PublicPoll(
        case_id=state.case_id,
        day=state.day,
        revote=state.revote,
        subjects=tuple(
            _counted(names.get(item.subject, item.subject), state.results[item.subject].verdict(poll.policy.appraisal))
            for item in state.items
            if item.subject in state.results
        ),
        note="有异议待决定，结果未定" if pending else "",
    )


def _counted(name: str, verdict: Verdict) -> CountedSubject:
    turnout = f"应到 {_n(verdict.entitled)}，发出 {_n(verdict.issued)}，收回 {_n(verdict.returned)}"
    shown = verdict.breakdown_shown and verdict.rate_printed is not None
    rate = ""
    if shown and verdict.denominator_name is not None and verdict.passing is not None and verdict.denominator:
        rate = print_rate_with_basis(
            verdict.passing, verdict.denominator, verdict.denominator_name.label, verdict.rate_printed or ""
        )
    note = "" if shown or not verdict.decides else "票数太少，不公布得票率"
    return CountedSubject(name, turnout, verdict.verdict.label, rate, note)


def _n(number: int | None) -> str:
    return "—" if number is None else str(number)


def in_order(proposals: Sequence[PublicProposal]) -> list[PublicProposal]:
    """By village, then as they were decided."""
    return sorted(proposals, key=lambda each: (each.village, each.decided_on, each.title))
