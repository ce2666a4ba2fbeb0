"""An old database restored: no fork, receipts honoured, and the log goes on once the missing envelopes were sent again.

A backup here is a copy of the database made while nobody writes; the box's own files and the board stay as they were.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ballotbox.secret.box import OtherEnvelope
from ballotbox.secret.log import FIRST_ENTRY, checkpoint_text, read_checkpoint, sign_checkpoint
from ballotbox.secret.statements import numbered, sign_all, signers_of
from ballotbox.services.box.service import BoxService
from domain.acts import Refusal
from tests.ballotbox.services.box_poll import BoxCluster, BoxPoll, box_cluster, until
from transparency.merkle import leaf_hash

DEPUTIES = 30
BEFORE = 10
"""Envelopes that are in the backup; the first batch of the log."""
LOGGED = 24
"""Envelopes cast altogether before the database is lost."""


class Restorable:
    """A box whose database can be saved and put back."""

    def __init__(self, poll: BoxPoll, cluster: BoxCluster, folder: Path) -> None:
        self.poll = poll
        self.cluster = cluster
        self.url = cluster.new_database()
        self._name = self.url.split("/")[-1].split("?")[0]
        self.box = folder / "box"
        self.board = folder / "board" / "polls" / poll.manifest
        self._folder = folder
        poll.give_keys_to(self.box)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[BoxService]:
        async with BoxService.open(self.url, self.box, self._folder / "board") as service:
            yield service

    def save(self) -> None:
        """A backup of the database."""
        self._copy(self._name, f"{self._name}_backup")

    def restore(self) -> None:
        """The backup in the database's place."""
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self._name)))
        self._copy(f"{self._name}_backup", self._name)

    def empty(self) -> None:
        """A new, empty database in its place: there was no backup."""
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self._name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._name)))

    @property
    def leaves(self) -> list[str]:
        """What the board's log holds."""
        return (self.board / "leaves.txt").read_text().split()

    @property
    def phase(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.board / "phase.json").read_bytes())
        return found

    @property
    def size(self) -> int:
        """What the board's checkpoint says of the log's size."""
        return read_checkpoint(self.poll.poll, self.checkpoint).size

    @property
    def checkpoint(self) -> str:
        return (self.board / "checkpoint.note").read_text()

    def _copy(self, source: str, target: str) -> None:
        with psycopg.connect(self.cluster.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
            )


@pytest.fixture(scope="module")
def cluster() -> Iterator[BoxCluster]:
    with box_cluster() as started:
        yield started


@pytest.fixture(scope="module")
def poll() -> BoxPoll:
    return BoxPoll("2026-restored", DEPUTIES)


@pytest.fixture
def town(poll: BoxPoll, cluster: BoxCluster, tmp_path: Path) -> Restorable:
    return Restorable(poll, cluster, tmp_path)


async def cast_until_lost(town: Restorable) -> list[str]:
    """Cast, save, cast on, lose the database. The receipts' leaves, in the order of the senders."""
    async with town.serving() as service:
        await town.poll.begin(service)
        receipts = [await service.cast(town.poll.manifest, data) for data in town.poll.envelopes[:BEFORE]]
        await until(lambda: town.size == FIRST_ENTRY + BEFORE)
    town.save()
    async with town.serving() as service:
        receipts += [await service.cast(town.poll.manifest, data) for data in town.poll.envelopes[BEFORE:LOGGED]]
        await until(lambda: town.size == FIRST_ENTRY + LOGGED)
        told = read_checkpoint(town.poll.poll, town.checkpoint)
        text = checkpoint_text(town.poll.poll, told.size, told.root)
        await service.witness(town.poll.manifest, sign_all(text, town.poll.dealt.witnesses[4]))
    return [receipt.leaf for receipt in receipts]


async def test_the_log_waits_and_goes_on_in_the_published_order(town: Restorable) -> None:
    poll = town.poll
    leaves = await cast_until_lost(town)
    published, checkpoint = town.leaves, town.checkpoint
    town.restore()
    async with town.serving() as service:
        assert (town.leaves, town.checkpoint) == (published, checkpoint), "the board is not shortened"
        assert town.phase == {"phase": "casting", "log_size": FIRST_ENTRY + LOGGED, "missing": LOGGED - BEFORE}
        numbers = await service.numbers(poll.manifest)
        assert str(LOGGED - BEFORE) in numbers.trouble, "the staff are told"
        with pytest.raises(Refusal) as caught:
            await service.close(poll.manifest)
        assert caught.value.code == "log_behind"
        new = [await service.cast(poll.manifest, data) for data in poll.envelopes[LOGGED:]]
        for number in range(BEFORE, LOGGED - 1):
            again = await service.cast(poll.manifest, poll.envelopes[number])
            assert again.leaf == leaves[number], "receipts given before are honoured"
        with pytest.raises(OtherEnvelope) as other:
            await service.cast(poll.manifest, poll.others(LOGGED - 1, 1)[0])
        assert other.value.receipt.leaf == leaves[LOGGED - 1], "a published token cannot be used otherwise"
        with pytest.raises(Refusal):
            await service.close(poll.manifest)
        assert (town.leaves, town.checkpoint) == (published, checkpoint), "no fork while one is missing"
        await service.cast(poll.manifest, poll.envelopes[LOGGED - 1])
        await service.close(poll.manifest)
        assert town.leaves[: len(published)] == published, "the log goes on where it was"
        assert sorted(town.leaves[len(published) :]) == sorted(receipt.leaf for receipt in new)
        assert town.phase == {"phase": "closed", "log_size": FIRST_ENTRY + DEPUTIES}
        contents = await service.contents(poll.manifest)
        assert town.checkpoint == sign_checkpoint(poll.poll, contents.leaves, poll.dealt.log)
        assert len(contents.ciphertexts) == DEPUTIES


