"""One deputy, one stamped request: in parallel, over kills and restored databases; and what the end leaves."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from ballotbox.offices import Collected
from ballotbox.secret.phone import Phone
from ballotbox.secret.requests import request_hash
from ballotbox.secret.statements import Collectors, read_statement
from ballotbox.services.client import HttpIssuerOffice
from ballotbox.services.cluster import Cluster
from ballotbox.services.issuer.keys import PollFiles
from ballotbox.services.issuer.office import Desks
from domain.acts import Refusal
from runtime.postgres import EmbeddedPostgres
from tests.ballotbox.services.conftest import plain, small_cluster
from tests.ballotbox.services.issuer_party import (
    OFFICE_KEY,
    IssuerProcess,
    Party,
    as_json,
    issuer_processes,
    request_of,
    stamps_of,
)

PARALLEL = 100


@pytest.fixture
def own_cluster() -> Iterator[EmbeddedPostgres]:
    """A cluster that this test alone kills, restores or searches."""
    with small_cluster() as server:
        yield server


async def begin(base_url: str, party: Party) -> dict[str, str]:
    """Collecting begins at issuer A; everybody's codes."""
    office = HttpIssuerOffice(base_url, OFFICE_KEY, "a")
    await office.begin(party.poll.data, party.voters)
    codes = await office.codes(party.manifest)
    await office.close()
    return codes


def stamp(server: IssuerProcess, party: Party, body: object) -> httpx.Response:
    """What a phone is answered."""
    address = f"{server.base_url}/stamp/{party.manifest}"
    return httpx.post(address, json=body, trust_env=False, timeout=60)


def copy_cluster(cluster: EmbeddedPostgres, to: Path) -> None:
    """As an administrator backs up a stopped cluster: with its owners."""
    subprocess.run(["cp", "-a", str(cluster.folder), str(to)], check=True)


def kill(cluster: EmbeddedPostgres) -> None:
    """SIGKILL to all its processes, as when the power fails."""
    assert cluster.pid is not None
    postmaster = psutil.Process(cluster.pid)
    for process in [postmaster, *postmaster.children(recursive=True)]:
        os.kill(process.pid, signal.SIGKILL)
    while cluster.poll() is None:
        time.sleep(0.02)


async def test_of_100_different_requests_at_once_one_is_stamped(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path
) -> None:
    """Two server processes on one cluster; then all again, each to the other process: the same one, the same stamps."""
    folder, url = party.copy("a", tmp_path), new_part_database()
    phones = [Phone(party.poll, "d01") for _ in range(PARALLEL)]
    bodies = [phone.request("a") for phone in phones]
    with issuer_processes("a", folder, url, 2) as servers:
        codes = await begin(servers[0].base_url, party)
        # A connection a request: an idle one may be closed by the server at the moment it is used again.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:

            async def ask(number: int, server: IssuerProcess) -> httpx.Response:
                body = as_json(codes["d01"], bodies[number])
                return await client.post(f"{server.base_url}/stamp/{party.manifest}", json=body)

            rounds = [
                await asyncio.gather(*(ask(number, servers[(number + turn) % 2]) for number in range(PARALLEL)))
                for turn in range(2)
            ]
    for answers in rounds:
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * (PARALLEL - 1)
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"other_request"}
    winners = [[n for n, answer in enumerate(answers) if answer.status_code == 200] for answers in rounds]
    assert winners[0] == winners[1]
    (winner,) = winners[0]
    assert rounds[0][winner].json() == rounds[1][winner].json()
    phones[winner].take("a", stamps_of(rounds[0][winner].json()))


async def test_the_same_request_is_answered_after_a_kill_between_commit_and_answer(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path
) -> None:
    """The process is killed the moment its commitment is durable; tried with one deputy after the other until the
    answer really was cut off."""
    folder, url = party.copy("a", tmp_path), new_part_database()
    cut_off = 0
    codes: dict[str, str] = {}
    with psycopg.connect(url, autocommit=True) as watching:
        for deputy in party.facts.roster:
            with issuer_processes("a", folder, url) as (server,):
                codes = codes or await begin(server.base_url, party)
                body = as_json(codes[deputy], request_of(party.poll, deputy))
                answered: list[httpx.Response] = []
                sender = threading.Thread(target=_send, args=(server, party, body, answered))
                sender.start()
                committed = "SELECT 1 FROM voter WHERE deputy = %s AND request IS NOT NULL"
                deadline = time.monotonic() + 30
                while watching.execute(committed, (deputy,)).fetchone() is None:
                    assert time.monotonic() < deadline
                server.kill()
                sender.join()
            cut_off += not answered
            with issuer_processes("a", folder, url) as (server,):
                again = stamp(server, party, body)
                assert again.status_code == 200, again.text
                if answered:
                    assert again.json() == answered[0].json()
                refused = stamp(server, party, as_json(codes[deputy], request_of(party.poll, deputy)))
                assert (refused.status_code, refused.json()["code"]) == (409, "other_request")
            if cut_off:
                break
    assert cut_off, "no kill came between commit and answer"


