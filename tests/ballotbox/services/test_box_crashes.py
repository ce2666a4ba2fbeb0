"""Kill -9 of box and database while 121 phones cast: every receipt's leaf is in the log, and nobody counts twice.

The full size of the experiment (`JIANDU_TEST_KILLS=50`) takes some three minutes; the default has fewer kills.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from ballotbox.secret.box import Receipt, receipt_holds
from ballotbox.secret.envelopes import Entry, Envelope
from ballotbox.secret.log import FIRST_ENTRY, sign_checkpoint
from ballotbox.secret.manifest import Poll
from runtime.ports import free_port
from tests.ballotbox.services.box_poll import BoxCluster, BoxPoll, BoxProcess, box_cluster
from transparency.merkle import leaf_hash

CLIENTS = int(os.environ.get("JIANDU_TEST_CLIENTS", "121"))
KILLS = int(os.environ.get("JIANDU_TEST_KILLS", "6"))
EVERY = 0.3
"""Seconds between two kills."""


class Victims(NamedTuple):
    """What is killed, and the poll that must survive it."""

    poll: BoxPoll
    cluster: BoxCluster
    processes: tuple[BoxProcess, BoxProcess]
    board: Path


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[Victims]:
    poll = BoxPoll("2026-kills", CLIENTS)
    poll.give_keys_to(tmp_path / "box")
    with box_cluster() as cluster:
        one, two = (
            BoxProcess(cluster.url, tmp_path / "box", tmp_path / "board", free_port(0), tmp_path / f"{name}.log")
            for name in ("one", "two")
        )
        try:
            one.start()
            two.start()
            yield Victims(poll, cluster, (one, two), tmp_path / "board" / "polls" / poll.manifest)
        finally:
            one.stop()
            two.stop()


class Phones:
    """All phones. Each sends its envelope until it has a receipt, and once more after every kill."""

    def __init__(self, victims: Victims) -> None:
        self._victims = victims
        self.receipts: list[set[str]] = [set() for _ in victims.poll.envelopes]
        self.answers: Counter[str] = Counter()
        self.over = asyncio.Event()

    async def cast(self, number: int, random_source: random.Random) -> None:
        """One phone: it goes on until the kills are over, since a phone does not know what happened to its answer."""
        data = self._victims.poll.envelopes[number]
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            while not (self.over.is_set() and self.receipts[number]):
                base = random_source.choice(self._victims.processes).base
                try:
                    answer = await client.post(f"{base}/cast/{self._victims.poll.manifest}", content=data)
                    self.answers[str(answer.status_code)] += 1
                    if answer.status_code == 200:
                        self.receipts[number].add(answer.text)
                except httpx.HTTPError as error:
                    self.answers[type(error).__name__] += 1
                await asyncio.sleep(random_source.uniform(0.1, 1.5))


async def kill_and_revive(victims: Victims, random_source: random.Random) -> None:
    """One random kill, of a server process or of the whole cluster; a supervisor starts again what is gone."""
    victim = random_source.choice(["one", "two", "cluster"])
    if victim == "cluster":
        await asyncio.to_thread(victims.cluster.kill)
        await asyncio.sleep(random_source.uniform(0, 0.3))
        await asyncio.to_thread(victims.cluster.start)
    else:
        process = victims.processes[victim == "two"]
        await asyncio.to_thread(process.kill)
    for process in victims.processes:
        process.revive()


async def test_121_phones_and_random_kills(victims: Victims) -> None:
    poll, (one, two) = victims.poll, victims.processes
    await poll.begin(one.office)
    source = random.Random(20261124)
    phones = Phones(victims)
    sending = [asyncio.create_task(phones.cast(number, random.Random(number))) for number in range(len(poll.envelopes))]
    for _ in range(KILLS):
        await asyncio.sleep(source.uniform(EVERY / 2, EVERY * 1.5))
        await kill_and_revive(victims, source)
    await asyncio.to_thread(one.start_again)
    await asyncio.to_thread(two.start_again)
    phones.over.set()
    await asyncio.wait_for(asyncio.gather(*sending), 120)
    await one.office.close(poll.manifest)
    contents = await two.office.contents(poll.manifest)
    entries = contents.leaves[FIRST_ENTRY:]
    leaves = [leaf_hash(entry) for entry in entries]
    assert len(leaves) == len(set(leaves)) == CLIENTS, "everybody's envelope, nobody's twice"
    assert len({Entry.from_bytes(entry).token for entry in entries}) == CLIENTS
    for number, told in enumerate(phones.receipts):
        assert len(told) == 1, "the same bytes get the same receipt, whatever happened in between"
        receipt = Receipt.model_validate_json(told.pop())
        assert receipt_holds(poll.poll, receipt)
        assert bytes.fromhex(receipt.leaf) in leaves, f"phone {number}'s receipt is honoured"
    assert set(contents.ciphertexts.values()) == {Envelope.from_bytes(data).ciphertext for data in poll.envelopes}
    assert_board(victims.board, poll.poll, contents.leaves, sign_checkpoint(poll.poll, contents.leaves, poll.dealt.log))
    assert phones.answers["200"] >= CLIENTS
    assert sum(phones.answers.values()) > phones.answers["200"], f"the kills were felt: {phones.answers}"


def assert_board(board: Path, poll: Poll, leaves: tuple[bytes, ...], checkpoint: str) -> None:
    assert (board / "manifest.json").read_bytes() == poll.data
    assert (board / "leaves.txt").read_text().split() == [leaf_hash(leaf).hex() for leaf in leaves]
    assert (board / "entries.jsonl").read_bytes().split(b"\n")[:-1] == list(leaves[FIRST_ENTRY:])
    assert (board / "checkpoint.note").read_text() == checkpoint
