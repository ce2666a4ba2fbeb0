"""The secret ballot takes the plain box's place: what is cast by phone lies in the box's own cluster, sealed.

Tokens, castings and ballots of the plain box go; its counts stay. A poll that still collects or casts with it must be
finished or declared void before, with the version that it was opened with.
"""

from __future__ import annotations

from migrations.statements import execute

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROLE = "jiandu_ballotbox"

OWNER_SEES_ALL = "ALTER TABLE ballotbox.poll NO FORCE ROW LEVEL SECURITY"
OWNER_SEES_NOTHING = "ALTER TABLE ballotbox.poll FORCE ROW LEVEL SECURITY"

REFUSE_OPEN_POLLS = """
DO $$ DECLARE open text; BEGIN
    SELECT string_agg(town || ' ' || poll_id, ', ') INTO open FROM ballotbox.poll
        WHERE phase IN ('collecting', 'casting') AND setup::json ->> 'mode' <> 'paper';
    IF open IS NOT NULL THEN
        RAISE EXCEPTION '手机测评 % 尚未结束：请用原来的版本结束或宣布作废，再升级。', open;
    END IF;
END $$;
"""

TABLES = """
DROP TABLE ballotbox.issue, ballotbox.paper_forms, ballotbox.token, ballotbox.casting, ballotbox.ballot;

ALTER TABLE ballotbox.poll
    ADD COLUMN manifest text CHECK (manifest ~ '^[0-9a-f]{64}$'),
    ADD COLUMN statements text CHECK (statements IS JSON ARRAY),
    DROP CONSTRAINT poll_phase_check,
    ADD CONSTRAINT poll_phase_check CHECK (phase IN ('collecting', 'casting', 'ended', 'closed', 'discarded'));

CREATE TABLE ballotbox.set_up (
    town text NOT NULL,
    poll_id text NOT NULL,
    manifest bytea NOT NULL,
    CONSTRAINT set_up_pkey PRIMARY KEY (town, poll_id)
);

CREATE TABLE ballotbox.opening (
    town text NOT NULL,
    poll_id text NOT NULL,
    team smallint NOT NULL CHECK (team IN (1, 2)),
    result bytea NOT NULL,
    CONSTRAINT opening_pkey PRIMARY KEY (town, poll_id, team),
    CONSTRAINT opening_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);
COMMENT ON COLUMN ballotbox.opening.result IS 'the canonical bytes of a team''s result, compressed by zlib';

CREATE TABLE ballotbox.sheet_decision (
    town text NOT NULL,
    poll_id text NOT NULL,
    subject text NOT NULL,
    sheet_no integer NOT NULL CHECK (sheet_no > 0),
    scrutineer text NOT NULL CHECK (scrutineer <> ''),
    content text NOT NULL CHECK (content IS JSON ARRAY),
    CONSTRAINT sheet_decision_pkey PRIMARY KEY (town, poll_id, subject, sheet_no),
    CONSTRAINT sheet_decision_poll_fkey FOREIGN KEY (town, poll_id) REFERENCES ballotbox.poll
);
"""

RIGHTS = {
    "set_up": "SELECT, INSERT, UPDATE",
    "opening": "SELECT, INSERT, UPDATE, DELETE",
    "sheet_decision": "SELECT, INSERT, UPDATE, DELETE",
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
    execute(
        [
            OWNER_SEES_ALL,
            REFUSE_OPEN_POLLS,
            OWNER_SEES_NOTHING,
            TABLES,
            *(statement for table, rights in RIGHTS.items() for statement in _by_town(table, rights)),
        ]
    )
