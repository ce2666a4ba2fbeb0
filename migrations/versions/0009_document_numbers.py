"""Document numbers 文号: each given once to a paper of a case, in a series without gaps; the series' patterns."""

from __future__ import annotations

from migrations.security import append_only, by_town
from migrations.statements import execute

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
CREATE SCHEMA papers;
GRANT USAGE ON SCHEMA papers TO jiandu_app, jiandu_auditor;

CREATE TABLE papers.series (
    town text NOT NULL,
    series text NOT NULL,
    pattern text NOT NULL CHECK (length(pattern) BETWEEN 1 AND 60),
    changed_by text NOT NULL,
    changed timestamptz NOT NULL,
    CONSTRAINT series_pkey PRIMARY KEY (town, series)
);
COMMENT ON TABLE papers.series IS 'patterns that a town has changed; the others are the program''s';

CREATE TABLE papers.document_number (
    town text NOT NULL,
    series text NOT NULL,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    number integer NOT NULL CHECK (number > 0),
    stream text NOT NULL,
    paper text NOT NULL,
    printed text NOT NULL,
    given_by text NOT NULL,
    given timestamptz NOT NULL,
    CONSTRAINT document_number_pkey PRIMARY KEY (town, series, year, number),
    CONSTRAINT document_number_paper UNIQUE (town, stream, paper)
);
COMMENT ON COLUMN papers.document_number.printed IS 'as it was given; a later pattern does not change it';
"""


def upgrade() -> None:
    execute(
        [
            TABLES,
            *by_town("papers.series", "SELECT, INSERT, UPDATE"),
            *by_town("papers.document_number", "SELECT, INSERT"),
            *append_only("papers.document_number"),
        ]
    )
