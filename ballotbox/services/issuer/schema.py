"""The tables of an issuer's cluster: polls, and the deputies who may collect in them.

`commitments` counts what can never be taken back: stamps committed to and paper forms given. The key folder keeps the
same count; a database that knows less than it was restored from an old copy.
"""

from __future__ import annotations

from typing import Literal

from ballotbox.services.cluster import Schema

_FIRST = """
CREATE TABLE poll (
    manifest bytea PRIMARY KEY,
    phase text NOT NULL CHECK (phase IN ('collecting', 'ended', 'discarded')),
    commitments integer NOT NULL DEFAULT 0
);
CREATE TABLE voter (
    manifest bytea NOT NULL REFERENCES poll,
    deputy text NOT NULL,
    name text NOT NULL,
    code bytea,
    request bytea,
    paper boolean NOT NULL DEFAULT false,
    PRIMARY KEY (manifest, deputy)
);
CREATE UNIQUE INDEX voter_by_code ON voter (manifest, code);
GRANT SELECT, INSERT, UPDATE ON poll TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON voter TO {role};
"""


def schema_of(issuer: Literal["a", "b"]) -> Schema:
    """An issuer's schema."""
    return Schema(f"issuer_{issuer}", (_FIRST,))
