"""The filing of opinions with the discipline office (备案): number and date, by year and post."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases.appraisal.events import OpinionsFiled
from domain.events import upcast
from eventstore.schema import event
from projections.cases import cases


async def read_filings(connection: AsyncConnection, town: str) -> dict[tuple[int, str | None], OpinionsFiled]:
    """The last filing of each appraisal."""
    query = (
        select(event.c.type, event.c.schema_version, event.c.body, cases.c.year, cases.c.subject)
        .join(cases, (cases.c.town == event.c.town) & (cases.c.stream == event.c.stream))
        .where(event.c.town == town, event.c.type == OpinionsFiled.type_name)
        .order_by(event.c.position)
    )
    filings: dict[tuple[int, str | None], OpinionsFiled] = {}
    for row in await connection.execute(query):
        filed = upcast(row.type, row.schema_version, json.loads(row.body))
        if isinstance(filed, OpinionsFiled):
            filings[row.year, row.subject] = filed
    return filings
