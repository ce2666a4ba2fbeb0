"""Accounts of the pages and their sessions. Unlike events both can be changed and forgotten."""

from __future__ import annotations

from migrations.security import by_town
from migrations.statements import execute

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE SCHEMA accounts;
GRANT USAGE ON SCHEMA accounts TO jiandu_app, jiandu_auditor;

CREATE TABLE accounts.account (
    town text NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    person text NOT NULL,
    roles text[] NOT NULL CHECK (cardinality(roles) > 0),
    password_hash text NOT NULL,
    must_change boolean NOT NULL DEFAULT false,
    disabled boolean NOT NULL DEFAULT false,
    failures integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    CONSTRAINT account_pkey PRIMARY KEY (town, login)
);

CREATE TABLE accounts.session (
    town text NOT NULL,
    token_hash bytea NOT NULL,
    login text NOT NULL,
    form_token text NOT NULL,
    began timestamptz NOT NULL,
    seen timestamptz NOT NULL,
    CONSTRAINT session_pkey PRIMARY KEY (town, token_hash),
    CONSTRAINT session_account FOREIGN KEY (town, login) REFERENCES accounts.account ON DELETE CASCADE
);
CREATE INDEX session_by_login ON accounts.session (town, login);
"""


def upgrade() -> None:
    execute(
        [
            TABLES,
            *by_town("accounts.account", "SELECT, INSERT, UPDATE, DELETE"),
            *by_town("accounts.session", "SELECT, INSERT, UPDATE, DELETE"),
        ]
    )
