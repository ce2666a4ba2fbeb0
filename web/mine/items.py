"""What waits for one person, down to the single question, and what they did before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from sqlalchemy import select

from domain.acts import Role
from domain.cases.appraisal.events import OpinionItemised, QuestionRaised
from domain.cases.appraisal.state import AppraisalState
from domain.cases.case import TOWN_ZONE, CaseKind, fold, stream_of
from domain.cases.registry import GOVERNED
from domain.events import Recorded
from domain.rules.questions import Standing
from eventstore.database import in_town
from projections.timeline import timeline
from web.accounts.concern import Concern
from web.deputies.home import read_logs
from web.lights import Shown, light_of
from web.picture import Line, line_of
from web.reading import CaseRow, read_cases
from web.site import Site
from web.todo import tasks_of
from web.words import KINDS, act_word, event_word, stage_word

_DONE = 20


@dataclass(frozen=True)
class Item:
    """Something to do in a case."""

    case: CaseRow
    kind: str
    stage: str
    light: Shown
    acts: Sequence[tuple[str, str]]
    """Address of the form and word of the act."""
    what: str = ""
    """The question or opinion that it is about."""


@dataclass(frozen=True)
class Mine:
    """Everything on the page."""

    items: Sequence[Item]
    going: Sequence[Line]
    over: Sequence[Line]
    done: Sequence[tuple[str, str, date]]
    """What they did, its stream and the day, the latest first."""
    cycles: Sequence[CaseRow]
    """Years in which a village may register a proposal."""
    posts: Sequence[str]


async def read_mine(site: Site, concern: Concern) -> Mine:
    """What is theirs."""
    everything = await read_cases(site.engine, site.town)
    rows = concern.among(everything)
    today = site.today()
    logs = await read_logs(site, [row for row in rows if row.open and row.kind is CaseKind.APPRAISAL])
    items: list[Item] = []
    for row in rows:
        events = logs.get(stream_of(row.kind, row.case_id))
        items += _items(row, concern, today) if events is None else _of_appraisal(row, events, concern, today)
    village = Role.VILLAGE in (concern.roles or ())
    held = {tenure.subject for tenure in concern.tenures if tenure.covers(today)}
    return Mine(
        items=items,
        going=[line_of(row, today) for row in rows if row.open],
        over=[line_of(row, today) for row in rows if not row.open],
        done=await _done(site, concern.person),
        cycles=[row for row in everything if village and row.open and row.kind is CaseKind.CYCLE],
        posts=sorted(held),
    )


def _items(row: CaseRow, concern: Concern, today: date) -> list[Item]:
    found = []
    for task in tasks_of([row], concern, today):
        step = {"step": row.stage} if row.kind is CaseKind.PROPOSAL else {}
        acts = [(_form(row, act, **(step if act == "decide_step" else {})), word) for act, word in task.acts]
        found.append(Item(row, task.kind, task.stage, task.light, acts))
    return found


def _of_appraisal(row: CaseRow, events: Sequence[Recorded], concern: Concern, today: date) -> list[Item]:
    """Of an appraisal that is theirs each open question and opinion by itself."""
    if Role.HEAD not in (concern.roles or ()) or not concern.sees_as(Role.HEAD, row):
        return _items(row, concern, today)
    state: AppraisalState = fold(GOVERNED[CaseKind.APPRAISAL], events).inner
    light = light_of(row.due, today, open_=row.open)
    found = [] if state.reported_on is not None else _items(row, concern, today)

    def item(what: str, *acts: tuple[str, dict[str, str]]) -> Item:
        words = [(_form(row, act, **filled), act_word(act)) for act, filled in acts]
        return Item(row, KINDS[row.kind], stage_word(row.stage), light, words, what)

    for recorded in events:
        event = recorded.event
        if isinstance(event, QuestionRaised) and state.questions[event.question_id].standing is Standing.OPEN:
            key = {"question_id": event.question_id}
            found.append(item(event.text or event.question_id, ("answer_question", key), ("commit_to_question", key)))
        elif isinstance(event, OpinionItemised) and state.opinions[event.opinion_id].reported_on is None:
            opinion = {"opinion_id": event.opinion_id}
            found.append(item(event.text or event.opinion_id, ("report_implementation", opinion)))
    return found


def _form(row: CaseRow, act: str, **filled: str) -> str:
    return f"{row.path}/do/{act}" + (f"?{urlencode(filled)}" if filled else "")


async def _done(site: Site, person: str) -> list[tuple[str, str, date]]:
    query = (
        select(timeline.c.type, timeline.c.stream, timeline.c.business_time)
        .where(timeline.c.town == site.town, timeline.c.actor == person)
        .order_by(timeline.c.position.desc())
        .limit(_DONE)
    )
    async with in_town(site.engine, site.town) as connection:
        rows = (await connection.execute(query)).all()
    return [(event_word(row.type), row.stream, row.business_time.astimezone(TOWN_ZONE).date()) for row in rows]
