"""Read models: their schema, how far each has come, the timeline and the cases."""

from __future__ import annotations

from migrations.security import APP, AUDITOR, by_town
from migrations.statements import execute

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = f"""
CREATE SCHEMA readmodel;
GRANT USAGE ON SCHEMA readmodel TO {APP}, {AUDITOR};

CREATE TABLE projection_state (
    town text NOT NULL,
    name text NOT NULL,
    position bigint NOT NULL,
    error text,
    stopped_at timestamptz,
    CONSTRAINT projection_state_pkey PRIMARY KEY (town, name)
);

CREATE TABLE readmodel.timeline (
    town text NOT NULL,
    position bigint NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    on_behalf_of text,
    command_id text NOT NULL,
    policy_version text NOT NULL,
    business_time timestamptz NOT NULL,
    CONSTRAINT timeline_pkey PRIMARY KEY (town, position)
);
CREATE INDEX timeline_stream ON readmodel.timeline (town, stream, position);
CREATE INDEX timeline_actor ON readmodel.timeline (town, actor, position);

CREATE TABLE readmodel.cases (
    town text NOT NULL,
    stream text NOT NULL,
    kind text NOT NULL,
    case_id text NOT NULL,
    year integer NOT NULL,
    subject text,
    title text NOT NULL,
    stage text NOT NULL,
    open boolean NOT NULL,
    outcome text,
    due date,
    opened_on date NOT NULL,
    closed_on date,
    version integer NOT NULL,
    policy_version text NOT NULL,
    CONSTRAINT cases_pkey PRIMARY KEY (town, stream)
);
CREATE INDEX cases_by_due ON readmodel.cases (town, kind, open, due);
CREATE INDEX cases_by_year ON readmodel.cases (town, year, kind);
CREATE INDEX cases_by_subject ON readmodel.cases (town, subject);
"""

# Row-level security of a read model, as migrations/security.py sets it on other tables. It is in the database since a
# rebuild makes shadow tables, which must be as secure as those they replace.
SECURE = f"""
CREATE FUNCTION jiandu_secure_read_model(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY by_town ON %s USING (town = current_setting(''jiandu.town'', true)) '
                   'WITH CHECK (town = current_setting(''jiandu.town'', true))', target);
    EXECUTE format('CREATE POLICY audit ON %s FOR SELECT TO {AUDITOR} USING (true)', target);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO {APP}', target);
    EXECUTE format('GRANT SELECT ON %s TO {AUDITOR}', target);
END $$;
REVOKE ALL ON FUNCTION jiandu_secure_read_model(regclass) FROM PUBLIC;
"""

# Moves the projections of p_names that stand where the append began, which must be exactly those of p_ready: the
# rows of the others were not sent along.
ADVANCE = """
CREATE FUNCTION jiandu_advance(p_town text, p_names text[], p_ready text[], p_events bigint) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    v_before bigint := current_setting('jiandu.before')::bigint;
    v_moved text[];
BEGIN
    WITH moved AS (
        UPDATE projection_state s SET position = v_before + p_events
        WHERE s.town = p_town AND s.name = ANY (p_names) AND s.position = v_before AND s.error IS NULL
        RETURNING s.name
    )
    SELECT array_agg(m.name) INTO v_moved FROM moved m;
    IF NOT (v_moved @> p_ready AND v_moved <@ p_ready) IS TRUE THEN
        RAISE EXCEPTION 'a projection stopped or caught up meanwhile' USING ERRCODE = 'triggered_action_exception';
    END IF;
END $$;
"""


def upgrade() -> None:
    execute(
        [
            TABLES,
            SECURE,
            ADVANCE,
            "SELECT jiandu_secure_read_model('readmodel.timeline'), jiandu_secure_read_model('readmodel.cases')",
            *by_town("projection_state", "SELECT, INSERT, UPDATE"),
        ]
    )
