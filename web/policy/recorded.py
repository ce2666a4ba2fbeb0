"""A recorded year as `what_if` looks at it: the cases' events, folded by their deciders."""

from __future__ import annotations

from typing import Any

from domain.cases.assessment.state import AssessmentState
from domain.cases.case import CaseKind, fold
from domain.cases.governance import VOIDED
from domain.cases.rectification.events import NoticeServed
from domain.cases.registry import GOVERNED
from domain.roster.books import HISTORY, ROSTER
from domain.roster.posts import Post
from domain.rules.veto import YearRecord
from web.policy.what_if import Notice, Poll, Year, polls_of
from web.reading import CaseRow, read_cases, read_events, read_town_book
from web.site import Site


async def read_year(site: Site, year: int) -> Year:
    """Everything of a year that a policy decides."""
    roster = await read_town_book(site.engine, site.town, ROSTER)
    history = await read_town_book(site.engine, site.town, HISTORY)
    names = {key: subject.name for key, subject in roster.subjects.items()}
    names |= {key: deputy.name for key, deputy in roster.deputies.items()}
    polls: list[Poll] = []
    notices: list[Notice] = []
    assessment: AssessmentState | None = None
    for row in await read_cases(site.engine, site.town, year=year):
        if row.outcome == VOIDED:
            continue
        if row.kind in (CaseKind.APPRAISAL, CaseKind.RECTIFICATION):
            events = await read_events(site.engine, site.town, row.kind, row.case_id)
            post = getattr(events[0].event, "subject", None)
            name = post.name if isinstance(post, Post) else row.title
            polls += polls_of(name, row.subject or "", events)
            notices += [Notice(name, each.event) for each in events if isinstance(each.event, NoticeServed)]
        elif row.kind is CaseKind.ASSESSMENT:
            assessment = await _assessment(site, row)
            names |= {key: post.name for key, post in assessment.subjects.items()}
    return Year(
        year=year,
        polls=polls,
        notices=notices,
        assessment=assessment,
        earlier=await _earlier(site, year),
        tenures=roster.tenures,
        history=history.rows,
        names=names,
    )


async def _earlier(site: Site, year: int) -> list[YearRecord]:
    found = []
    for row in await read_cases(site.engine, site.town):
        if row.kind is CaseKind.ASSESSMENT and row.year < year and row.outcome != VOIDED:
            state = await _assessment(site, row)
            if state.settled:
                found.append(state.record())
    return found


async def _assessment(site: Site, row: CaseRow) -> AssessmentState:
    events = await read_events(site.engine, site.town, row.kind, row.case_id)
    state: Any = fold(GOVERNED[row.kind], events)
    inner: AssessmentState = state.inner
    return inner