def _send(server: IssuerProcess, party: Party, body: object, answered: list[httpx.Response]) -> None:
    try:
        answered.append(stamp(server, party, body))
    except httpx.TransportError:
        return


async def test_no_signature_leaves_before_its_line_is_durable(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is what finds a restored database out; where it cannot be written nothing is signed."""
    async with Desks.open("a", party.copy("a", tmp_path), new_part_database()) as desks:
        await desks.begin(party.poll.data, party.voters)
        codes = await desks.codes(party.manifest)
        desk = await desks.desk(party.manifest)
        request = request_of(party.poll, "d01")

        def full(*_: object) -> None:
            raise OSError(28, "no space left")

        with monkeypatch.context() as patched:
            patched.setattr(PollFiles, "collect", full)
            with pytest.raises(OSError, match="no space"):
                await desk.stamp(codes["d01"], request)
        with pytest.raises(Refusal, match="other_request"):
            await desk.stamp(codes["d01"], request_of(party.poll, "d01"))
        assert await desk.stamp(codes["d01"], request)


async def test_a_restored_database_ends_collecting_by_itself(
    party: Party, own_cluster: EmbeddedPostgres, tmp_path: Path
) -> None:
    folder, url = party.copy("a", tmp_path), plain(own_cluster.url)
    old = own_cluster.folder.with_name("old")
    async with Desks.open("a", folder, url) as desks:
        await desks.begin(party.poll.data, party.voters)
        codes = await desks.codes(party.manifest)
        desk = await desks.desk(party.manifest)
        await desk.stamp(codes["d01"], request_of(party.poll, "d01"))
    own_cluster.stop()
    copy_cluster(own_cluster, old)
    own_cluster.start()
    second = request_of(party.poll, "d02")
    async with Desks.open("a", folder, url) as desks:
        desk = await desks.desk(party.manifest)
        await desk.stamp(codes["d02"], second)
        await desk.give_paper(["d03"])
    own_cluster.stop()
    shutil.rmtree(own_cluster.folder)
    old.rename(own_cluster.folder)
    own_cluster.start()

    async with Desks.open("a", folder, url) as desks:
        desk = await desks.desk(party.manifest)
        # d02 is unknown to this database: without the lines in the key folder this would be a second ballot.
        for asked in (
            desk.stamp(codes["d02"], request_of(party.poll, "d02")),
            desk.stamp(codes["d02"], second),
            desk.who(codes["d04"]),
            desk.give_paper(["d04"]),
        ):
            with pytest.raises(Refusal, match="旧备份") as refused:
                await asked
            assert refused.value.code == "collecting_over"
        assert not list(folder.rglob("stamp.keys"))
        statements = await desks.end_collecting(party.manifest)
        body = read_statement(party.poll, statements.collectors, Collectors)
        assert (body.deputies, body.paper["lys"]) == (("d01", "d02", "d03"), 1), "the list is whole all the same"
        assert await desks.end_collecting(party.manifest) == statements


async def test_a_restored_database_with_as_many_commitments_as_lines_is_found_out(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path
) -> None:
    """Of d02 the commitment stood and no line was written. The old copy lacks d03, who has stamps."""
    folder, url = party.copy("a", tmp_path), new_part_database()
    async with Desks.open("a", folder, url) as desks:
        await desks.begin(party.poll.data, party.voters)
        codes = await desks.codes(party.manifest)
        desk = await desks.desk(party.manifest)
        await desk.stamp(codes["d01"], request_of(party.poll, "d01"))
        await desk.stamp(codes["d03"], request_of(party.poll, "d03"))
    async with await psycopg.AsyncConnection.connect(plain(url)) as connection:
        await connection.execute("UPDATE voter SET request = %s WHERE deputy = 'd02'", (b"2" * 32,))
        await connection.execute("UPDATE voter SET request = NULL WHERE deputy = 'd03'")
    async with Desks.open("a", folder, url) as desks:
        desk = await desks.desk(party.manifest)
        with pytest.raises(Refusal, match="旧备份"):
            await desk.stamp(codes["d03"], request_of(party.poll, "d03"))
        assert not list(folder.rglob("stamp.keys"))


async def test_keys_are_destroyed_although_an_old_database_came_back_after_the_end(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path
) -> None:
    folder, url = party.copy("a", tmp_path), new_part_database()
    async with Desks.open("a", folder, url) as desks:
        await desks.begin(party.poll.data, party.voters)
        desk = await desks.desk(party.manifest)
        # As a crash between the signed statements and the destruction leaves it, and then an old database.
        await asyncio.to_thread(desk._ending, [])
    assert list(folder.rglob("stamp.keys"))
    async with Desks.open("a", folder, url):
        assert not list(folder.rglob("stamp.keys"))


async def test_an_emptied_database_gives_nobody_a_second_ballot(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path
) -> None:
    folder = party.copy("a", tmp_path)
    async with Desks.open("a", folder, new_part_database()) as desks:
        await desks.begin(party.poll.data, party.voters)
        codes = await desks.codes(party.manifest)
        desk = await desks.desk(party.manifest)
        await desk.stamp(codes["d01"], request_of(party.poll, "d01"))
    async with Desks.open("a", folder, new_part_database()) as desks:
        await desks.begin(party.poll.data, party.voters)
        with pytest.raises(Refusal, match="旧备份"):
            await desks.codes(party.manifest)
        assert await desks.collected(party.manifest) == Collected(phones=1, paper=0), "the key folder knows"
        await desks.end_collecting(party.manifest)
        assert await desks.collected(party.manifest) == Collected(phones=1, paper=0)


def files_with(folder: Path, needle: bytes) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


async def test_hashes_and_keys_are_physically_gone_after_the_end(
    party: Party, own_cluster: EmbeddedPostgres, tmp_path: Path
) -> None:
    folder, url = party.copy("a", tmp_path), plain(own_cluster.url)
    requests = {deputy: request_of(party.poll, deputy) for deputy in party.facts.roster}
    hashes = {deputy: request_hash(party.poll, deputy, request) for deputy, request in requests.items()}
    (keys,) = folder.rglob("stamp.keys")
    some_key = await asyncio.to_thread(keys.read_bytes)
    async with Desks.open("a", folder, url) as desks:
        await desks.begin(party.poll.data, party.voters)
        codes = await desks.codes(party.manifest)
        desk = await desks.desk(party.manifest)
        for deputy, request in requests.items():
            await desk.stamp(codes[deputy], request)
        with psycopg.connect(plain(own_cluster.superuser_url), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        for each in hashes.values():
            assert files_with(own_cluster.folder, each), "the control: now they are there"
        statements = await desks.end_collecting(party.manifest)
        for each in hashes.values():
            assert files_with(own_cluster.folder, each) == []
        assert files_with(own_cluster.folder, "代表12".encode()) == []
        assert files_with(folder, some_key[-400:-200]) == []
        assert sorted(path.suffix for path in keys.parent.iterdir() if path.is_file()) == [".json", ".json"]
        with pytest.raises(Refusal, match="collecting_over"):
            await desk.stamp(codes["d01"], requests["d01"])
        assert await desks.end_collecting(party.manifest) == statements


@pytest.mark.parametrize("step", ["signing", "keeping", "destroying", "forgetting"])
async def test_the_end_survives_a_crash_at_every_step(
    party: Party,
    new_part_database: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    class Crash(Exception):
        pass

    def crashes(*_: object) -> None:
        raise Crash

    where: dict[str, tuple[object, str]] = {
        "signing": (PollFiles, "statement_signer"),
        "keeping": (PollFiles, "keep_ending"),
        "destroying": (PollFiles, "destroy"),
        "forgetting": (Cluster, "forget"),
    }
    folder, url = party.copy("a", tmp_path), new_part_database()
    async with Desks.open("a", folder, url) as desks:
        await desks.begin(party.poll.data, party.voters)
        codes = await desks.codes(party.manifest)
        desk = await desks.desk(party.manifest)
        await desk.stamp(codes["d01"], request_of(party.poll, "d01"))
        with monkeypatch.context() as patched:
            patched.setattr(*where[step], crashes)
            with pytest.raises(Crash):
                await desks.end_collecting(party.manifest)
    # Nobody asks again: what was begun is finished when the service comes back.
    async with Desks.open("a", folder, url) as desks:
        assert not [path for path in folder.rglob("*") if path.suffix in {".key", ".keys"}]
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1 FROM voter").fetchall() == []
        first = await desks.end_collecting(party.manifest)
        assert await desks.end_collecting(party.manifest) == first
        assert read_statement(party.poll, first.collectors, Collectors).deputies == ("d01",)


async def test_keys_that_one_process_destroyed_are_of_no_use_to_the_other(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path
) -> None:
    folder, url = party.copy("a", tmp_path), new_part_database()
    with issuer_processes("a", folder, url, 2) as (one, other):
        codes = await begin(one.base_url, party)
        body = as_json(codes["d01"], request_of(party.poll, "d01"))
        assert stamp(other, party, body).status_code == 200
        office = HttpIssuerOffice(one.base_url, OFFICE_KEY, "a")
        statements = await office.end_collecting(party.manifest)
        again = stamp(other, party, body)
        assert (again.status_code, again.json()["code"]) == (410, "collecting_over")
        there = HttpIssuerOffice(other.base_url, OFFICE_KEY, "a")
        assert await there.end_collecting(party.manifest) == statements
        await office.close()
        await there.close()


async def test_a_database_that_goes_away_is_said_and_comes_back(
    party: Party, own_cluster: EmbeddedPostgres, tmp_path: Path
) -> None:
    with issuer_processes("a", party.copy("a", tmp_path), plain(own_cluster.url)) as (server,):
        codes = await begin(server.base_url, party)
        body = as_json(codes["d01"], request_of(party.poll, "d01"))
        first = stamp(server, party, body)
        kill(own_cluster)
        away = stamp(server, party, body)
        assert (away.status_code, away.json()["code"]) == (503, "unavailable")
        assert "稍候" in away.json()["message"]
        own_cluster.start()
        deadline = time.monotonic() + 30
        while (back := stamp(server, party, body)).status_code == 503:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert back.json() == first.json()
