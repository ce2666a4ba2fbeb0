"""The witness's program: it signs a log that only grows, and keeps evidence of any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ballotbox.secret.ceremony import Dealt
from ballotbox.secret.log import read_checkpoint, sign_checkpoint
from ballotbox.secret.statements import numbered, signers_of
from ballotbox.witness.alarms import AlarmKind
from ballotbox.witness.sources import SourceUnreachable, post_note, source_of
from ballotbox.witness.state import StateBroken, WitnessState
from ballotbox.witness.watching import Round, Witness, WitnessRefused, compare_states, poll_of
from tests.ballotbox.witness_board import StaticBoard, small_poll, static_board
from transparency.signed_note import NoteSigner


class Hall:
    """A board that can show what it likes, and witnesses with folders of their own."""

    def __init__(self, board: StaticBoard, dealt: Dealt, folder: Path) -> None:
        self.board = board
        self.dealt = dealt
        self.folder = folder
        self.manifest = dealt.poll.hash.hex()

    def leaves(self, *entries: bytes) -> list[bytes]:
        return [self.dealt.poll.data, b"a", b"b", b"c", b"d", *entries]

    def state(self, number: int) -> WitnessState:
        return WitnessState(self.folder / f"w{number}", self.manifest)

    def look(self, number: int = 1, *peers: str) -> Round:
        """A round of a witness's program that was just started, as after every restart."""
        source = source_of(f"{self.board.address}/polls/{self.manifest}")
        state = self.state(number)
        poll = poll_of(source, self.manifest, state)
        box = poll.manifest.services.box
        signer = self.dealt.witnesses[number]
        witness = Witness(
            source, poll, signer, state, lambda note: post_note(box, self.manifest, note), [source_of(p) for p in peers]
        )
        return witness.round()

    def show(self, *entries: bytes) -> None:
        self.board.show(self.dealt, self.leaves(*entries))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StaticBoard, Dealt]]:
    with static_board(tmp_path_factory.mktemp("board")) as board:
        yield board, small_poll(board.address)


@pytest.fixture
def hall(served: tuple[StaticBoard, Dealt], tmp_path: Path) -> Hall:
    board, dealt = served
    board.posted.clear()
    board.refuses = False
    for path in (board.folder / "polls").rglob("*.*"):
        path.unlink()
    hall = Hall(board, dealt, tmp_path)
    hall.show(b"1", b"2")
    return hall


def alarm(found: Round) -> tuple[AlarmKind, int]:
    assert found.alarm is not None
    assert not found.handed_in
    return found.alarm.difference.kind, found.alarm.difference.leaf


def test_a_log_that_grows_is_kept_and_then_cosigned(hall: Hall) -> None:
    assert hall.look() == Round(7, 7, handed_in=True, troubles=())
    hall.show(b"1", b"2", b"3")
    assert hall.look() == Round(8, 1, handed_in=True, troubles=())
    assert [path for path, _ in hall.board.posted] == [f"/witness/{hall.manifest}"] * 2
    note = hall.board.posted[-1][1]
    assert read_checkpoint(hall.dealt.poll, note).size == 8
    assert signers_of(note, numbered(hall.dealt.poll.manifest.witness_keys)) == {1}
    assert signers_of(note, numbered([hall.dealt.poll.manifest.log_key])) == {1}
    kept = hall.state(1).kept(hall.dealt.poll)
    assert kept is not None
    assert kept.size == 8


