"""Rows of the read models as the API answers them."""

from __future__ import annotations

from datetime import date

from domain.events import Recorded
from web.api.answers import CaseAnswer, Entry, LightOf
from web.lights import Shown, light_of
from web.reading import CaseRow
from web.words import KINDS, actor_word, event_word, pairs_of, stage_word


def light(shown: Shown) -> LightOf:
    """A light."""
    return LightOf(colour=shown.colour, word=shown.word)


def case(row: CaseRow, today: date) -> CaseAnswer:
    """A case."""
    return CaseAnswer(
        **row.model_dump(),
        kind_word=KINDS[row.kind],
        stage_word=stage_word(row.stage if row.open else row.outcome or row.stage),
        light=light(light_of(row.due, today, open_=row.open)),
    )


def entry(recorded: Recorded) -> Entry:
    """A line of a case's timeline."""
    metadata, body = recorded.metadata, recorded.event.body()
    return Entry(
        position=recorded.position,
        version=recorded.version,
        at=metadata.business_time,
        what=recorded.event.type_name,
        word=event_word(recorded.event.type_name),
        by=actor_word(metadata.actor),
        role=metadata.actor.role,
        person=metadata.actor.id,
        on_behalf_of=metadata.actor.on_behalf_of,
        command_id=metadata.command_id,
        body=body,
        words=dict(pairs_of(body)),
    )
