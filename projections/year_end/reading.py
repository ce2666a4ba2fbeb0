"""Reading a year's assessment from the log, with the other years where streaks are wanted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases.assessment.memory import recall
from domain.cases.assessment.state import AssessmentState
from domain.cases.case import CaseKind, fold, stream_of
from domain.cases.governance import GovernedState
from domain.cases.registry import GOVERNED
from domain.events import Recorded
from domain.policy.document import Policy
from domain.roster.book import read
from domain.roster.books import HISTORY, POLICY, ROSTER
from domain.roster.standing import PolicyState
from eventstore.database import APP_ROLE
from eventstore.reader import read_stream, stream_names
from projections.year_end.figures import YearFigures, figures_of
from projections.year_end.streaks import Streak, streaks_of


async def read_year(engine: AsyncEngine, town: str, year: int) -> YearFigures | None:
    """The assessment of a year; None where there is none."""
    events = await _stream(engine, town, stream_of(CaseKind.ASSESSMENT, str(year)))
    if not events:
        return None
    return _figures(events, read(POLICY, await _stream(engine, town, POLICY.stream)))[0]


async def read_year_with_streaks(
    engine: AsyncEngine, town: str, year: int
) -> tuple[YearFigures, tuple[Streak, ...]] | None:
    """The assessment of a year and the streaks that end with it; None where there is none."""
    assessments = await _of_kind(engine, town, CaseKind.ASSESSMENT)
    adopted = read(POLICY, await _stream(engine, town, POLICY.stream))
    found = [_figures(events, adopted) for events in assessments]
    own = next(((figures, policy) for figures, policy in found if figures.year == year), None)
    if own is None:
        return None
    figures, policy = own
    if figures.voided:
        return figures, ()
    recalled = recall(
        year,
        assessments=assessments,
        cycles=await _of_kind(engine, town, CaseKind.CYCLE),
        roster=await _stream(engine, town, ROSTER.stream),
        history=await _stream(engine, town, HISTORY.stream),
    )
    known = {each.year: each for each, _ in found if not each.voided}
    return figures, streaks_of(year, known, recalled, policy.veto)


def _figures(events: Sequence[Recorded], adopted: PolicyState) -> tuple[YearFigures, Policy]:
    policy = adopted.version(events[0].metadata.policy_version or "") or Policy()
    state: GovernedState[AssessmentState] = fold(GOVERNED[CaseKind.ASSESSMENT], events)
    return figures_of(state, policy), policy


async def _of_kind(engine: AsyncEngine, town: str, kind: CaseKind) -> list[list[Recorded]]:
    names = await stream_names(engine, town, APP_ROLE, stream_of(kind, ""))
    return [await _stream(engine, town, name) for name in names]


async def _stream(engine: AsyncEngine, town: str, name: str) -> list[Recorded]:
    return await read_stream(engine, town, APP_ROLE, name, 0, None)