def test_nothing_is_handed_in_that_was_not_kept_before(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: WitnessState, shown: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(WitnessState, "keep", full)
    with pytest.raises(OSError, match="No space"):
        hall.look()
    assert hall.board.posted == []


def test_a_signature_that_did_not_reach_the_box_is_sent_again(hall: Hall) -> None:
    hall.board.refuses = True
    first = hall.look()
    assert (first.size, first.handed_in, len(first.troubles)) == (7, False, 1)
    hall.board.refuses = False
    assert hall.look() == Round(7, 0, handed_in=True, troubles=())


def test_a_signature_that_the_board_shows_already_is_not_sent_again(hall: Hall) -> None:
    hall.look()
    (hall.board.folder / "polls" / hall.manifest / "checkpoint.note").write_text(hall.board.posted[0][1], "utf-8")
    hall.board.posted.clear()
    assert hall.look() == Round(7, 0, handed_in=True, troubles=())
    assert hall.board.posted == []


def test_a_log_that_has_not_begun_is_no_alarm(hall: Hall) -> None:
    shown = hall.board.folder / "polls" / hall.manifest
    (shown / "checkpoint.note").unlink()
    assert hall.look() == Round(None, 0, handed_in=False, troubles=())
    hall.show(b"1")
    hall.look()
    (shown / "checkpoint.note").unlink()
    assert alarm(hall.look()) == (AlarmKind.SHRUNK, 0)


def test_a_list_newer_than_its_checkpoint_is_read_up_to_it(hall: Hall) -> None:
    hall.board.show(hall.dealt, hall.leaves(b"1", b"2", b"3"), size=6)
    assert hall.look() == Round(6, 6, handed_in=True, troubles=())


@pytest.mark.parametrize(
    ("entries", "kind", "leaf"),
    [
        ((b"1",), AlarmKind.SHRUNK, 6),
        ((b"1", b"x"), AlarmKind.CHANGED, 6),
        ((b"2", b"1"), AlarmKind.CHANGED, 5),
        ((b"1", b"x", b"2", b"3"), AlarmKind.CHANGED, 6),
    ],
    ids=["shrunk", "changed", "swapped", "inserted"],
)
def test_any_other_log_raises_the_alarm_and_is_not_signed(
    hall: Hall, entries: tuple[bytes, ...], kind: AlarmKind, leaf: int
) -> None:
    hall.look()
    kept = (hall.state(1).folder / "checkpoint.note").read_bytes()
    hall.board.posted.clear()
    hall.show(*entries)
    for _ in range(2):  # it does not get used to it
        found = hall.look()
        assert alarm(found) == (kind, leaf)
    assert hall.board.posted == []
    assert (hall.state(1).folder / "checkpoint.note").read_bytes() == kept
    assert found.alarm is not None
    evidence = found.alarm.evidence
    log_key = numbered([hall.dealt.poll.manifest.log_key])
    for side, size in (("kept", 7), ("shown", 5 + len(entries))):
        note = (evidence / f"{side}-checkpoint.note").read_text("utf-8")
        assert signers_of(note, log_key) == {1}, "the log signed both"
        assert read_checkpoint(hall.dealt.poll, note).size == size
        assert len((evidence / f"{side}-leaves.txt").read_bytes().splitlines()) == size
    assert json.loads((evidence / "alarm.json").read_bytes())["leaf"] == leaf


def test_after_a_good_restore_the_witness_goes_on_and_the_evidence_stays(hall: Hall) -> None:
    hall.look()
    hall.show(b"1")
    found = hall.look()
    hall.show(b"1", b"2", b"3")
    assert hall.look() == Round(8, 1, handed_in=True, troubles=())
    assert found.alarm is not None
    assert (found.alarm.evidence / "alarm.json").exists()


@pytest.mark.parametrize("what", ["unsigned", "root", "manifest"])
def test_a_board_that_does_not_hold_together_is_an_alarm(
    hall: Hall, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ballotbox.witness.watching._PAUSE", 0.0)
    shown = hall.board.folder / "polls" / hall.manifest
    if what == "unsigned":
        stranger = NoteSigner.generate(hall.dealt.log.name)
        note = sign_checkpoint(hall.dealt.poll, hall.leaves(b"1", b"2"), stranger)
        (shown / "checkpoint.note").write_text(note, "utf-8")
    elif what == "root":
        (shown / "leaves.txt").write_bytes((shown / "leaves.txt").read_bytes()[:-65])
    else:
        hall.board.show(hall.dealt, hall.leaves(b"1")[1:])
    expected = AlarmKind.UNSIGNED if what == "unsigned" else AlarmKind.ROOT
    assert alarm(hall.look()) == (expected, 0)
    assert hall.board.posted == []


# ------------------------------------------------------------------------------------------- two witnesses


def test_two_boards_shown_to_two_witnesses_raise_the_alarm_at_either(hall: Hall) -> None:
    hall.look(1)
    hall.show(b"1", b"y", b"z")
    peer = str(hall.folder / "w1")
    assert alarm(hall.look(2, peer)) == (AlarmKind.FORKED, 6)
    assert hall.look(2).alarm is None, "alone it cannot know"
    difference, one, other = compare_states(hall.folder / "w1", hall.folder / "w2", hall.manifest)
    assert difference is not None
    assert (difference.kind, difference.leaf, one.size, other.size) == (AlarmKind.FORKED, 6, 7, 8)


def test_a_witness_who_looked_earlier_is_no_alarm(hall: Hall) -> None:
    hall.look(1)
    hall.show(b"1", b"2", b"3", b"4")
    peer = str(hall.folder / "w1")
    assert hall.look(2, peer) == Round(9, 9, handed_in=True, troubles=())
    difference, _, _ = compare_states(hall.folder / "w1", hall.folder / "w2", hall.manifest)
    assert difference is None


def test_a_peer_over_http_is_read_the_same(hall: Hall) -> None:
    hall.look(1)
    for name in ("checkpoint.note", "leaves.txt"):
        copy = hall.board.folder / "peer" / hall.manifest / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((hall.state(1).folder / name).read_bytes())
    hall.show(b"x")
    assert alarm(hall.look(2, f"{hall.board.address}/peer")) == (AlarmKind.FORKED, 5)


def test_a_peer_with_nothing_or_with_forged_files_is_trouble_and_no_alarm(hall: Hall) -> None:
    found = hall.look(1, str(hall.folder / "nobody"))
    assert found.alarm is None
    assert len(found.troubles) == 1
    forged = hall.folder / "forged" / hall.manifest
    forged.mkdir(parents=True)
    stranger = NoteSigner.generate(hall.dealt.log.name)
    note = sign_checkpoint(hall.dealt.poll, hall.leaves(b"other"), stranger)
    (forged / "checkpoint.note").write_text(note, "utf-8")
    (forged / "leaves.txt").write_bytes(b"")
    found = hall.look(1, str(hall.folder / "forged"))
    assert found.alarm is None
    assert len(found.troubles) == 1


# ------------------------------------------------------------------------------------------------ refusals


def test_a_key_that_is_not_in_the_manifest_signs_nothing(hall: Hall) -> None:
    source = source_of(f"{hall.board.address}/polls/{hall.manifest}")
    with pytest.raises(WitnessRefused):
        Witness(source, hall.dealt.poll, NoteSigner.generate("witness-1"), hall.state(1), lambda note: None)


def test_another_manifest_under_this_number_is_refused(hall: Hall) -> None:
    path = hall.board.folder / "polls" / hall.manifest / "manifest.json"
    path.write_bytes(path.read_bytes().replace("城关镇".encode(), "城东镇".encode()))
    with pytest.raises(WitnessRefused):
        hall.look()


def test_a_damaged_state_is_never_taken_for_an_empty_one(hall: Hall) -> None:
    hall.look()
    path = hall.state(1).folder / "leaves.txt"
    path.write_bytes(path.read_bytes()[65:])
    hall.board.posted.clear()
    with pytest.raises(StateBroken):
        hall.look()
    assert hall.board.posted == []


def test_a_crash_between_list_and_checkpoint_leaves_the_old_state(hall: Hall) -> None:
    hall.look()
    newer = "".join((hall.state(1).folder / "leaves.txt").read_text("utf-8") + "00" * 32 + "\n")
    (hall.state(1).folder / "leaves.txt").write_text(newer, "utf-8")
    kept = hall.state(1).kept(hall.dealt.poll)
    assert kept is not None
    assert kept.size == 7


def test_a_board_that_does_not_answer_is_no_alarm(hall: Hall) -> None:
    with pytest.raises(SourceUnreachable):
        source_of("http://127.0.0.1:9").read("checkpoint.note")
