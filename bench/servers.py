"""The servers of a run: an embedded PostgreSQL and a Temporal of its own, in a folder that is gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from migrations import migrate
from runtime.engine_build import ensure
from runtime.postgres import OWNER, EmbeddedPostgres
from runtime.temporal import EmbeddedTemporal

SETTINGS: Sequence[str] = ("synchronous_commit", "fsync", "full_page_writes", "wal_sync_method", "shared_buffers")


def driver_address(url: str) -> str:
    """The address as psycopg itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Servers:
    """Started when first asked for, stopped at the end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self._postgres: EmbeddedPostgres | None = None
        self._temporal: str | None = None

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]:
        """The servers of one run."""
        with tempfile.TemporaryDirectory(prefix="jiandu-bench-") as folder, ExitStack() as stack:
            yield cls(Path(folder), stack)

    @property
    def postgres(self) -> EmbeddedPostgres:
        if self._postgres is None:
            server = EmbeddedPostgres(self.folder / "postgres")
            server.start()
            self._stack.callback(server.stop)
            self._postgres = server
        return self._postgres

    @property
    def temporal(self) -> str:
        """Address of the engine, with its default settings."""
        if self._temporal is None:
            server = EmbeddedTemporal(ensure(), self.folder / "temporal", port=0)
            server.start()
            self._stack.callback(server.stop)
            self._temporal = server.address
        return self._temporal

    def new_database(self) -> str:
        """Address, as its owner's, of a fresh migrated database."""
        name = f"bench_{uuid4().hex[:8]}"
        with psycopg.connect(driver_address(self.postgres.superuser_url), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (name, OWNER))))
        url = make_url(self.postgres.url).set(database=name).render_as_string(hide_password=False)
        migrate(url)
        return url

    def settings(self) -> tuple[str, dict[str, str]]:
        """The server's version, and its settings that durability and speed hang on."""
        with psycopg.connect(driver_address(self.postgres.url)) as connection:
            found: dict[str, str] = dict(
                connection.execute(
                    "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY (%s)", (list(SETTINGS),)
                ).fetchall()
            )
            return connection.info.parameter_status("server_version") or "", {name: found[name] for name in SETTINGS}
