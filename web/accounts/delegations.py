"""Who holds which post, and who may act for whom: what an account's concern is made of, read from the log."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases.assessment.memory import tenures_known
from domain.cases.case import CaseKind
from domain.cases.governance_events import DelegateAppointed
from domain.roster.books import ROSTER
from domain.rules.tenure import Tenure
from eventstore.database import in_town
from eventstore.reader import last_position, read_streams
from projections.cases import cases
from projections.timeline import timeline


async def read_tenures(engine: AsyncEngine, town: str) -> tuple[Tenure, ...]:
    """By the roster and by the changes of heads that the years recorded."""
    of_years = select(cases.c.stream).where(cases.c.town == town, cases.c.kind == CaseKind.CYCLE.value)
    async with in_town(engine, town) as connection:
        streams = [*(await connection.execute(of_years)).scalars(), ROSTER.stream]
        logs = await read_streams(connection, town, streams, upto=await last_position(connection, town))
    return tenures_known(logs.values())


async def read_principals(engine: AsyncEngine, town: str, person: str, today: date) -> dict[str, str]:
    """By stream, for whom somebody may act on a day: of several the one appointed last."""
    appointed = (
        select(timeline.c.stream)
        .where(timeline.c.town == town, timeline.c.type == DelegateAppointed.type_name)
        .distinct()
    )
    async with in_town(engine, town) as connection:
        streams = list((await connection.execute(appointed)).scalars())
        if not streams:
            return {}
        logs = await read_streams(connection, town, streams, upto=await last_position(connection, town))
    return {
        stream: recorded.event.principal
        for stream, events in logs.items()
        for recorded in events
        if isinstance(recorded.event, DelegateAppointed)
        and recorded.event.delegate == person
        and recorded.event.from_ <= today <= recorded.event.until
    }
