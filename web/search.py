"""查询: cases by name, number, document number or pinyin; people of the roster for those who keep it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from domain.acts import Role
from domain.roster.books import ROSTER
from domain.roster.state import RosterState
from eventstore.database import in_town
from eventstore.schema import event
from web.accounts.concern import Concern, read_concern
from web.picture import Line, line_of
from web.pinyin import sounds_like, spelled
from web.reading import CaseRow, read_cases, read_events, read_town_book
from web.site import Site

Show = Callable[..., HTMLResponse]
MOST = 50
"""Cases that are shown; who finds more asks more closely."""
_LOOKED_AT = 500
"""Events whose number is looked at, the latest first."""
_ROSTER = frozenset({Role.STAFF, Role.PRESIDIUM})


@dataclass(frozen=True)
class Person:
    """Somebody of the roster."""

    name: str
    what: str
    path: str
    """Where it leads; empty where there is no page."""


@dataclass(frozen=True)
class Numbered:
    """A paper with a number, in its case."""

    number: str
    case: CaseRow


@dataclass(frozen=True)
class Found:
    """What a query finds."""

    cases: Sequence[Line] = ()
    people: Sequence[Person] = ()
    numbers: Sequence[Numbered] = ()
    more: int = 0
    """Cases that are not shown."""

    @property
    def nothing(self) -> bool:
        """Whether nothing was found."""
        return not (self.cases or self.people or self.numbers)


@dataclass
class Wanted:
    """A query, as it is compared."""

    text: str
    sounds: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.text.replace("\x00", "").strip().lower()
        self.sounds = self.text if spelled(self.text) else ""

    def rank(self, *names: str) -> int | None:
        """How well it fits the best of the names: 0 the name itself, 1 its beginning, 2 a part, 3 by sound; or None."""
        ranks = [rank for name in names if (rank := self._rank(name.lower())) is not None]
        return min(ranks, default=None)

    def _rank(self, name: str) -> int | None:
        if name == self.text:
            return 0
        if name.startswith(self.text):
            return 1
        if self.text in name:
            return 2
        return 3 if self.sounds and sounds_like(name, self.sounds) else None


async def search(site: Site, concern: Concern, text: str) -> Found:
    """What somebody may find under these words; nothing under none."""
    query = Wanted(text)
    if not query.text:
        return Found()
    rows = concern.among(await read_cases(site.engine, site.town))
    roster = await read_town_book(site.engine, site.town, ROSTER)
    held = _posts_of(roster, query, site) if concern.whole else frozenset()
    ranked = [(rank, row) for row in rows if (rank := _rank(query, row, roster, held)) is not None]
    ranked.sort(key=lambda pair: (pair[0], not pair[1].open, -pair[1].year))
    cases = [line_of(row, site.today()) for _, row in ranked]
    keeps = concern.roles is None or not _ROSTER.isdisjoint(concern.roles)
    return Found(
        cases=cases[:MOST],
        people=_people(roster, query, site) if keeps else (),
        numbers=await _numbers(site, concern, query, rows) if _has_figures(query.text) else (),
        more=max(0, len(cases) - MOST),
    )


def _rank(query: Wanted, row: CaseRow, roster: RosterState, held: frozenset[str]) -> int | None:
    """By its number, title or post; a case of a post whose head is asked for fits as a part does."""
    post = roster.subjects.get(row.subject or "")
    names = [row.title, row.case_id, f"{row.kind.value} {row.case_id}", f"{row.kind.value}/{row.case_id}"]
    rank = query.rank(*names, *([post.name] if post is not None else [row.subject or ""]))
    return 2 if rank is None and row.subject in held else rank


def _posts_of(roster: RosterState, query: Wanted, site: Site) -> frozenset[str]:
    """The posts that somebody of that name holds today."""
    holders = {key: roster.head(key, site.today()) for key in roster.subjects}
    return frozenset(key for key, holder in holders.items() if holder and query.rank(holder) is not None)


def _people(roster: RosterState, query: Wanted, site: Site) -> list[Person]:
    found = []
    for key, deputy in roster.deputies.items():
        rank = query.rank(deputy.name, key)
        if rank is not None:
            gone = "（已停用）" if key in roster.retired_deputies else ""
            found.append((rank, Person(deputy.name, f"镇人大代表 {key} {deputy.group}{gone}", "/roster/deputies")))
    for post in roster.posts(site.today()):
        rank = query.rank(post.responsible, post.name, post.id)
        if rank is not None:
            found.append((rank, Person(post.responsible, f"{post.name}（{post.id}）负责人", "/roster/subjects")))
    return [person for _, person in sorted(found, key=lambda pair: pair[0])[:MOST]]


def _has_figures(text: str) -> bool:
    """A document's number has a figure in it."""
    return any(character.isdigit() for character in text)


async def _numbers(site: Site, concern: Concern, query: Wanted, rows: Sequence[CaseRow]) -> list[Numbered]:
    """Numbers of filings and of signed papers, as events say them, in lines that may be read."""
    by_stream: Mapping[str, CaseRow] = {f"{row.kind.value}-{row.case_id}": row for row in rows}
    # Compared as text: the log holds exactly what was written, and not all of that is a value for jsonb.
    said = rf'"(number|paper)": ?"[^"]*{re.escape(query.text)}'
    asked = (
        select(event.c.stream, event.c.version, event.c.body)
        .where(event.c.town == site.town, event.c.body.regexp_match(said, flags="i"))
        .order_by(event.c.position.desc())
        .limit(_LOOKED_AT)
    )
    async with in_town(site.engine, site.town) as connection:
        lines = (await connection.execute(asked)).all()
    found: dict[tuple[str, str], Numbered] = {}
    readable: dict[str, set[int]] = {}
    for stream, version, text in lines:
        if (row := by_stream.get(stream)) is None:
            continue
        if not concern.whole and stream not in readable:
            events = await read_events(site.engine, site.town, row.kind, row.case_id)
            readable[stream] = {each.version for each in concern.readable(row, events)}
        if not concern.whole and version not in readable[stream]:
            continue
        body = json.loads(text)
        for number in (body.get("number"), body.get("paper")):
            if isinstance(number, str) and query.text in number.lower():
                found.setdefault((stream, number), Numbered(number, row))
    return list(found.values())[:MOST]


def search_pages(site: Site, show: Show) -> APIRouter:
    """The route."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/search")
    async def page(request: Request, q: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
        found = await search(site, await read_concern(site, request.state.session), q)
        return show(request, "search.html", "search", found=found, q=q.strip(), most=MOST)

    return router
