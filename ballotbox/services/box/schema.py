"""The tables of the box's own cluster. No serial numbers and no times: order and moment of arrival are nobody's affair.

A checkpoint is no row: it follows from the leaves, and Ed25519 signs it the same way each time.

(PostgreSQL keeps the order of insertion all the same; hence a cluster that no issuer shares, see docs/ballot-protocol.)
"""

from __future__ import annotations

from ballotbox.services.cluster import Schema

# `sealed`: the ciphertext, encrypted once more with a key that is destroyed with it; NULL when destroyed. Random bytes
# do not compress.
_TABLES = """
    CREATE TABLE poll (
        manifest bytea PRIMARY KEY,
        town text NOT NULL,
        name text NOT NULL,
        document bytea NOT NULL,
        phase text NOT NULL,
        emptied boolean NOT NULL DEFAULT false,
        UNIQUE (town, name)
    );
    CREATE TABLE board_file (
        manifest bytea NOT NULL,
        name text NOT NULL,
        data bytea NOT NULL,
        PRIMARY KEY (manifest, name)
    );
    CREATE TABLE envelope (
        manifest bytea NOT NULL,
        token bytea NOT NULL,
        subject text NOT NULL,
        sent bytea NOT NULL,
        leaf bytea NOT NULL,
        entry bytea NOT NULL,
        sealed bytea STORAGE EXTERNAL,
        PRIMARY KEY (manifest, token)
    );
    CREATE TABLE leaf (
        manifest bytea NOT NULL,
        place integer NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (manifest, place),
        UNIQUE (manifest, hash)
    );
    CREATE TABLE cosignature (
        manifest bytea NOT NULL,
        size integer NOT NULL,
        witness integer NOT NULL,
        line text NOT NULL,
        PRIMARY KEY (manifest, size, witness)
    );
    -- Rows of `leaf` stand for ever; of an envelope only the ciphertext goes; of a poll phase and mark change.
    GRANT SELECT, INSERT ON poll, board_file, envelope, leaf, cosignature TO {role};
    GRANT UPDATE (phase, emptied) ON poll TO {role};
    GRANT UPDATE (sealed) ON envelope TO {role};
    """

SCHEMA = Schema("box", (_TABLES,))
