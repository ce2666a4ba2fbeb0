"""The outbox: what is told whom, who has read it, how far each delivery is, the bulk reminders; tokens of the feeds."""

from __future__ import annotations

from migrations.security import APP, AUDITOR, by_town
from migrations.statements import execute

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = f"""
CREATE SCHEMA outbox;
GRANT USAGE ON SCHEMA outbox TO {APP}, {AUDITOR};

CREATE TABLE outbox.fed (
    town text PRIMARY KEY,
    position bigint NOT NULL,
    on_day date
);
COMMENT ON TABLE outbox.fed IS 'how far the notices of the log, and the deadlines of the days, have become messages';

CREATE TABLE outbox.message (
    town text NOT NULL,
    key text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    roles text[] NOT NULL CHECK (cardinality(roles) > 0),
    person text,
    village text,
    stream text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    words text NOT NULL,
    due date,
    said_at timestamptz NOT NULL,
    bulk text,
    CONSTRAINT message_pkey PRIMARY KEY (town, key)
);
CREATE INDEX message_by_number ON outbox.message (town, number);
CREATE INDEX message_by_stream ON outbox.message (town, stream, number);
COMMENT ON COLUMN outbox.message.key IS 'names it once and for ever: the same notice again is the same message';
COMMENT ON COLUMN outbox.message.person IS 'of those with the role head, the one that it is for; null: none of them';

CREATE TABLE outbox.reading (
    town text NOT NULL,
    key text NOT NULL,
    person text NOT NULL,
    read_at timestamptz NOT NULL,
    CONSTRAINT reading_pkey PRIMARY KEY (town, key, person),
    CONSTRAINT reading_message FOREIGN KEY (town, key) REFERENCES outbox.message ON DELETE CASCADE
);

CREATE TABLE outbox.delivery (
    town text NOT NULL,
    key text NOT NULL,
    channel text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    done_at timestamptz,
    fault text,
    CONSTRAINT delivery_pkey PRIMARY KEY (town, key, channel),
    CONSTRAINT delivery_message FOREIGN KEY (town, key) REFERENCES outbox.message ON DELETE CASCADE
);
CREATE INDEX delivery_waiting ON outbox.delivery (town, next_at) WHERE state = 'waiting';
COMMENT ON COLUMN outbox.delivery.fault IS 'the kind of the last failure; never an address, a password or a text';

CREATE TABLE outbox.bulk (
    town text NOT NULL,
    id text NOT NULL,
    by_person text NOT NULL,
    by_role text NOT NULL,
    what text NOT NULL,
    words text NOT NULL,
    messages integer NOT NULL,
    sent_at timestamptz NOT NULL,
    CONSTRAINT bulk_pkey PRIMARY KEY (town, id)
);
COMMENT ON TABLE outbox.bulk IS 'the log of reminders that persons sent';

CREATE TABLE outbox.address (
    town text NOT NULL,
    login text NOT NULL,
    email text NOT NULL,
    CONSTRAINT address_pkey PRIMARY KEY (town, login),
    CONSTRAINT address_account FOREIGN KEY (town, login) REFERENCES accounts.account ON DELETE CASCADE
);

CREATE TABLE outbox.feed (
    town text NOT NULL,
    token_hash bytea NOT NULL,
    login text NOT NULL,
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT feed_pkey PRIMARY KEY (town, token_hash),
    CONSTRAINT feed_account FOREIGN KEY (town, login) REFERENCES accounts.account ON DELETE CASCADE
);
CREATE INDEX feed_by_login ON outbox.feed (town, login);
"""


def upgrade() -> None:
    execute(
        [
            TABLES,
            *by_town("outbox.fed", "SELECT, INSERT, UPDATE"),
            *by_town("outbox.message", "SELECT, INSERT"),
            *by_town("outbox.reading", "SELECT, INSERT"),
            *by_town("outbox.delivery", "SELECT, INSERT, UPDATE"),
            *by_town("outbox.bulk", "SELECT, INSERT"),
            *by_town("outbox.address", "SELECT, INSERT, UPDATE, DELETE"),
            *by_town("outbox.feed", "SELECT, INSERT, UPDATE, DELETE"),
        ]
    )
