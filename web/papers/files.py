"""A case's file as its papers need it, and which papers whoever looks may take."""

from __future__ import annotations

from documents.papers.case_file import CaseFile, case_file
from documents.papers.paper import Paper
from domain.acts import Role
from domain.cases.case import CaseKind, stream_of
from domain.policy.document import Policy
from domain.roster.books import CALENDAR, POLICY, ROSTER
from projections.year_end import read_year_with_streaks
from web.accounts.concern import Concern
from web.papers.numbers import NumberStore
from web.reading import CaseRow, read_events, read_town_book
from web.site import Site
from web.terms import EVENTS
from web.words import ROLES

ALL_PAPERS = frozenset({Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE})
"""Those who may take every paper of a case that they see, and number it."""
_WORDS = {**EVENTS, **{role.value: word for role, word in ROLES.items()}}


async def read_file(site: Site, kind: CaseKind, case_id: str) -> CaseFile | None:
    """The file of a case; None where there is none."""
    events = await read_events(site.engine, site.town, kind, case_id)
    if not events:
        return None
    year_end = await read_year_with_streaks(site.engine, site.town, int(case_id)) if _of_a_year(kind, case_id) else None
    adopted = await read_town_book(site.engine, site.town, POLICY)
    return case_file(
        kind,
        case_id,
        events,
        town=site.town_name,
        roster=await read_town_book(site.engine, site.town, ROSTER),
        # A case keeps the policy it began with; the default is nobody's event.
        policy=adopted.version(events[0].metadata.policy_version or "") or Policy(),
        calendar=await read_town_book(site.engine, site.town, CALENDAR),
        today=site.today(),
        numbers=await NumberStore(site.engine, site.town).of_case(stream_of(kind, case_id)),
        words=_WORDS,
        streaks=() if year_end is None else year_end[1],
    )


def _of_a_year(kind: CaseKind, case_id: str) -> bool:
    return kind is CaseKind.ASSESSMENT and case_id.isdecimal()


def sees_all(concern: Concern) -> bool:
    """Whether they may take every paper of the cases that they see."""
    return concern.roles is None or not ALL_PAPERS.isdisjoint(concern.roles)


def may_take(concern: Concern, row: CaseRow, paper: Paper) -> bool:
    """Whether a paper of a case is theirs to take: heads and others those of their own cases alone."""
    if not concern.may_see(row):
        return False
    return sees_all(concern) or any(
        role in paper.readers and concern.sees_as(role, row) for role in concern.roles or ()
    )
