"""The box over HTTP in two server processes: parallel senders, its office, and what an answer says of itself."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import psycopg
import pytest

from ballotbox.offices import PartyUnreachable
from ballotbox.secret.box import Receipt, receipt_holds
from ballotbox.secret.encoding import sha256
from ballotbox.secret.log import FIRST_ENTRY
from ballotbox.services.box.casting import connect
from ballotbox.services.box.client import HttpBoxOffice
from ballotbox.services.box.store import Store
from domain.acts import Refusal
from runtime.ports import free_port
from tests.ballotbox.services.box_poll import BoxCluster, BoxPoll, BoxProcess, box_cluster
from transparency.merkle import leaf_hash

DEPUTIES = 24
ROUNDS = int(os.environ.get("JIANDU_TEST_ROUNDS", "20"))
SENDERS = 100


class Town(NamedTuple):
    """A poll that takes envelopes, two server processes, their cluster and folders."""

    poll: BoxPoll
    processes: tuple[BoxProcess, BoxProcess]
    cluster: BoxCluster
    folder: Path

    @property
    def cast_urls(self) -> list[str]:
        return [f"{process.base}/cast/{self.poll.manifest}" for process in self.processes]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    poll = BoxPoll("2026-http", DEPUTIES)
    folder = tmp_path_factory.mktemp("box")
    poll.give_keys_to(folder / "box")
    with box_cluster() as cluster:
        one, two = (
            BoxProcess(cluster.url, folder / "box", folder / "board", free_port(0), folder / f"{name}.log")
            for name in ("one", "two")
        )
        try:
            one.start()
            asyncio.run(poll.begin(one.office))
            two.start()
            yield Town(poll, (one, two), cluster, folder)
        finally:
            one.stop()
            two.stop()


async def post(client: httpx.AsyncClient, url: str, data: bytes) -> httpx.Response:
    return await client.post(url, content=data)


async def test_of_parallel_senders_under_one_token_one_stands(town: Town) -> None:
    """A hundred senders, half with equal and half with as many different bytes, through two processes."""
    poll = town.poll
    limits = httpx.Limits(max_connections=SENDERS, max_keepalive_connections=0)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:
        for turn in range(ROUNDS):
            different = poll.others(turn, SENDERS // 10)
            sent = [different[0]] * (SENDERS // 2) + different * (SENDERS // 20)
            answers = await asyncio.gather(
                *(post(client, town.cast_urls[number % 2], data) for number, data in enumerate(sent))
            )
            accepted = {sent[number] for number, answer in enumerate(answers) if answer.status_code == 200}
            assert len(accepted) == 1, "one envelope stands"
            (standing,) = accepted
            receipts = {answer.text for number, answer in enumerate(answers) if sent[number] == standing}
            assert len(receipts) == 1, "its senders have one receipt, every one of them"
            receipt = Receipt.model_validate_json(receipts.pop())
            assert receipt_holds(poll.poll, receipt)
            for number, answer in enumerate(answers):
                if sent[number] != standing:
                    told = answer.json()
                    assert (answer.status_code, told["code"]) == (409, "other_ballot_cast")
                    assert told["receipt"] == receipt.model_dump(), "and the others are told it"
    with psycopg.connect(town.cluster.url) as connection:
        tokens = connection.execute("SELECT token, count(*) FROM envelope GROUP BY token").fetchall()
    assert [count for _, count in tokens] == [1] * ROUNDS


@pytest.mark.parametrize("path", ["/cast/{m}", "/witness/{m}", "/healthz", "/office/numbers", "/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_answer_says_more_than_it_must(town: Town, path: str, method: str) -> None:
    url = town.processes[0].base + path.format(m=town.poll.manifest)
    answer = httpx.request(method, url, content=b"x", headers={"cookie": "a=b"}, trust_env=False)
    names = set(answer.headers)
    assert not names & {"set-cookie", "etag", "last-modified", "date", "server", "vary"}
    assert answer.headers["connection"] == "close"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in names
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_cast_is_answered_the_same_way_whatever_it_holds(town: Town) -> None:
    url = town.cast_urls[0]
    good = httpx.post(url, content=town.poll.envelopes[-1], trust_env=False)
    again = httpx.post(url, content=town.poll.envelopes[-1], trust_env=False)
    other = httpx.post(url, content=town.poll.others(DEPUTIES - 1, 1)[0], trust_env=False)
    assert (good.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert good.content == again.content
    assert good.headers == again.headers
    assert httpx.post(url, content=b"", trust_env=False).status_code == 422
    assert httpx.post(url, content=bytes(1_100_000), trust_env=False).status_code == 413
    unknown = httpx.post(f"{town.processes[0].base}/cast/{'0' * 64}", content=b"", trust_env=False)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_poll")


async def test_the_office_needs_its_key_and_is_told_refusals(town: Town) -> None:
    stranger = HttpBoxOffice(town.processes[0].base, "guessed" * 8)
    with pytest.raises(Refusal) as caught:
        await stranger.close(town.poll.manifest)
    assert caught.value.code == "bad_key"
    with pytest.raises(Refusal) as caught:
        await town.processes[0].office.contents(town.poll.manifest)
    assert caught.value.code == "wrong_phase"
    assert "票" in caught.value.message
    with pytest.raises(PartyUnreachable):
        await HttpBoxOffice(f"http://127.0.0.1:{free_port(0)}", "x").numbers(town.poll.manifest)


def test_commits_are_durable_whatever_the_servers_default(town: Town) -> None:
    """Each connection of the box asks for it by name."""
    with psycopg.connect(town.cluster.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
        try:
            with psycopg.connect(town.cluster.url) as plain:
                assert plain.execute("SHOW synchronous_commit").fetchone() == ("off",)
            sources = asyncio.run(connection_settings(town.cluster.url))
            assert sources == {("on", "on")}
        finally:
            connection.execute("ALTER SYSTEM RESET synchronous_commit")
            connection.execute("SELECT pg_reload_conf()")


async def connection_settings(url: str) -> set[tuple[str, str]]:
    """`synchronous_commit` and `fsync` of the box's connections: those of its pool and that of casting."""
    found: set[tuple[str, str]] = set()
    async with Store.open(url) as opened, opened.connection() as pooled, await connect(opened.url) as casting:
        for each in (pooled, casting):
            asked = "SELECT current_setting('synchronous_commit'), current_setting('fsync')"
            row = await (await each.execute(asked)).fetchone()
            assert row is not None
            found.add(row)
    return found


