"""A witness beside the real box: database, key folder and board all put back to an old backup → alarm."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from ballotbox.secret.log import FIRST_ENTRY, read_checkpoint
from ballotbox.secret.statements import numbered, signers_of
from ballotbox.services.box.service import BoxService
from ballotbox.witness.alarms import AlarmKind
from ballotbox.witness.sources import FolderSource
from ballotbox.witness.state import WitnessState
from ballotbox.witness.watching import Round, Witness
from tests.ballotbox.services.box_poll import BoxCluster, BoxPoll, box_cluster, until

DEPUTIES = 24
BEFORE, LOGGED = 8, 16
"""Envelopes in the backup, and in the log when everything is put back."""


def copy_database(cluster: BoxCluster, source: str, target: str) -> None:
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
        )


async def look(poll: BoxPoll, service: BoxService, board: Path, state: Path) -> Round:
    """A round of witness 2, whose signature goes to the box itself."""
    loop = asyncio.get_running_loop()

    def hand_in(note: str) -> None:
        asyncio.run_coroutine_threadsafe(service.witness(poll.manifest, note), loop).result(30)

    witness = Witness(
        FolderSource(board), poll.poll, poll.dealt.witnesses[2], WitnessState(state, poll.manifest), hand_in
    )
    return await asyncio.to_thread(witness.round)


async def test_an_old_backup_of_everything_raises_the_alarm(tmp_path: Path) -> None:
    poll = BoxPoll("2026-seen", DEPUTIES)
    folder, backup, state = tmp_path / "box", tmp_path / "backup", tmp_path / "state"
    board = folder / "board" / "polls" / poll.manifest
    poll.give_keys_to(folder / "box")

    def size() -> int:
        return read_checkpoint(poll.poll, (board / "checkpoint.note").read_text("utf-8")).size

    with box_cluster() as cluster:
        url = cluster.new_database()
        name = url.split("/")[-1].split("?")[0]
        async with BoxService.open(url, folder / "box", folder / "board") as service:
            await poll.begin(service)
            for data in poll.envelopes[:BEFORE]:
                await service.cast(poll.manifest, data)
            await until(lambda: size() == FIRST_ENTRY + BEFORE)
        copy_database(cluster, name, f"{name}_backup")
        shutil.copytree(folder, backup)
        async with BoxService.open(url, folder / "box", folder / "board") as service:
            for data in poll.envelopes[BEFORE:LOGGED]:
                await service.cast(poll.manifest, data)
            await until(lambda: size() == FIRST_ENTRY + LOGGED)
            seen = await look(poll, service, board, state)
            assert seen == Round(FIRST_ENTRY + LOGGED, FIRST_ENTRY + LOGGED, handed_in=True, troubles=())
            note = (board / "checkpoint.note").read_text("utf-8")
            assert signers_of(note, numbered(poll.poll.manifest.witness_keys)) == {2}, "the board carries it"

        copy_database(cluster, f"{name}_backup", name)
        shutil.rmtree(folder)
        shutil.copytree(backup, folder)
        async with BoxService.open(url, folder / "box", folder / "board") as service:
            shrunk = await look(poll, service, board, state)
            assert shrunk.alarm is not None
            assert shrunk.alarm.difference[:2] == (AlarmKind.SHRUNK, FIRST_ENTRY + BEFORE)
            for data in poll.envelopes[LOGGED:DEPUTIES]:
                await service.cast(poll.manifest, data)
            await until(lambda: size() == FIRST_ENTRY + LOGGED)
            forked = await look(poll, service, board, state)
            assert forked.alarm is not None
            assert forked.alarm.difference.kind is AlarmKind.CHANGED
            assert not forked.handed_in
            kept = (forked.alarm.evidence / "kept-checkpoint.note").read_text("utf-8")
            shown = (forked.alarm.evidence / "shown-checkpoint.note").read_text("utf-8")
            one, other = read_checkpoint(poll.poll, kept), read_checkpoint(poll.poll, shown)
            assert (one.size, one.root != other.root) == (other.size, True), "the log signed two logs of one size"
