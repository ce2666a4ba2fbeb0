"""One scripted poll for all tests that only read it; keys take seconds to make."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ballotbox.secret.ceremony import deal_with, set_up
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.sealing import seal, seal_bytes, sealed_length
from ballotbox.secret.slices import make_slice
from ballotbox.secret.verify import verify_folder
from tests.ballotbox.secret.scripted import DEPUTIES, ScriptedPoll, ballot_of, facts

SCRIPT = Path(__file__).parents[3] / "docs" / "verify" / "verify_ballot.py"
HOSTILE = "d07"
"""Seals, on `lys`, a grade that does not exist; on `zhs`, bytes that are no ballot."""


class Finished(NamedTuple):
    """A finished poll and its folder."""

    poll: ScriptedPoll
    folder: Path


def hostile_envelopes(poll: ScriptedPoll) -> list[Envelope]:
    """What d07 sends: an honest ballot on `czs`, and two that must be set aside."""
    phone = poll.phones[HOSTILE]
    slices = phone.slices("lys", {"overall": "excellent"})
    slot = poll.poll.slots["lys/overall"]
    slices[0] = make_slice(poll.poll, slot, b"\xc8", phone.keys["slice", slot.name], phone.stamps("slice", slot.name))
    length = sealed_length(poll.poll, "zhs") - 81
    honest = next(e for e in phone.fill(ballot_of(DEPUTIES.index(HOSTILE))) if e.subject == "czs")
    return [
        honest,
        phone.envelope("lys", seal(poll.poll, "lys", phone.token("lys"), slices)),
        phone.envelope("zhs", seal_bytes(poll.poll, "zhs", phone.token("zhs"), bytes(length))),
    ]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Twelve deputies, three subjects, a recused and a hostile deputy; all cast, opened twice, published."""
    chosen = facts()
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect(*DEPUTIES)
    for number, deputy in enumerate(DEPUTIES):
        poll.cast(*(hostile_envelopes(poll) if deputy == HOSTILE else poll.phones[deputy].fill(ballot_of(number))))
    folder = tmp_path_factory.mktemp("published") / "folder"
    poll.publish(folder)
    return Finished(poll, folder)


@pytest.fixture
def folder(finished: Finished, tmp_path: Path) -> Path:
    """A copy of the published folder, to be tampered with."""
    return Path(shutil.copytree(finished.folder, tmp_path / "folder"))


@pytest.fixture(scope="session")
def stamped() -> ScriptedPoll:
    """A poll in which everybody has collected and nobody has cast; its box takes envelopes, and is never closed."""
    chosen = facts("2026-p2")
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect(*DEPUTIES)
    return poll


@pytest.fixture(scope="session")
def same_keys() -> tuple[ScriptedPoll, ScriptedPoll]:
    """Two polls whose issuers wrongly use the same keys; everybody has collected in the first."""
    one, two = facts("2026-p3", "subject"), facts("2026-p4", "subject")
    first = ScriptedPoll(one, set_up(one))
    second = ScriptedPoll(two, deal_with(two, first.dealt.issuers))
    first.collect("d01", "d02")
    return first, second


def broken(folder: Path) -> set[tuple[str, str]]:
    """The broken rules with their places, by the product's verifier; the outsiders' one must say the same."""
    ours = {(finding.rule.value, finding.place) for finding in verify_folder(folder)}
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), "--machine", str(folder)], capture_output=True, text=True, check=False
    )
    theirs = {(rule, place) for rule, place, _ in (line.split("\t") for line in done.stdout.splitlines())}
    assert done.stderr == ""
    assert done.returncode == (1 if theirs else 0)
    assert theirs == ours
    return ours
