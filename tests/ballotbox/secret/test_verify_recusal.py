"""Five of sixty deputies are subjects themselves: their ballots on all others count, and nothing tells them apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ballotbox.secret.ceremony import set_up
from ballotbox.secret.envelopes import Envelope
from ballotbox.secret.tally import Tally
from ballotbox.secret.verify import verify_folder
from tests.ballotbox.secret.scripted import CODES, TEAMS, ScriptedPoll, facts

DEPUTIES = tuple(f"d{number:02}" for number in range(1, 61))
RECUSED = {f"s{number}": (f"d{number:02}",) for number in range(1, 6)}
SUBJECTS = (*RECUSED, "s6")
"""`s6` is no deputy."""


class Counted(NamedTuple):
    poll: ScriptedPoll
    folder: Path
    envelopes: dict[str, list[Envelope]]
    """What each deputy cast; nobody but this test knows."""


def grade(number: int, subject: str) -> str:
    return CODES[(number * 7 + SUBJECTS.index(subject)) % len(CODES)]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    chosen = facts("2026-r1", "subject").model_copy(
        update={"recused": {**RECUSED, "s6": ()}, "questions": ("overall",), "roster": DEPUTIES}
    )
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect(*DEPUTIES)
    envelopes = {}
    for number, deputy in enumerate(DEPUTIES):
        envelopes[deputy] = poll.phones[deputy].fill({s: {"overall": grade(number, s)} for s in SUBJECTS})
        poll.cast(*envelopes[deputy])
    folder = tmp_path_factory.mktemp("recusal") / "folder"
    poll.publish(folder)
    return Counted(poll, folder, envelopes)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def pieces(line: bytes, of_all: frozenset[str]) -> set[str]:
    """Every 8 bytes of every value in a line, but for what all lines have in common by their form."""
    values = [value for value in strings(json.loads(line)) if len(value) >= 64 and value not in of_all]
    return {value[i : i + 16] for value in values for i in range(0, len(value), 16)}


def test_their_ballots_on_all_others_count_and_none_on_themselves(counted: Counted) -> None:
    assert verify_folder(counted.folder) == []
    tally = Tally.from_bytes((counted.folder / "tally.json").read_bytes())
    for subject in SUBJECTS:
        voters = [n for n, deputy in enumerate(DEPUTIES) if deputy not in RECUSED.get(subject, ())]
        cast = Counter(grade(n, subject) for n in voters)
        told = tally.subjects[subject]
        assert (told.issued, told.returned, told.set_aside) == (len(voters), len(voters), 0)
        assert {code: n for code, n in told.questions["overall"].items() if n} == dict(cast)
    assert {len(sent) for sent in counted.envelopes.values()} == {5, 6}


def test_all_envelopes_of_a_subject_have_one_length_and_shape(counted: Counted) -> None:
    shapes: dict[str, set[tuple[int, int, tuple[str, ...]]]] = {subject: set() for subject in SUBJECTS}
    sealed = counted.poll.box.ciphertexts
    for line in (counted.folder / "entries.jsonl").read_bytes().splitlines():
        entry = json.loads(line)
        ciphertext = sealed[bytes.fromhex(entry["ciphertext_hash"])]
        shapes[entry["subject"]].add((len(line), len(ciphertext), tuple(entry)))
    assert all(len(found) == 1 for found in shapes.values())
    assert len({shape for found in shapes.values() for shape in found}) == 1, "nor do the subjects differ"
    sent = {(e.subject, len(e.to_bytes())) for cast in counted.envelopes.values() for e in cast}
    assert len(sent) == len(SUBJECTS), "recused deputies' phones send the same as all others"


def test_no_value_is_shared_by_two_envelopes_of_a_deputy_or_by_an_envelope_and_a_slice(counted: Counted) -> None:
    of_all = frozenset({counted.poll.poll.hash.hex()})
    entries = {
        json.loads(line)["token"]: pieces(line, of_all)
        for line in (counted.folder / "entries.jsonl").read_bytes().splitlines()
    }
    for sent in counted.envelopes.values():
        for one, other in combinations(sent, 2):
            assert not entries[one.token.hex()] & entries[other.token.hex()]
    everywhere = Counter(piece for found in entries.values() for piece in found)
    assert max(everywhere.values()) == 1, "nor by any two envelopes at all: there is nothing to group them by"
    lines = (counted.folder / "slices.jsonl").read_bytes().splitlines()
    slices = Counter(piece for line in lines for piece in pieces(line, of_all))
    assert max(slices.values()) == 1
    assert not set(slices) & set(everywhere)


def test_what_the_openers_get_and_publish_names_no_deputy_and_no_envelope(counted: Counted) -> None:
    openings = [counted.poll.open(team) for team in TEAMS]
    assert openings[0] == openings[1]
    assert list(openings[0].lines) == sorted(openings[0].lines), "the order tells nothing of the envelopes'"
    tokens = {envelope.token.hex() for sent in counted.envelopes.values() for envelope in sent}
    text = b"\n".join(openings[0].lines).decode()
    assert not any(token in text for token in tokens)
    for name in ("entries.jsonl", "slices.jsonl", "tally.json", "table.csv", "marks.json", "opening-1.note"):
        written = (counted.folder / name).read_text("utf-8")
        assert not any(f'"{deputy}"' in written or f",{deputy}," in written for deputy in DEPUTIES)
