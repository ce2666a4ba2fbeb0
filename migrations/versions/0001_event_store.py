"""The event store: log, counter, epochs, checkpoints, and the function that appends a batch."""

from __future__ import annotations

from pathlib import Path

from migrations.security import append_only, by_town, create_roles
from migrations.statements import execute

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE town_log (
    town text PRIMARY KEY CHECK (town <> ''),
    position bigint NOT NULL CHECK (position >= 0),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32)
) WITH (fillfactor = 50);

CREATE TABLE event (
    town text NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    stream text NOT NULL CHECK (stream <> ''),
    version integer NOT NULL CHECK (version >= 0),
    event_id uuid NOT NULL,
    type text NOT NULL,
    schema_version integer NOT NULL,
    command_id text NOT NULL CHECK (command_id <> ''),
    command_index integer NOT NULL,
    business_time timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    body text NOT NULL CHECK (body IS JSON OBJECT),
    metadata text NOT NULL CHECK (metadata IS JSON OBJECT),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    CONSTRAINT event_pkey PRIMARY KEY (town, position),
    CONSTRAINT event_stream_version_key UNIQUE (town, stream, version),
    CONSTRAINT event_command_key UNIQUE (town, command_id, command_index),
    CONSTRAINT event_event_id_key UNIQUE (event_id)
);

CREATE TABLE stream_epoch (
    town text NOT NULL,
    stream text NOT NULL,
    epoch bigint NOT NULL,
    raised_at timestamptz NOT NULL,
    CONSTRAINT stream_epoch_pkey PRIMARY KEY (town, stream)
);

CREATE TABLE checkpoint (
    town text NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT checkpoint_pkey PRIMARY KEY (town, position)
);

CREATE FUNCTION jiandu_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def upgrade() -> None:
    execute(
        [
            "DO $$ BEGIN IF current_setting('server_encoding') <> 'UTF8' THEN "
            "RAISE EXCEPTION 'jiandu needs a database with encoding UTF8'; END IF; END $$",
            *create_roles(),
            TABLES,
            (Path(__file__).parent / "0001_append.sql").read_text(encoding="utf-8"),
            *append_only("event"),
            *append_only("checkpoint"),
            *by_town("town_log", "SELECT, INSERT, UPDATE"),
            *by_town("event", "SELECT, INSERT"),
            *by_town("stream_epoch", "SELECT, INSERT, UPDATE"),
            *by_town("checkpoint", "SELECT, INSERT"),
        ]
    )
