"""`jiandu ballot verify`, `pack`, `witness…`: without database and settings, ended by codes that a program can read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ballotbox.secret.ceremony import set_up
from tests.ballotbox.secret.scripted import DEPUTIES, ScriptedPoll, ballot_of, facts
from tests.ballotbox.witness_board import StaticBoard, small_poll, static_board

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def ballot(*words: object) -> Ended:
    """`jiandu ballot …` far from any installation: another folder, nothing of ours in the environment."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JIANDU")} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from cli import main; main()", "ballot", *map(str, words)]
    done = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A poll of four deputies; too few voted on `czs`."""
    chosen = facts("2026-cli", "subject")
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect(*DEPUTIES[:4])
    for number in range(4):
        envelopes = poll.phones[DEPUTIES[number]].fill(ballot_of(number))
        poll.cast(*(e for e in envelopes if number < 2 or e.subject != "czs"))
    folder = tmp_path_factory.mktemp("published") / poll.poll.hash.hex()
    poll.publish(folder)
    return folder


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "folder"))


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StaticBoard]:
    with static_board(tmp_path / "board") as served:
        yield served


def test_a_good_folder_ends_with_0_and_says_what_holds(published: Path) -> None:
    done = ballot("verify", published, "--manifest", published.name)
    assert done.code == 0, done.err
    assert published.name in done.out
    assert "全部规则核对通过" in done.out
    assert "czs：票数过少" in done.out
    assert "票册 15 条，信封 10 个" in done.out


def test_json_for_programs(published: Path) -> None:
    done = ballot("verify", published, "--json")
    told = json.loads(done.out)
    assert (done.code, told["ok"], told["manifest"], told["findings"]) == (0, True, published.name, [])
    assert (told["leaves"], told["slices"], told["unopened"], told["void"]) == (15, 8, ["czs"], None)


def test_a_tampered_folder_ends_with_1_and_names_place_and_rule(folder: Path) -> None:
    lines = (folder / "entries.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "entries.jsonl").write_bytes(b"".join(lines[:3] + lines[4:]))
    done = ballot("verify", folder)
    assert done.code == 1
    assert "leaf 8" in done.err
    assert "（leaf）" in done.err
    told = json.loads(ballot("verify", folder, "--json").out)
    assert not told["ok"]
    assert {"rule": "leaf", "place": "leaf 8"}.items() <= told["findings"][0].items()
    assert told["by_rule"]["leaf"] == 1


def test_another_manifest_than_the_halls_ends_with_1(published: Path) -> None:
    assert ballot("verify", published, "--manifest", "00" * 32).code == 1
    assert ballot("verify", published, "--manifest", published.name[:16]).code == 0
    assert ballot("verify", published, "--manifest", published.name[:8]).code == 2


def test_what_is_no_folder_ends_with_2(tmp_path: Path) -> None:
    assert ballot("verify", tmp_path / "nowhere").code == 2


def test_a_board_is_downloaded_and_verified(published: Path, board: StaticBoard) -> None:
    address = f"{board.address}/polls/{published.name}/"
    assert ballot("verify", address).code == 2, "nothing is published there yet"
    shutil.copytree(published, board.folder / "polls" / published.name)
    done = ballot("verify", address, "--manifest", published.name)
    assert done.code == 0, done.err
    assert "个文件" in done.out
    assert ballot("verify", "http://127.0.0.1:9/polls/x/").code == 1


def test_a_packed_folder_verifies_where_nothing_is_installed(published: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    assert ballot("pack", published, one).code == 0
    assert ballot("pack", published, two).code == 0
    assert one.read_bytes() == two.read_bytes(), "nothing of the moment is in it"
    assert ballot("pack", published, one).code == 2, "never overwritten"
    with zipfile.ZipFile(one) as packed:
        packed.extractall(tmp_path / "unpacked")
    command = [sys.executable, "-I", "verify_ballot.py", "poll"]
    done = subprocess.run(command, cwd=tmp_path / "unpacked", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_witness_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    key = tmp_path / "key"
    done = ballot("witness-key", "--name", "witness-1", "--key", key)
    assert done.code == 0
    assert done.out.startswith("witness-1+")
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text().strip() not in done.out
    assert ballot("witness-key", "--name", "witness-1", "--key", key).code == 2


def test_a_witness_signs_a_growing_log_and_ends_with_3_on_another(board: StaticBoard, tmp_path: Path) -> None:
    dealt = small_poll(board.address)
    key, manifest = tmp_path / "key", dealt.poll.hash.hex()
    key.write_text(dealt.witnesses[1].secret())
    leaves = [dealt.poll.data, *(bytes([i]) for i in range(8))]
    options = ("--board", board.address, "--poll", manifest, "--key", key)
    board.show(dealt, leaves)
    done = ballot("witness", *options, "--state", tmp_path / "one", "--once")
    assert done.code == 0, done.err
    assert len(board.posted) == 1
    board.show(dealt, [*leaves[:-1], b"other", b"more"])
    done = ballot("witness", *options, "--state", tmp_path / "one", "--every", "1")
    assert done.code == 3, "an alarm ends it"
    assert "警报" in done.err
    assert "怎么办" in done.err or "立即告诉监票人" in done.err
    told = json.loads(ballot("witness", *options, "--state", tmp_path / "one", "--json").out)
    assert (told["alarm"]["kind"], told["alarm"]["leaf"]) == ("changed", 8)
    assert ballot("witness", *options, "--state", tmp_path / "two").code == 0
    compared = ballot("compare-witnesses", "--poll", manifest, tmp_path / "one", tmp_path / "two")
    assert compared.code == 3
    assert ballot("compare-witnesses", "--poll", manifest, tmp_path / "two", tmp_path / "two").code == 0
    assert len(board.posted) == 2, "only what grew was signed"


def test_a_strangers_key_or_another_poll_ends_with_2(board: StaticBoard, tmp_path: Path) -> None:
    dealt = small_poll(board.address)
    board.show(dealt, [dealt.poll.data])
    key = tmp_path / "key"
    ballot("witness-key", "--name", "witness-1", "--key", key)
    state = ("--state", tmp_path / "state")
    assert ballot("witness", "--board", board.address, "--poll", dealt.poll.hash.hex(), "--key", key, *state).code == 2
    assert ballot("witness", "--board", board.address, "--poll", "00" * 32, "--key", key, *state).code == 2
    assert ballot("witness", "--board", board.address, "--poll", "00", "--key", key, *state).code == 2
