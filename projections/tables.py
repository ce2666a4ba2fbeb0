"""The metadata that all read models share, and the table of how far each has come. Made by `migrations/`.

Read models live in the database schema `readmodel`: everything in it can be dropped and made again from the log.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, MetaData, PrimaryKeyConstraint, Table, Text

metadata = MetaData()

READ_MODEL = "readmodel"
"""The schema of the read models. A rebuild has it translated to the one of the shadow tables."""

projection_state = Table(
    "projection_state",
    metadata,
    Column("town", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("error", Text),
    Column("stopped_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("town", "name", name="projection_state_pkey"),
)
"""`position`: the last event that is in the tables. `error`: why the next one is not; None while all is well."""
