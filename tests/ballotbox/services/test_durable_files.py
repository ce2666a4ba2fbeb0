"""What was answered or destroyed rests on files that are on the disk whole, with the names of their folders."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from ballotbox.services.files import private_folder
from ballotbox.services.http import body_of
from ballotbox.services.issuer.keys import PollFiles
from commands.ballot.files import write_secret
from domain.acts import Refusal


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes that were made durable, in order."""
    seen: list[int] = []
    really = os.fsync

    def noting(descriptor: int) -> None:
        really(descriptor)
        seen.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", noting)
    return seen


def test_a_printed_slip_is_on_the_disk_before_its_text_is_destroyed(tmp_path: Path, synced: list[int]) -> None:
    write_secret(tmp_path / "slips.pdf", b"five slips")
    assert synced == [(tmp_path / "slips.pdf").stat().st_ino, tmp_path.stat().st_ino]


def test_a_folder_of_keys_is_durable_with_those_above_it(tmp_path: Path, synced: list[int]) -> None:
    private_folder(tmp_path / "town" / "poll")
    private_folder(tmp_path / "town" / "poll")
    assert synced == [tmp_path.stat().st_ino, (tmp_path / "town").stat().st_ino]
    assert (tmp_path / "town" / "poll").stat().st_mode & 0o777 == 0o700


def test_on_a_full_disk_nobody_counts_as_having_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, really = PollFiles(tmp_path), os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda descriptor, data: really(descriptor, data[:9]))
        with pytest.raises(OSError, match="not written whole"):
            files.collect("phone", ["d01"])
    assert files.collected() == frozenset()
    files.collect("phone", ["d02"])
    assert PollFiles(tmp_path).collected() == {("phone", "d02")}


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ballotbox.services.http.PATIENCE", 0.01)
    given: list[Any] = [{"type": "http.request", "body": b"1", "more_body": True}]

    async def receive() -> Any:
        return given.pop() if given else await asyncio.Event().wait()

    with pytest.raises(Refusal) as refused:
        await body_of(Request({"type": "http", "method": "POST", "headers": []}, receive), 10)
    assert refused.value.code == "too_slow"
