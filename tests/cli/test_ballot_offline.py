"""Dealing and opening as the ceremony does them: files in, files out; no settings, no database, no network."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from ballotbox.offices import BoxKeys
from ballotbox.secret.ceremony import DealingRequest
from ballotbox.secret.manifest import Poll
from ballotbox.secret.slips import Slip
from ballotbox.secret.teams import TeamResult, combine
from tests.ballotbox.secret.conftest import Finished, finished, stamped
from tests.ballotbox.secret.scripted import ScriptedPoll
from tests.ballotbox.secret.test_teams import contents_of, root
from tests.cli.place import PATIENCE, ROOT

__all__ = ["finished", "stamped"]


def jiandu(*arguments: str, typed: str = "", folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command where settings cannot be read and nothing answers."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JIANDU_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", "ballot", *arguments],
        cwd=folder or ROOT,
        env={**environment, "PYTHONPATH": str(ROOT), "JIANDU_CONFIG": "/nowhere/jiandu.toml"},
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def answer(done: subprocess.CompletedProcess[str], code: int = 0) -> Any:
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def slips_in(pdf: Path) -> list[str]:
    """The slips' text as it is printed, a page each."""
    pages = [page.extract_text() for page in PdfReader(pdf).pages]
    return [" ".join(re.findall(r"\b[0-9A-HJKMNP-TV-Z]{5}\b", page)) for page in pages]


@pytest.fixture(scope="module")
def request_file(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    manifest = finished.poll.poll.manifest
    box = BoxKeys(receipt_key=manifest.receipt_key, log_key=manifest.log_key)
    file = tmp_path_factory.mktemp("request") / "request.json"
    file.write_bytes(DealingRequest.of(finished.poll.facts, manifest.issuers, box).to_bytes())
    return file


@pytest.fixture(scope="module")
def dealt(request_file: Path) -> Path:
    folder = request_file.with_name("dealt")
    told = answer(jiandu("deal", str(request_file), "--out", str(folder), "--json"))
    assert told["manifest"] == Poll((folder / "manifest.json").read_bytes()).hash.hex()
    return folder


@pytest.fixture(scope="module")
def box_file(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("box") / "contents.json"
    file.write_bytes(contents_of(finished.poll).to_bytes())
    return file


def test_dealing_writes_five_sealed_slips_that_read_back(dealt: Path) -> None:
    poll = Poll((dealt / "manifest.json").read_bytes())
    slips = [Slip.decode(text, poll) for text in slips_in(dealt / "slips.pdf")]
    assert [slip.number for slip in slips] == [1, 2, 3, 4, 5]
    names = {file.name for file in dealt.iterdir()}
    assert names == {"manifest.json", "slips.pdf", *(f"witness-{n}.key" for n in range(1, 6))}
    assert {stat.S_IMODE(file.stat().st_mode) for file in dealt.iterdir()} == {0o600}


def test_dealing_overwrites_nothing_and_refuses_an_edited_request(request_file: Path, dealt: Path) -> None:
    assert jiandu("deal", str(request_file), "--out", str(dealt)).returncode == 2
    edited = request_file.with_name("edited.json")
    edited.write_bytes(request_file.read_bytes().replace(b'"minimum_group":3', b'"minimum_group":2'))
    done = jiandu("deal", str(edited), "--out", str(request_file.with_name("none")))
    assert (done.returncode, "不是" in done.stderr) == (2, True)


def test_slips_are_tried_before_the_vote(dealt: Path) -> None:
    texts = slips_in(dealt / "slips.pdf")
    manifest = str(dealt / "manifest.json")
    typed = "".join(f"{texts[n]}\n" for n in (1, 3, 4))
    given = [x for n in (1, 3, 4) for x in ("--slip", texts[n])]
    told = answer(jiandu("rehearse-opening", manifest, *given, "--json"))
    assert told["slips"] == [2, 4, 5]
    done = jiandu("rehearse-opening", manifest, typed=typed)
    assert done.returncode == 0, done.stderr
    assert "打开了试验信封" in done.stdout


def test_two_teams_open_offline_and_agree(finished: Finished, box_file: Path, tmp_path: Path) -> None:
    slips = finished.poll.dealt.slips
    roots = set()
    for team, numbers in ((1, (1, 2, 3)), (2, (3, 4, 5))):
        texts = [x for n in numbers for x in ("--slip", slips[n].encode())]
        done = jiandu("open-team", "--team", str(team), *texts, str(box_file), "--json", folder=tmp_path)
        roots.add(answer(done)["root"])
    assert len(roots) == 1
    first, second = (TeamResult.from_bytes((tmp_path / f"team-{team}.json").read_bytes()) for team in (1, 2))
    poll = finished.poll
    assert combine(poll.poll, poll.facts.policy, root(poll), first, second).phase == "published"


def test_slips_come_from_files_and_from_the_prompt_and_a_typo_costs_one_group(
    finished: Finished, box_file: Path, tmp_path: Path
) -> None:
    slips = finished.poll.dealt.slips
    file = tmp_path / "slip.txt"
    file.write_text(slips[1].encode(), encoding="utf-8")
    groups = [*slips[2].groups()]
    right = groups[8]
    groups[8] = right[:-1] + ("0" if right[-1] != "0" else "1")
    typed = f"{' '.join(groups)}\n{right}\n{slips[2].qr_text()}\n{slips[5].qr_text()}\n"
    out = tmp_path / "team-1.json"
    done = jiandu("open-team", "--team", "1", "--slip", str(file), str(box_file), "--out", str(out), typed=typed)
    assert done.returncode == 0, done.stderr
    assert "第 9 组（第 2 行第 3 个）有误" in done.stderr
    assert "历史记录" not in done.stderr
    assert "第 2 号密钥条已经读入" in done.stderr  # the scanner read it again
    told = done.stdout + done.stderr
    assert not any(group in told for n in (1, 2, 5) for group in slips[n].groups())
    assert out.stat().st_size > 1000


def test_another_polls_slip_is_refused(
    finished: Finished, stamped: ScriptedPoll, box_file: Path, tmp_path: Path
) -> None:
    texts = [finished.poll.dealt.slips[1], finished.poll.dealt.slips[2], stamped.dealt.slips[3]]
    given = [x for slip in texts for x in ("--slip", slip.encode())]
    done = jiandu("open-team", "--team", "1", *given, str(box_file), "--json", folder=tmp_path)
    assert "历史记录" in done.stderr, "a slip on the command line stays in the shell's history"
    assert "不是本次测评的" in answer(done, code=2)["error"]["message"]
    assert not (tmp_path / "team-1.json").exists()


def test_a_box_file_that_was_edited_is_refused(box_file: Path, tmp_path: Path) -> None:
    edited = tmp_path / "edited.json"
    edited.write_bytes(box_file.read_bytes()[:-2])
    assert jiandu("open-team", "--team", "1", str(edited)).returncode == 2
