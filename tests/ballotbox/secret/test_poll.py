"""A whole poll: what is counted is what was cast, whoever opens it; nobody who may not be counted is."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from ballotbox.secret.box import Receipt, receipt_holds
from ballotbox.secret.ceremony import set_up
from ballotbox.secret.opening import Opening, open_box
from ballotbox.secret.shares import SharesRefused
from ballotbox.secret.slices import PublishedSlice
from ballotbox.secret.tally import Tally
from domain.acts import Refusal
from tests.ballotbox.secret.conftest import HOSTILE, Finished, broken
from tests.ballotbox.secret.scripted import DEPUTIES, QUESTIONS, ScriptedPoll, ballot_of, facts
from transparency.merkle import leaf_hash


def test_the_folder_verifies_and_the_tally_is_what_was_cast(finished: Finished) -> None:
    assert broken(finished.folder) == set()
    tally = Tally.from_bytes((finished.folder / "tally.json").read_bytes())
    for subject, left_out in (("czs", {"d12"}), ("lys", {HOSTILE}), ("zhs", {HOSTILE})):
        voters = [n for n, deputy in enumerate(DEPUTIES) if deputy not in left_out]
        for question in QUESTIONS:
            cast = Counter(ballot_of(n)[subject][question] for n in voters)
            published = tally.subjects[subject].questions[question]
            assert {code: number for code, number in published.items() if number} == dict(cast)
    turnout = {s: (t.issued, t.returned, t.set_aside) for s, t in tally.subjects.items()}
    assert turnout == {"czs": (11, 11, 0), "lys": (12, 12, 1), "zhs": (12, 12, 1)}


def test_every_triple_of_shares_gives_the_same_root_and_no_pair_opens(finished: Finished) -> None:
    poll = finished.poll
    roots = {poll.open(team).root for team in combinations(range(1, 6), 3)}
    assert len(roots) == 1
    for pair in combinations(range(1, 6), 2):
        with pytest.raises(SharesRefused):
            poll.open(pair)


def test_hostile_envelopes_are_set_aside_by_leaf_and_reason_alone(finished: Finished) -> None:
    poll = finished.poll
    tokens = {poll.phones[HOSTILE].token(s).hex(): s for s in ("lys", "zhs")}
    expected = {}
    for leaf, data in enumerate(poll.box.leaves):
        for token, subject in tokens.items():
            if token.encode() in data:
                expected[leaf] = {"lys": "unknown_grade", "zhs": "not_a_ballot"}[subject]
    assert {item.leaf: item.reason for item in poll.open((1, 2, 3)).set_aside} == expected
    assert len(expected) == 2


def test_every_receipt_is_in_the_log_and_every_honest_deputy_finds_their_answers(finished: Finished) -> None:
    poll = finished.poll
    hashes = {leaf_hash(leaf).hex() for leaf in poll.box.leaves}
    assert len(poll.receipts) == 35
    assert all(receipt_holds(poll.poll, receipt) and receipt.leaf in hashes for receipt in poll.receipts)
    published = [PublishedSlice.model_validate_json(x) for x in (finished.folder / "slices.jsonl").open("rb")]
    for number, deputy in enumerate(DEPUTIES):
        assert poll.phones[deputy].counted(published, ballot_of(number)) is (deputy != HOSTILE)
    assert not poll.phones["d01"].counted(published[:-40], ballot_of(0))


def test_a_forged_receipt_does_not_hold(finished: Finished) -> None:
    poll, receipt = finished.poll, finished.poll.receipts[0]
    other = poll.receipts[1]
    assert not receipt_holds(poll.poll, Receipt(**{**receipt.model_dump(), "leaf": other.leaf}))
    assert not receipt_holds(poll.poll, Receipt(**{**receipt.model_dump(), "manifest": "00" * 32}))


def test_published_files_name_no_deputy_beside_a_ballot(finished: Finished) -> None:
    for name in ("entries.jsonl", "slices.jsonl", "tally.json", "leaves.txt"):
        text = (finished.folder / name).read_text("utf-8")
        assert not any(f'"{deputy}"' in text for deputy in DEPUTIES)


def test_nothing_ties_an_envelope_to_its_slices_or_to_another_envelope(finished: Finished) -> None:
    """No 8 bytes of a token's line occur in a slice's line, the manifest's hash and texts of the format left out."""
    poll = finished.poll
    slices = (finished.folder / "slices.jsonl").read_text("utf-8")
    entries = (finished.folder / "entries.jsonl").read_text("utf-8").splitlines()
    values = [entry.replace(poll.poll.hash.hex(), "") for entry in entries]
    chunks = [
        {piece[i : i + 16] for piece in value.split('"') if len(piece) >= 64 for i in range(0, len(piece), 16)}
        for value in values
    ]
    assert not any(chunk in slices for group in chunks for chunk in group)
    assert all(not one & other for one, other in combinations(chunks, 2))


def test_all_ciphertexts_on_a_subject_have_one_length(finished: Finished) -> None:
    lengths = Counter(len(ciphertext) for ciphertext in finished.poll.box.ciphertexts.values())
    assert sorted(lengths.values()) == [35]


def test_a_lost_ciphertext_is_no_set_aside(finished: Finished) -> None:
    poll = finished.poll
    shares = {n: poll.dealt.shares[n] for n in (1, 2, 3)}
    some = dict(list(poll.box.ciphertexts.items())[1:])
    with pytest.raises(Refusal, match="ciphertext_missing"):
        open_box(poll.poll, poll.box.leaves, some, shares)


def test_one_slice_a_subject_and_a_group_too_small_to_open(tmp_path: Path) -> None:
    chosen = facts("2026-p5", "subject")
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect(*DEPUTIES[:4])
    for number, deputy in enumerate(DEPUTIES[:4]):
        envelopes = poll.phones[deputy].fill(ballot_of(number))
        poll.cast(*(e for e in envelopes if number < 2 or e.subject != "czs"))
    poll.publish(tmp_path / "folder")
    assert broken(tmp_path / "folder") == set()
    tally = Tally.from_bytes((tmp_path / "folder" / "tally.json").read_bytes())
    assert tally.subjects["czs"].questions == {}
    assert tally.subjects["czs"].returned == 2
    assert sum(tally.subjects["lys"].questions["overall"].values()) == 4
    opening: Opening = poll.open((3, 4, 5))
    assert opening.unopened == ("czs",)
    assert not any(b"czs" in line for line in opening.lines)
