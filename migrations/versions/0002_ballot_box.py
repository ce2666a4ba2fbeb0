"""The first ballot box, with one-time tokens: a schema and a role of its own. 0007 puts another in its place."""

from __future__ import annotations

from migrations.statements import execute

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLE = "jiandu_ballotbox"

CREATE_ROLE = f"""
DO $$ BEGIN
    BEGIN
        CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- roles belong to the cluster, not the database
    END;
    IF NOT pg_has_role(current_user, '{ROLE}', 'SET') THEN
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
END $$;
"""

TABLES = """
CREATE SCHEMA ballotbox;

CREATE TABLE ballotbox.poll (
    town text NOT NULL CHECK (town <> ''),
    poll_id text NOT NULL CHECK (poll_id <> ''),
    setup text NOT NULL CHECK (setup IS JSON OBJECT),
    phase text NOT NULL CHECK (phase IN ('collecting', 'casting', 'closed', 'discarded')),
    counts text CHECK (counts IS JSON OBJECT),
    CONSTRAINT poll_pkey PRIMARY KEY (town, poll_id),
    CONSTRAINT poll_counts_at_close CHECK ((phase = 'closed') = (counts IS NOT NULL) OR phase = 'discarded')
);

CREATE TABLE ballotbox.issue (
    town text NOT NULL,
    poll_id text NOT NULL,
    subject text NOT NULL,
    deputy text NOT NULL,
    CONSTRAINT issue_pkey PRIMARY KEY (town, poll_id, subject, deputy),
    CONSTRAINT issue_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);

CREATE TABLE ballotbox.paper_forms (
    town text NOT NULL,
    poll_id text NOT NULL,
    subject text NOT NULL,
    forms integer NOT NULL CHECK (forms > 0),
    CONSTRAINT paper_forms_pkey PRIMARY KEY (town, poll_id, subject),
    CONSTRAINT paper_forms_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);

CREATE TABLE ballotbox.token (
    town text NOT NULL,
    poll_id text NOT NULL,
    subject text NOT NULL,
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    CONSTRAINT token_pkey PRIMARY KEY (town, poll_id, subject, token_hash),
    CONSTRAINT token_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);

CREATE TABLE ballotbox.casting (
    town text NOT NULL,
    poll_id text NOT NULL,
    subject text NOT NULL,
    token_hash bytea NOT NULL,
    receipt text NOT NULL,
    CONSTRAINT casting_pkey PRIMARY KEY (town, poll_id, subject, token_hash),
    CONSTRAINT casting_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);

CREATE TABLE ballotbox.ballot (
    town text NOT NULL,
    poll_id text NOT NULL,
    subject text NOT NULL,
    ballot_id uuid NOT NULL,
    content text NOT NULL CHECK (content IS JSON ARRAY),
    CONSTRAINT ballot_pkey PRIMARY KEY (town, poll_id, subject, ballot_id),
    CONSTRAINT ballot_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);

CREATE TABLE ballotbox.paper_sheet (
    town text NOT NULL,
    poll_id text NOT NULL,
    subject text NOT NULL,
    sheet_no integer NOT NULL CHECK (sheet_no > 0),
    entry smallint NOT NULL CHECK (entry IN (1, 2)),
    person text NOT NULL CHECK (person <> ''),
    content text NOT NULL CHECK (content IS JSON ARRAY),
    CONSTRAINT paper_sheet_pkey PRIMARY KEY (town, poll_id, subject, sheet_no, entry),
    CONSTRAINT paper_sheet_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);

CREATE TABLE ballotbox.counted_rows (
    town text NOT NULL,
    poll_id text NOT NULL,
    subject text NOT NULL,
    entry smallint NOT NULL CHECK (entry IN (1, 2)),
    person text NOT NULL CHECK (person <> ''),
    content text NOT NULL CHECK (content IS JSON OBJECT),
    CONSTRAINT counted_rows_pkey PRIMARY KEY (town, poll_id, subject, entry),
    CONSTRAINT counted_rows_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);
"""

RIGHTS = {
    "poll": "SELECT, INSERT, UPDATE",
    "issue": "SELECT, INSERT",
    "paper_forms": "SELECT, INSERT, UPDATE",
    "token": "SELECT, INSERT, DELETE",
    "casting": "SELECT, INSERT",
    "ballot": "SELECT, INSERT, DELETE",
    "paper_sheet": "SELECT, INSERT, UPDATE, DELETE",
    "counted_rows": "SELECT, INSERT, UPDATE, DELETE",
}
"""A used token can never be made unused: `casting` and `issue` take no UPDATE and no DELETE. `token` and `ballot` are
rewritten in another order when casting begins and when the box is closed; what is on paper may be entered again."""


def by_town(table: str, rights: str) -> list[str]:
    """Row-level security of one table for the box's role; no other role is let in, not even the auditor."""
    return [
        f"ALTER TABLE ballotbox.{table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE ballotbox.{table} FORCE ROW LEVEL SECURITY",
        f"""
        CREATE POLICY by_town ON ballotbox.{table} TO {ROLE}
            USING (town = current_setting('jiandu.town', true))
            WITH CHECK (town = current_setting('jiandu.town', true))
        """,
        f"GRANT {rights} ON ballotbox.{table} TO {ROLE}",
    ]


def upgrade() -> None:
    execute(
        [
            CREATE_ROLE,
            TABLES,
            f"GRANT USAGE ON SCHEMA ballotbox TO {ROLE}",
            *(statement for table, rights in RIGHTS.items() for statement in by_town(table, rights)),
        ]
    )
