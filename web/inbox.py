"""What somebody has done (已办) and begun (我发起的), from the log: lists of their own acts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from domain.cases.case import CaseKind
from domain.cases.cycle import events as cycle
from domain.events import Event, upcast
from eventstore.database import in_town
from eventstore.schema import event as log
from projections.cases import cases
from projections.timeline import timeline
from web.accounts.concern import Concern
from web.acts.desk import NOBODY_KNOWN
from web.reading import CaseRow
from web.site import Site
from web.words import event_word

MOST = 200

_BEGUN: Mapping[str, Callable[[str, Any], str]] = {
    cycle.ProposalRegistered.type_name: lambda year, event: f"proposal-{year}-{event.proposal_id}",
    cycle.AppraisalStarted.type_name: lambda year, event: f"appraisal-{year}-{event.subject.id}",
    cycle.AssessmentStarted.type_name: lambda year, event: f"assessment-{year}",
    cycle.PollCalled.type_name: lambda year, event: f"poll-{year}-{event.poll_id}",
}
"""What is entered in the year's case and begins a case of its own, whose first event is then the system's."""


@dataclass(frozen=True)
class Done:
    """An act of theirs."""

    at: datetime
    words: str
    case: CaseRow
    behalf: str | None


async def acts_done(site: Site, concern: Concern) -> list[Done]:
    """The acts of whoever is concerned, newest first, in cases that they still may see."""
    query = (
        select(timeline.c.business_time, timeline.c.type, timeline.c.command_id, timeline.c.on_behalf_of, cases)
        .join(cases, (cases.c.town == timeline.c.town) & (cases.c.stream == timeline.c.stream))
        .where(timeline.c.town == site.town, timeline.c.actor == _person(concern))
        .order_by(timeline.c.position.desc())
        .limit(MOST)
    )
    async with in_town(site.engine, site.town) as connection:
        rows = (await connection.execute(query)).all()
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.command_id, []).append(row)
    done = []
    for act in found.values():
        case = CaseRow.model_validate(dict(act[0]._mapping))
        if concern.may_see(case):
            words = "；".join(dict.fromkeys(event_word(row.type) for row in reversed(act)))
            done.append(Done(act[-1].business_time, words, case, act[0].on_behalf_of))
    return done


async def cases_begun(site: Site, concern: Concern) -> list[CaseRow]:
    """The cases that they began, open ones first, those due first at the top."""
    person = _person(concern)
    first = select(timeline.c.stream).where(
        timeline.c.town == site.town, timeline.c.actor == person, timeline.c.version == 0
    )
    entered = (
        select(log.c.stream, log.c.type, log.c.schema_version, log.c.body)
        .join(timeline, (timeline.c.town == log.c.town) & (timeline.c.position == log.c.position))
        .where(log.c.town == site.town, timeline.c.actor == person, timeline.c.type.in_(sorted(_BEGUN)))
        .order_by(log.c.position.desc())
        .limit(MOST)
    )
    async with in_town(site.engine, site.town) as connection:
        streams = set((await connection.execute(first)).scalars())
        streams |= {_stream(row) for row in await connection.execute(entered)}
        query = select(cases).where(cases.c.town == site.town, cases.c.stream.in_(streams))
        query = query.order_by(cases.c.open.desc(), cases.c.due.asc().nulls_last(), cases.c.stream).limit(MOST)
        rows: Sequence[Any] = (await connection.execute(query)).all()
    return concern.among(CaseRow.model_validate(dict(row._mapping)) for row in rows)


def _stream(row: Any) -> str:
    event: Event = upcast(row.type, row.schema_version, json.loads(row.body))
    return _BEGUN[row.type](row.stream.removeprefix(f"{CaseKind.CYCLE.value}-"), event)


def _person(concern: Concern) -> str:
    return NOBODY_KNOWN.id if concern.roles is None else concern.person
