"""The embedded PostgreSQL keeps what was committed, whatever happens to it, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import psutil
import psycopg
import pytest

from runtime.postgres import EmbeddedPostgres, PostgresError
from tests.runtime.death import wait_for_death


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def write(server: EmbeddedPostgres, number: int) -> None:
    with psycopg.connect(plain(server.url)) as connection:
        connection.execute("create table if not exists kept (number int)")
        connection.execute("insert into kept values (%s)", (number,))


def read(server: EmbeddedPostgres) -> list[int]:
    with psycopg.connect(plain(server.url)) as connection:
        return [row[0] for row in connection.execute("select number from kept order by number")]


def test_our_role_owns_the_database_and_is_no_superuser(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    with psycopg.connect(plain(postgres.url)) as connection:
        row = connection.execute(
            "select current_user, current_database(), rolsuper, rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == ("jiandu", "jiandu", False, False)


def test_the_server_is_the_one_the_stack_names(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    with psycopg.connect(plain(postgres.superuser_url)) as connection:
        shown = connection.execute(
            "select current_setting('server_version_num')::int / 10000, current_setting('server_encoding'), "
            "current_setting('data_checksums'), current_setting('TimeZone')"
        ).fetchone()
    assert shown == (18, "UTF8", "on", "UTC")


def test_nobody_else_reaches_it(postgres: EmbeddedPostgres) -> None:
    """No network address, and a socket folder that only its owner enters: that is the whole of its access control."""
    postgres.start()
    with psycopg.connect(plain(postgres.superuser_url)) as connection:
        row = connection.execute("select current_setting('listen_addresses'), inet_server_addr()").fetchone()
        assert row == ("", None)
        sockets = connection.execute("select current_setting('unix_socket_directories')").fetchone()
    assert sockets is not None
    assert stat.S_IMODE(Path(sockets[0]).stat().st_mode) == 0o700
    assert stat.S_IMODE(postgres.folder.stat().st_mode) == 0o700
    assert postgres.pid is not None
    assert psutil.Process(postgres.pid).uids().effective != 0


def test_data_survive_kill_9_of_the_server(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    write(postgres, 1)
    unfinished = psycopg.connect(plain(postgres.url))
    unfinished.execute("insert into kept values (2)")
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGKILL)
    assert wait_for_death(postgres) == -signal.SIGKILL
    unfinished.close()
    postgres.start()
    write(postgres, 3)
    assert read(postgres) == [1, 3]


def test_a_server_left_behind_is_taken_over(postgres: EmbeddedPostgres) -> None:
    """As after kill -9 of `jiandu up`: the old server runs on, a second one on the same data would destroy them."""
    postgres.start()
    write(postgres, 1)
    left_behind = postgres.pid
    assert left_behind is not None
    successor = EmbeddedPostgres(postgres.folder)
    successor.start()
    try:
        assert postgres.poll() is not None
        assert successor.pid != left_behind
        assert read(successor) == [1]
    finally:
        successor.stop()


def test_a_stale_pid_file_of_another_program_is_no_obstacle(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    write(postgres, 1)
    assert postgres.pid is not None
    stale = (postgres.folder / "postmaster.pid").read_text().splitlines()
    postgres.kill()
    # The id now belongs to a process that is not ours to touch: this test.
    (postgres.folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *stale[1:]]) + "\n")
    postgres.start()
    assert read(postgres) == [1]


def test_a_clean_stop_ends_open_connections_and_every_process(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    write(postgres, 1)
    assert postgres.pid is not None
    family = [psutil.Process(postgres.pid), *psutil.Process(postgres.pid).children(recursive=True)]
    with psycopg.connect(plain(postgres.url)):
        postgres.stop()
    assert not [process for process in family if process.is_running()]
    assert not (postgres.folder / "postmaster.pid").exists()
    assert not postgres.running()
    postgres.start()
    assert read(postgres) == [1]


def test_a_long_path_gets_a_short_socket_folder(folder: Path) -> None:
    deep = folder / ("深" * 20) / ("路" * 20)
    server = EmbeddedPostgres(deep / "postgres")
    server.start()
    try:
        write(server, 1)
        assert read(EmbeddedPostgres(deep / "postgres")) == [1], "another process must find the same socket"
    finally:
        server.stop()


def test_an_interrupted_first_start_is_begun_again(postgres: EmbeddedPostgres) -> None:
    half = postgres.folder.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "base").mkdir()
    postgres.start()
    write(postgres, 1)
    assert read(postgres) == [1]
    assert not half.exists()


def test_data_of_another_major_version_are_refused_untouched(postgres: EmbeddedPostgres) -> None:
    postgres.folder.mkdir(parents=True)
    (postgres.folder / "PG_VERSION").write_text("17\n")
    with pytest.raises(PostgresError, match="PostgreSQL 17"):
        postgres.start()
    assert [file.name for file in postgres.folder.iterdir()] == ["PG_VERSION"]


def test_a_server_that_cannot_start_says_why(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    with (postgres.folder / "postgresql.conf").open("a") as settings:
        settings.write("nonsense = 'here'\n")
    with pytest.raises(PostgresError, match="nonsense"):
        postgres.start()
