"""What the database itself refuses: change of what was recorded, and sight of another town."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from eventstore.checkpoints import seal
from eventstore.store import EventStore
from migrations import current_revision, head_revision, migrate
from tests.store.examples import TOWN, request
from transparency.signed_note import NoteSigner

TABLES = ("event", "checkpoint")
CHANGES = (
    "UPDATE {} SET town = town",
    "UPDATE {} SET position = 0 WHERE false",
    "DELETE FROM {}",
    "DELETE FROM {} WHERE false",
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
)


@pytest.fixture
async def filled(store: EventStore) -> EventStore:
    """Two towns with events and checkpoints."""
    signer = NoteSigner.generate("test")
    for town in (TOWN, "白沙镇"):
        await store.append(request("case-1", town=town, events=2))
        await seal(store.engine, town, signer)
        await store.raise_epoch(town, "case-1")
    return store


@pytest.fixture
def admin(postgres_url: str) -> Iterator[psycopg.Connection]:
    """The owner of the tables, who here is a superuser as well."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
async def test_the_log_refuses_its_owner_and_the_superuser(
    filled: EventStore, admin: psycopg.Connection, table: str, change: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
        admin.execute(sql.SQL(change).format(sql.Identifier(table)))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
async def test_the_program_has_not_even_the_right_to_ask(
    filled: EventStore, admin: psycopg.Connection, table: str, change: str
) -> None:
    admin.execute("SET ROLE jiandu_app")
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
        admin.execute(sql.SQL(change).format(sql.Identifier(table)))


@pytest.mark.parametrize("table", ["event", "checkpoint", "town_log", "stream_epoch"])
async def test_the_program_sees_one_town(filled: EventStore, admin: psycopg.Connection, table: str) -> None:
    seen = sql.SQL("SELECT DISTINCT town FROM {}").format(sql.Identifier(table))
    admin.execute("SET ROLE jiandu_app")
    assert admin.execute(seen).fetchall() == []
    admin.execute("SELECT set_config('jiandu.town', %s, false)", (TOWN,))
    assert admin.execute(seen).fetchall() == [(TOWN,)]
    admin.execute("SET ROLE jiandu_auditor")
    assert len(admin.execute(seen).fetchall()) == 2


async def test_the_program_cannot_write_another_towns_rows(filled: EventStore, admin: psycopg.Connection) -> None:
    admin.execute("SET ROLE jiandu_app")
    admin.execute("SELECT set_config('jiandu.town', %s, false)", (TOWN,))
    assert admin.execute("UPDATE town_log SET position = 0 WHERE town <> %s", (TOWN,)).rowcount == 0
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        admin.execute("INSERT INTO stream_epoch VALUES ('白沙镇', 'case-2', 1, now())")


async def test_the_auditor_writes_nothing(filled: EventStore, admin: psycopg.Connection) -> None:
    admin.execute("SET ROLE jiandu_auditor")
    for table in ("event", "checkpoint", "town_log", "stream_epoch"):
        with pytest.raises(errors.InsufficientPrivilege):
            admin.execute(sql.SQL("INSERT INTO {} DEFAULT VALUES").format(sql.Identifier(table)))


async def test_an_owner_without_superuser_can_migrate_and_is_held_to_row_level_security(postgres_server: str) -> None:
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("CREATE ROLE plain_owner LOGIN CREATEROLE")
        # The roles were made by another user: as on a managed service, its administrator hands them over.
        for (role,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'jiandu_%'").fetchall():
            admin.execute(sql.SQL("GRANT {} TO plain_owner WITH INHERIT FALSE, SET TRUE").format(sql.Identifier(role)))
        admin.execute("CREATE DATABASE owned OWNER plain_owner")
    try:
        url = postgres_server.replace("postgres:@/postgres", "plain_owner:@/owned")
        migrate(url)
        migrate(url)
        assert current_revision(url) == head_revision()
        async with EventStore.open(url) as store:
            assert len((await store.append(request("case-1", events=2))).events) == 2
            assert await store.towns() == [TOWN]
        with psycopg.connect(url, autocommit=True) as owner:
            assert owner.execute("SELECT count(*) FROM event").fetchone() == (0,)
            with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
                owner.execute("DELETE FROM event")
    finally:
        with psycopg.connect(postgres_server, autocommit=True) as admin:
            admin.execute("DROP DATABASE owned WITH (FORCE)")
            admin.execute("DROP ROLE plain_owner")