def test_while_casting_nobody_reads_a_ballot_anywhere(town: Town) -> None:
    """Nothing of a plaintext is in the cluster's files, WAL and logs, in the box's folder or on the board."""
    cast = httpx.post(town.cast_urls[1], content=town.poll.envelopes[-2], trust_env=False)
    assert cast.status_code == 200
    with psycopg.connect(town.cluster.url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        leaf = bytes.fromhex(cast.json()["leaf"])
        row = connection.execute("SELECT entry FROM envelope WHERE leaf = %s", (leaf,)).fetchone()
    assert row is not None
    stored_openly = row[0][-100:]
    keys = [phone.keys[column] for phone in town.poll.phones.values() for column in phone.keys if column[0] == "slice"]
    needles = [key.public_key().public_bytes_raw() for key in keys]
    needles += [needle.hex().encode() for needle in needles]
    needles.append(b"jiandu-ballot/1 ballot\n")
    found_openly = set()
    for root in (town.cluster.folder, town.folder):
        for path in filter(Path.is_file, root.rglob("*")):
            data = path.read_bytes()
            assert not any(needle in data for needle in needles), path
            if stored_openly in data:
                found_openly.add(path.parent.name)
    assert {"pg_wal"} < found_openly, "the search finds what is stored openly, in the WAL and in the table's file"


def test_logs_name_no_token_and_no_request(town: Town) -> None:
    with psycopg.connect(town.cluster.url) as connection:
        tokens = [token for (token,) in connection.execute("SELECT token FROM envelope").fetchall()]
    text = "".join(process.log for process in town.processes)
    text += "".join(path.read_text(errors="replace") for path in town.cluster.folder.rglob("*log*") if path.is_file())
    assert tokens
    assert not any(token.hex() in text for token in tokens)
    assert "/cast/" not in text


async def test_at_the_close_every_receipt_is_in_the_log(town: Town) -> None:
    office = town.processes[1].office
    await office.close(town.poll.manifest)
    contents = await office.contents(town.poll.manifest)
    leaves = {leaf_hash(leaf) for leaf in contents.leaves[FIRST_ENTRY:]}
    with psycopg.connect(town.cluster.url) as connection:
        stored = {leaf for (leaf,) in connection.execute("SELECT leaf FROM envelope").fetchall()}
    assert leaves == stored
    assert len(contents.leaves) == FIRST_ENTRY + len(stored)
    for ciphertext_hash, ciphertext in contents.ciphertexts.items():
        assert sha256(ciphertext) == ciphertext_hash
    async with httpx.AsyncClient(trust_env=False) as client:
        late = await post(client, town.cast_urls[0], town.poll.envelopes[-3])
    assert (late.status_code, late.json()["code"]) == (410, "closed"), "the other process knows it too"
    phase = json.loads((town.folder / "board" / "polls" / town.poll.manifest / "phase.json").read_bytes())
    assert phase == {"phase": "closed", "log_size": len(contents.leaves)}
