"""The tables of the event store, for queries. They are made by `migrations/`, where rights and triggers are too."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

metadata = MetaData()

town_log = Table(
    "town_log",
    metadata,
    Column("town", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""The counter row of a town: last position and digest. Its lock is what puts a town's appends in one order."""

event = Table(
    "event",
    metadata,
    Column("town", Text, nullable=False),
    Column("position", BigInteger, CheckConstraint("position > 0"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("command_id", Text, nullable=False),
    Column("command_index", Integer, nullable=False),
    Column("business_time", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("body", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("town", "position", name="event_pkey"),
    UniqueConstraint("town", "stream", "version", name="event_stream_version_key"),
    UniqueConstraint("town", "command_id", "command_index", name="event_command_key"),
    UniqueConstraint("event_id", name="event_event_id_key"),
)
"""The log. Body and metadata are text, not jsonb: the chain is over exactly these bytes."""

stream_epoch = Table(
    "stream_epoch",
    metadata,
    Column("town", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("town", "stream", name="stream_epoch_pkey"),
)
"""Streams whose epoch was raised by a recovery; all others have epoch 0."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("town", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("town", "position", name="checkpoint_pkey"),
)
"""Sealed checkpoints: Merkle root of the first `position` events, and the signed note that says so."""
