"""Personal links with PINs for deputies, sessions that last, whose villages an account answers for, signed scans."""

from __future__ import annotations

from migrations.security import by_town
from migrations.statements import execute

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE accounts.account ADD COLUMN villages text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN accounts.account.villages IS 'of a village''s account its village, of a town leader those led';

ALTER TABLE accounts.session ADD COLUMN lasting boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN accounts.session.lasting IS 'a deputy''s own phone: it stays logged in for months';

CREATE TABLE accounts.personal_link (
    town text NOT NULL,
    person text NOT NULL,
    login text NOT NULL,
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    code_hash bytea CHECK (octet_length(code_hash) = 32),
    pin_hash text,
    failures integer NOT NULL DEFAULT 0,
    issued timestamptz NOT NULL,
    issued_by text NOT NULL,
    used timestamptz,
    withdrawn timestamptz,
    CONSTRAINT personal_link_pkey PRIMARY KEY (town, person),
    CONSTRAINT personal_link_token UNIQUE (town, token_hash),
    CONSTRAINT personal_link_code UNIQUE (town, code_hash),
    CONSTRAINT personal_link_account FOREIGN KEY (town, login) REFERENCES accounts.account ON DELETE CASCADE
);
COMMENT ON COLUMN accounts.personal_link.code_hash IS 'of the code to type instead of the QR; gone once a PIN is set';

CREATE SCHEMA scans;
GRANT USAGE ON SCHEMA scans TO jiandu_app, jiandu_auditor;

CREATE TABLE scans.scan (
    town text NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    content bytea NOT NULL CHECK (sha256(content) = digest),
    CONSTRAINT scan_pkey PRIMARY KEY (town, digest)
);

CREATE TABLE scans.use (
    town text NOT NULL,
    stream text NOT NULL,
    command_id text NOT NULL,
    digest bytea NOT NULL,
    name text NOT NULL,
    uploaded_by text NOT NULL,
    uploaded timestamptz NOT NULL,
    CONSTRAINT use_pkey PRIMARY KEY (town, stream, command_id),
    CONSTRAINT use_scan FOREIGN KEY (town, digest) REFERENCES scans.scan
);
COMMENT ON TABLE scans.use IS 'for which act of which case a scan was handed in; the act may not be done yet';
CREATE INDEX use_by_digest ON scans.use (town, digest);
"""


def upgrade() -> None:
    execute(
        [
            TABLES,
            *by_town("accounts.personal_link", "SELECT, INSERT, UPDATE, DELETE"),
            *by_town("scans.scan", "SELECT, INSERT"),
            *by_town("scans.use", "SELECT, INSERT, UPDATE"),
        ]
    )
