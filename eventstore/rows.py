"""Rows of the log as recorded events, brought up to today's schema versions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.catalogue import EVENT_TYPES  # all of them, whoever reads the log
from domain.events import Event, Metadata, Recorded, upcast

COLUMNS = "event_id, stream, version, position, type, schema_version, body, metadata"
"""What `recorded` needs of a row, in its order."""


def recorded(row: Sequence[Any]) -> Recorded:
    """The event of a row. Raises `domain.events.UnknownEvent` where a newer program wrote it."""
    event_id: UUID
    event_id, stream, version, position, type_name, schema_version, body, metadata = row
    return Recorded.model_construct(
        event_id=event_id,
        stream=stream,
        version=version,
        position=position,
        event=_event(type_name, schema_version, body),
        metadata=Metadata.model_validate_json(metadata),
    )


def _event(type_name: str, schema_version: int, body: str) -> Event:
    known = EVENT_TYPES.get(type_name)
    if known is not None and known.schema_version == schema_version:
        return known.model_validate_json(body)  # nothing to bring up to date: no need of the values in between
    return upcast(type_name, schema_version, json.loads(body))
