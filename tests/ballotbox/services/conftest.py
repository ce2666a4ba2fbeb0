"""Real clusters, as small as the product's own, and a poll whose keys take a second to make."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from runtime.postgres import OWNER, EmbeddedPostgres
from tests.ballotbox.services.issuer_party import Party, make_party


@contextmanager
def small_cluster() -> Iterator[EmbeddedPostgres]:
    """A cluster of a part of the ballot, running; gone afterwards."""
    # Not in pytest's own temporary folder: the path of a Unix socket must stay under 108 bytes.
    with tempfile.TemporaryDirectory(prefix="jiandu-cl-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", name="postgres-test", small=True)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def plain(url: str, database: str | None = None) -> str:
    """An address as psycopg takes it, of another database if one is named."""
    made = make_url(url).set(drivername="postgresql")
    return (made.set(database=database) if database else made).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    """One cluster for all tests that only need databases of their own."""
    with small_cluster() as server:
        with psycopg.connect(plain(server.superuser_url, "template1"), autocommit=True) as connection:
            connection.execute(sql.SQL("grant execute on function pg_switch_wal() to {}").format(sql.Identifier(OWNER)))
            # A test's database need not outlive the machine. What must is tested on clusters of their own.
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
        yield server


@pytest.fixture
def new_part_database(cluster: EmbeddedPostgres) -> Callable[[], str]:
    """Makes empty databases in the session's cluster; their owner is no superuser."""

    def make() -> str:
        name = f"part_{uuid4().hex[:12]}"
        with psycopg.connect(plain(cluster.superuser_url), autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER))
            )
        return plain(cluster.url, name)

    return make


@pytest.fixture(scope="session")
def party(tmp_path_factory: pytest.TempPathFactory) -> Party:
    """A prepared poll; only read."""
    return make_party(tmp_path_factory.mktemp("party"))
