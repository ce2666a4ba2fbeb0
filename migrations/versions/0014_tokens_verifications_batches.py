"""Tokens of the HTTP API, verifications of the log that were asked for on a page, batches of acts."""

from __future__ import annotations

from migrations.security import by_town
from migrations.statements import execute

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE accounts.api_token (
    town text NOT NULL,
    token_id text NOT NULL,
    token_hash bytea NOT NULL,
    login text NOT NULL,
    label text NOT NULL,
    made timestamptz NOT NULL,
    expires timestamptz NOT NULL,
    last_used timestamptz,
    withdrawn timestamptz,
    CONSTRAINT api_token_pkey PRIMARY KEY (town, token_id),
    CONSTRAINT api_token_hash UNIQUE (town, token_hash),
    CONSTRAINT api_token_account FOREIGN KEY (town, login) REFERENCES accounts.account ON DELETE CASCADE
);
COMMENT ON TABLE accounts.api_token IS 'what programs show instead of a password; only a hash is kept';

CREATE SCHEMA desk;
GRANT USAGE ON SCHEMA desk TO jiandu_app, jiandu_auditor;

CREATE TABLE desk.verification (
    town text NOT NULL,
    verification_id text NOT NULL,
    asked_by text NOT NULL,
    began timestamptz NOT NULL,
    seen timestamptz NOT NULL,
    checked bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    ended timestamptz,
    ok boolean,
    words text NOT NULL DEFAULT '',
    digest text NOT NULL DEFAULT '',
    CONSTRAINT verification_pkey PRIMARY KEY (town, verification_id)
);
CREATE UNIQUE INDEX verification_one_at_a_time ON desk.verification (town) WHERE ended IS NULL;
COMMENT ON COLUMN desk.verification.ok IS 'null after the end: it was cut off';

CREATE TABLE desk.batch (
    town text NOT NULL,
    batch_id text NOT NULL,
    act text NOT NULL,
    person text NOT NULL,
    role text NOT NULL,
    made timestamptz NOT NULL,
    runner text,
    seen timestamptz,
    CONSTRAINT batch_pkey PRIMARY KEY (town, batch_id)
);
COMMENT ON COLUMN desk.batch.runner IS 'the run that does it now; it is taken over once it was not seen for a while';

CREATE TABLE desk.batch_item (
    town text NOT NULL,
    batch_id text NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    case_id text NOT NULL,
    title text NOT NULL,
    command text NOT NULL CHECK (command IS JSON OBJECT),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'refused', 'unsure')),
    message text NOT NULL DEFAULT '',
    ended timestamptz,
    CONSTRAINT batch_item_pkey PRIMARY KEY (town, batch_id, number),
    CONSTRAINT batch_item_batch FOREIGN KEY (town, batch_id) REFERENCES desk.batch ON DELETE CASCADE
);
COMMENT ON TABLE desk.batch_item IS 'one act each; its command id is made of batch and number: a retry completes';
"""


def upgrade() -> None:
    execute(
        [
            TABLES,
            *by_town("accounts.api_token", "SELECT, INSERT, UPDATE"),
            *by_town("desk.verification", "SELECT, INSERT, UPDATE"),
            *by_town("desk.batch", "SELECT, INSERT, UPDATE"),
            *by_town("desk.batch_item", "SELECT, INSERT, UPDATE"),
        ]
    )
