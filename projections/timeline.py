"""The timeline: every event of the town, who did it in which role, and when. The acts of a case in order, newest first.

Bodies are not copied: a page that shows what was said reads the stream, so that nothing personal lies in two places.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, PrimaryKeyConstraint, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Recorded
from projections.bulk import Insert, Write, run
from projections.tables import READ_MODEL, metadata

timeline = Table(
    "timeline",
    metadata,
    Column("town", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("command_id", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("business_time", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("town", "position", name="timeline_pkey"),
    Index("timeline_stream", "town", "stream", "position"),
    Index("timeline_actor", "town", "actor", "position"),
    schema=READ_MODEL,
)


class Timeline:
    """One row an event."""

    name = "timeline"
    tables = (timeline,)

    def changes(self, town: str, events: Sequence[Recorded]) -> list[Write]:
        """Add the events."""
        return [Insert(timeline, [row_of(town, event) for event in events])]

    async def apply(self, connection: AsyncConnection, town: str, events: Sequence[Recorded]) -> None:
        """Add them now."""
        await run(connection, self.changes(town, events))

    def forget(self, town: str, streams: Collection[str] | None = None) -> None:
        """It remembers nothing."""


def row_of(town: str, recorded: Recorded) -> dict[str, object]:
    """The row of an event."""
    actor = recorded.metadata.actor
    return {
        "town": town,
        "position": recorded.position,
        "stream": recorded.stream,
        "version": recorded.version,
        "event_id": recorded.event_id,
        "type": recorded.event.type_name,
        "actor": actor.id,
        "role": actor.role.value,
        "on_behalf_of": actor.on_behalf_of,
        "command_id": recorded.metadata.command_id,
        "policy_version": recorded.metadata.policy_version,
        "business_time": recorded.metadata.business_time,
    }
