"""The count desk of paper ballots: who may enter or decide, their sessions, and which form each is typing."""

from __future__ import annotations

from migrations.statements import execute

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROLE = "jiandu_ballotbox"

TABLES = """
CREATE TABLE ballotbox.counter (
    town text NOT NULL,
    poll_id text NOT NULL,
    person text NOT NULL CHECK (person <> ''),
    entry smallint CHECK (entry IN (1, 2)),
    first_form integer CHECK (first_form > 0),
    last_form integer CHECK (last_form >= first_form),
    code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    CONSTRAINT counter_pkey PRIMARY KEY (town, poll_id, person),
    CONSTRAINT counter_code_key UNIQUE (town, code_hash)
);
COMMENT ON COLUMN ballotbox.counter.entry IS 'NULL: a scrutineer, who decides what differs and enters nothing';

CREATE TABLE ballotbox.counter_session (
    town text NOT NULL,
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    poll_id text NOT NULL,
    person text NOT NULL,
    CONSTRAINT counter_session_pkey PRIMARY KEY (town, token_hash),
    CONSTRAINT counter_session_counter_fkey FOREIGN KEY (town, poll_id, person) REFERENCES ballotbox.counter
        ON DELETE CASCADE
);

CREATE TABLE ballotbox.form_claim (
    town text NOT NULL,
    poll_id text NOT NULL,
    series text NOT NULL,
    form integer NOT NULL CHECK (form > 0),
    entry smallint NOT NULL CHECK (entry IN (1, 2)),
    person text NOT NULL,
    CONSTRAINT form_claim_pkey PRIMARY KEY (town, poll_id, series, form, entry)
);
"""

RIGHTS = {
    "counter": "SELECT, INSERT, UPDATE, DELETE",
    "counter_session": "SELECT, INSERT, DELETE",
    "form_claim": "SELECT, INSERT, UPDATE, DELETE",
}


def _by_town(table: str, rights: str) -> list[str]:
    """Row-level security for the box's role, as all of its tables have it; no other role is let in."""
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
    execute([TABLES, *(statement for table, rights in RIGHTS.items() for statement in _by_town(table, rights))])
