"""Changing the log as nobody may: as superuser, past the triggers."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg


def tamper(url: str, statement: str | bytes, values: Sequence[object] = ()) -> None:
    """Run a statement with triggers off."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode() if isinstance(statement, str) else statement, values)


def mend_chain(url: str, town: str) -> None:
    """Compute all digests of a town's log again, and its counter: what a patient forger would do."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            """
            DO $$
            DECLARE
                r event;
                d bytea;
            BEGIN
                FOR r IN SELECT * FROM event ORDER BY town, position LOOP
                    IF r.position = 1 THEN d := jiandu_genesis(r.town); END IF;
                    d := jiandu_chain(d, r.town, r.position, r.stream, r.version, r.event_id, r.type, r.schema_version,
                        r.command_id, r.command_index, jiandu_instant(r.business_time), jiandu_instant(r.recorded_at),
                        r.body, r.metadata);
                    UPDATE event SET digest = d WHERE town = r.town AND position = r.position;
                    UPDATE town_log SET digest = d, position = r.position WHERE town = r.town;
                END LOOP;
            END $$
            """
        )
