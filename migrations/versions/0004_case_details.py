"""Read models of what cases show beside the list: rectifications, rankings, notices."""

from __future__ import annotations

from migrations.statements import execute

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE readmodel.rectifications (
    town text NOT NULL,
    stream text NOT NULL,
    post text NOT NULL,
    post_name text NOT NULL,
    post_kind text NOT NULL,
    responsible text NOT NULL,
    served_on date,
    plan_due date,
    plan_on date,
    first_due date,
    due date,
    extended boolean NOT NULL,
    report text NOT NULL,
    reported_on date,
    overdue_since date,
    handling_proposed boolean NOT NULL,
    CONSTRAINT rectifications_pkey PRIMARY KEY (town, stream)
);

CREATE TABLE readmodel.rankings (
    town text NOT NULL,
    stream text NOT NULL,
    line text NOT NULL,
    subject text NOT NULL,
    year integer NOT NULL,
    place integer NOT NULL,
    rank integer NOT NULL,
    total text NOT NULL,
    printed text NOT NULL,
    last boolean NOT NULL,
    last_undecided boolean NOT NULL,
    too_small boolean NOT NULL,
    final boolean NOT NULL,
    CONSTRAINT rankings_pkey PRIMARY KEY (town, stream, line, subject)
);

CREATE TABLE readmodel.notices (
    town text NOT NULL,
    position bigint NOT NULL,
    role text NOT NULL,
    stream text NOT NULL,
    kind text NOT NULL,
    due date,
    days_before integer,
    business_time timestamptz NOT NULL,
    CONSTRAINT notices_pkey PRIMARY KEY (town, position, role)
);
CREATE INDEX notices_by_role ON readmodel.notices (town, role, position);
CREATE INDEX notices_by_stream ON readmodel.notices (town, stream, position);
"""


def upgrade() -> None:
    execute(
        [
            TABLES,
            *(
                f"SELECT jiandu_secure_read_model('readmodel.{table}')"
                for table in ("rectifications", "rankings", "notices")
            ),
        ]
    )