async def test_with_all_sent_again_checkpoint_and_cosignatures_are_the_same(town: Restorable) -> None:
    leaves = await cast_until_lost(town)
    published, checkpoint = town.leaves, town.checkpoint
    assert signers_of(checkpoint, numbered(town.poll.poll.manifest.witness_keys)) == {4}
    town.empty()
    async with town.serving() as service:
        for number in range(LOGGED):
            assert (await service.cast(town.poll.manifest, town.poll.envelopes[number])).leaf == leaves[number]
        await service.close(town.poll.manifest)
        assert (town.leaves, town.checkpoint) == (published, checkpoint)
        assert (await service.numbers(town.poll.manifest)).trouble == ""


async def test_a_poll_that_was_closed_stays_closed_and_takes_only_what_it_owes(town: Restorable) -> None:
    await cast_until_lost(town)
    async with town.serving() as service:
        await service.close(town.poll.manifest)
    published = town.leaves
    town.restore()
    async with town.serving() as service:
        with pytest.raises(Refusal) as caught:
            await service.cast(town.poll.manifest, town.poll.envelopes[LOGGED])
        assert caught.value.code == "closed"
        with pytest.raises(Refusal) as caught:
            await service.contents(town.poll.manifest)
        assert caught.value.code == "log_behind"
        for data in town.poll.envelopes[BEFORE:LOGGED]:
            await service.cast(town.poll.manifest, data)
        assert len((await service.contents(town.poll.manifest)).leaves) == FIRST_ENTRY + LOGGED
        assert town.leaves == published


async def test_without_its_own_copy_the_box_believes_its_signature_on_the_board(town: Restorable) -> None:
    """The box's folder was restored as well, from the same backup; the board's was not."""
    await cast_until_lost(town)
    published, checkpoint = town.leaves, town.checkpoint
    shutil.rmtree(town.box / "polls")
    town.restore()
    async with town.serving() as service:
        for data in town.poll.envelopes[LOGGED:]:
            await service.cast(town.poll.manifest, data)
        with pytest.raises(Refusal):
            await service.close(town.poll.manifest)
        assert (town.leaves, town.checkpoint) == (published, checkpoint)


async def test_a_board_that_contradicts_the_database_stops_the_log(town: Restorable) -> None:
    """A log of the same size with other leaves, under the log's own signature: somebody let it fork."""
    await cast_until_lost(town)
    poll = town.poll
    entries = (town.board / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    forked = [poll.poll.data, *(note.encode() for note in poll.statements), *entries[:-3], *reversed(entries[-3:])]
    (town.board / "entries.jsonl").write_bytes(b"".join(leaf + b"\n" for leaf in forked[FIRST_ENTRY:]))
    (town.board / "leaves.txt").write_text("".join(leaf_hash(leaf).hex() + "\n" for leaf in forked))
    (town.board / "checkpoint.note").write_text(sign_checkpoint(poll.poll, forked, poll.dealt.log))
    async with town.serving() as service:
        with pytest.raises(Refusal) as caught:
            await service.close(poll.manifest)
        assert caught.value.code == "log_diverged"
        with pytest.raises(Refusal) as caught:
            await service.cast(poll.manifest, poll.envelopes[LOGGED])
        assert caught.value.code == "log_diverged"
        assert (await service.numbers(poll.manifest)).trouble
        await service.cast(poll.manifest, poll.envelopes[0])


async def test_a_database_that_is_exchanged_under_a_running_box_is_noticed(town: Restorable) -> None:
    leaves = await cast_until_lost(town)
    last = LOGGED - 1
    async with town.serving() as service:
        await service.cast(town.poll.manifest, town.poll.envelopes[0])
        town.restore()
        with pytest.raises(psycopg.OperationalError):
            await service.cast(town.poll.manifest, town.poll.others(last, 1)[0])
        with pytest.raises(OtherEnvelope) as other:
            await service.cast(town.poll.manifest, town.poll.others(last, 1)[0])
        assert other.value.receipt.leaf == leaves[last]
        assert (await service.numbers(town.poll.manifest)).trouble


async def test_a_damaged_board_is_repaired_from_the_database(town: Restorable) -> None:
    await cast_until_lost(town)
    before = {path.name: path.read_bytes() for path in town.board.iterdir()}
    (town.board / "leaves.txt").write_text("nonsense")
    (town.board / "checkpoint.note").unlink()
    (town.board / "roster.json").write_text("[]")
    (town.board / "entries.jsonl").write_bytes(before["entries.jsonl"][:100])
    async with town.serving():
        assert {path.name: path.read_bytes() for path in town.board.iterdir()} == before


async def test_destroyed_ciphertexts_stay_destroyed(town: Restorable) -> None:
    async with town.serving() as service:
        await town.poll.begin(service)
        for data in town.poll.envelopes:
            await service.cast(town.poll.manifest, data)
        await service.close(town.poll.manifest)
    town.save()
    async with town.serving() as service:
        await service.publish(town.poll.manifest, {"close.note": b"x"}, "published")
        await service.destroy(town.poll.manifest)
    town.restore()
    async with town.serving() as service:
        with pytest.raises(Refusal) as caught:
            await service.contents(town.poll.manifest)
        assert caught.value.code == "emptied"
        assert town.phase["phase"] == "published"
        assert (town.board / "close.note").read_bytes() == b"x"
