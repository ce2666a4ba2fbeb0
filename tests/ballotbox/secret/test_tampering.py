"""Whoever changes anything after the fact is named by rule and place, and by both verifiers alike (`broken`)."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ballotbox.secret.encoding import canonical
from ballotbox.secret.log import sign_checkpoint
from ballotbox.secret.slices import PublishedSlice, make_slice
from tests.ballotbox.secret.conftest import SCRIPT, Finished, broken

Lines = list[bytes]


def change(folder: Path, name: str, edit: Callable[[Lines], Lines]) -> None:
    path = folder / name
    path.write_bytes(b"".join(line + b"\n" for line in edit(path.read_bytes().splitlines())))


def altered(line: bytes, edit: Callable[[Any], None]) -> bytes:
    value = json.loads(line)
    edit(value)
    return canonical(value)


def first_of(folder: Path, slot: str, *, grade: str | None = None, other_than: str | None = None) -> int:
    """Index of a slice of a column with, or without, a grade."""
    for index, line in enumerate((folder / "slices.jsonl").read_bytes().splitlines()):
        value = json.loads(line)
        wanted = grade is None or value["grades"] == [grade]
        if value["slot"] == slot and wanted and value["grades"] != [other_than]:
            return index
    raise AssertionError(f"no such slice of {slot}")


# ------------------------------------------------------------------------------------------- the log


def test_a_deleted_entry_is_named(folder: Path) -> None:
    change(folder, "entries.jsonl", lambda lines: lines[:9] + lines[10:])
    assert ("leaf", "leaf 14") in broken(folder)


def test_deleting_the_last_entry_is_named(folder: Path) -> None:
    change(folder, "entries.jsonl", lambda lines: lines[:-1])
    assert ("leaf", "leaf 39") in broken(folder)


def test_an_added_entry_is_named(folder: Path) -> None:
    token = "ab" * 32
    change(folder, "entries.jsonl", lambda x: [*x, altered(x[0], lambda v: v.update(token=token))])
    found = broken(folder)
    assert {("leaf", "leaf 40"), ("envelope_signature", "leaf 40")} <= found


def test_a_duplicated_entry_is_named(folder: Path) -> None:
    change(folder, "entries.jsonl", lambda lines: [*lines[:4], lines[3], *lines[4:]])
    assert {("leaf", "leaf 9"), ("token_twice", "leaf 9")} <= broken(folder)


def test_an_altered_entry_is_named(folder: Path) -> None:
    change(folder, "entries.jsonl", lambda x: [altered(x[0], lambda v: v.update(ciphertext_hash="00" * 32)), *x[1:]])
    assert broken(folder) == {("leaf", "leaf 5"), ("envelope_signature", "leaf 5")}


def test_an_entry_moved_to_another_subject_is_named(folder: Path) -> None:
    index = next(i for i, x in enumerate((folder / "entries.jsonl").open("rb")) if b'"subject":"czs"' in x)
    change(
        folder,
        "entries.jsonl",
        lambda x: [*x[:index], altered(x[index], lambda v: v.update(subject="zhs")), *x[index + 1 :]],
    )
    place = f"leaf {index + 5}"
    assert {("leaf", place), ("envelope_signature", place), ("turnout", "czs"), ("turnout", "zhs")} <= broken(folder)


def test_swapped_entries_are_named(folder: Path) -> None:
    change(folder, "entries.jsonl", lambda x: [*x[:2], x[20], *x[3:20], x[2], *x[21:]])
    assert ("leaf", "leaf 7") in broken(folder)


def test_reordered_entries_are_named(folder: Path) -> None:
    change(folder, "entries.jsonl", lambda lines: lines[::-1])
    assert ("leaf", "leaf 5") in broken(folder)


def test_a_changed_list_of_leaves_is_named(folder: Path) -> None:
    change(folder, "leaves.txt", lambda lines: [*lines[:8], b"00" * 32, *lines[9:]])
    assert broken(folder) == {("root", "leaves.txt"), ("leaf", "leaf 8")}


def test_a_log_rewritten_by_its_operator_lacks_the_witnesses(finished: Finished, folder: Path) -> None:
    poll = finished.poll
    leaves = poll.box.leaves[:-1]
    (folder / "checkpoint.note").write_text(sign_checkpoint(poll.poll, leaves, poll.dealt.log), "utf-8")
    change(folder, "entries.jsonl", lambda lines: lines[:-1])
    change(folder, "leaves.txt", lambda lines: lines[:-1])
    found = broken(folder)
    assert ("witnesses", "checkpoint.note") in found
    assert ("turnout", "close.note") in found
    assert not any(rule in ("leaf", "root", "checkpoint") for rule, _ in found)


def test_two_witnesses_are_too_few(finished: Finished, folder: Path) -> None:
    poll = finished.poll
    witnesses = [poll.dealt.witnesses[n] for n in (1, 2)]
    note = sign_checkpoint(poll.poll, poll.box.leaves, poll.dealt.log, *witnesses)
    (folder / "checkpoint.note").write_text(note, "utf-8")
    assert broken(folder) == {("witnesses", "checkpoint.note")}


def test_a_checkpoint_that_the_log_has_not_signed(finished: Finished, folder: Path) -> None:
    poll = finished.poll
    note = sign_checkpoint(poll.poll, poll.box.leaves, *poll.dealt.witnesses.values())
    (folder / "checkpoint.note").write_text(note, "utf-8")
    assert broken(folder) == {("checkpoint", "checkpoint.note")}


# ---------------------------------------------------------------------------------------- the slices


def test_a_deleted_slice_is_named_by_its_column(folder: Path) -> None:
    index = first_of(folder, "lys/ability")
    change(folder, "slices.jsonl", lambda lines: lines[:index] + lines[index + 1 :])
    assert broken(folder) == {
        ("slice_root", "slices.jsonl"),
        ("column_length", "lys/ability"),
        ("tally", "lys/ability"),
        ("table", "row 5"),
    }


def test_an_added_slice_is_named(folder: Path) -> None:
    index = first_of(folder, "lys/ability")
    forged = "ff" * 32

    def add(lines: Lines) -> Lines:
        return sorted([*lines, altered(lines[index], lambda v: v.update(key=forged))])

    change(folder, "slices.jsonl", add)
    lines = (folder / "slices.jsonl").read_bytes().splitlines()
    place = next(f"slice {n}" for n, line in enumerate(lines, 1) if forged.encode() in line)
    assert {("slice_signature", place), ("column_length", "lys/ability")} <= broken(folder)


def test_a_duplicated_slice_is_named(folder: Path) -> None:
    change(folder, "slices.jsonl", lambda lines: [*lines[:5], lines[4], *lines[5:]])
    found = broken(folder)
    assert ("slice_twice", "slice 6") in found
    assert any(rule == "column_length" for rule, _ in found)


def test_an_altered_grade_is_named(folder: Path) -> None:
    index = first_of(folder, "czs/overall", other_than="excellent")

    def alter(lines: Lines) -> Lines:
        better = altered(lines[index], lambda v: v.update(grades=["excellent"]))
        return sorted([*lines[:index], better, *lines[index + 1 :]])

    change(folder, "slices.jsonl", alter)
    found = broken(folder)
    assert {rule for rule, _ in found} - {"marks"} == {"slice_signature", "slice_root", "tally", "table"}
    assert ("tally", "czs/overall") in found


def test_a_slice_of_another_column_signed_anew_lacks_that_columns_stamps(finished: Finished, folder: Path) -> None:
    """A deputy who wants two votes on `zhs` signs a slice for it with the key that was stamped for `czs`."""
    poll, phone = finished.poll.poll, finished.poll.phones["d01"]
    source, target = "czs/overall", poll.slots["zhs/overall"]
    forged = make_slice(poll, target, b"\x00", phone.keys["slice", source], phone.stamps("slice", source))
    line = PublishedSlice.of(poll, forged).line()
    change(
        folder,
        "slices.jsonl",
        lambda x: sorted([piece for piece in x if forged.key.hex().encode() not in piece] + [line]),
    )
    place = f"slice {(folder / 'slices.jsonl').read_bytes().splitlines().index(line) + 1}"
    found = broken(folder)
    assert {("slice_stamp", place), ("column_length", "czs/overall"), ("column_length", "zhs/overall")} <= found


@pytest.mark.parametrize("issuer", ["a", "b"])
def test_each_issuers_stamp_is_checked_by_both(folder: Path, issuer: str) -> None:
    def spoil(value: Any) -> None:
        value["stamps"][issuer]["prefix"] = "00" * 32

    change(folder, "slices.jsonl", lambda lines: [altered(lines[0], spoil), *lines[1:]])
    change(folder, "entries.jsonl", lambda lines: [altered(lines[0], spoil), *lines[1:]])
    assert {("slice_stamp", "slice 1"), ("envelope_stamp", "leaf 5"), ("leaf", "leaf 5")} <= broken(folder)


def test_an_unknown_grade_is_named(folder: Path) -> None:
    change(folder, "slices.jsonl", lambda x: [altered(x[0], lambda v: v.update(grades=["perfect"])), *x[1:]])
    assert ("slice_grade", "slice 1") in broken(folder)


def test_a_slice_moved_to_another_column_is_named(folder: Path) -> None:
    index = first_of(folder, "czs/overall")

    def move(lines: Lines) -> Lines:
        lines[index] = altered(lines[index], lambda v: v.update(slot="zhs/overall"))
        return lines

    change(folder, "slices.jsonl", move)
    place = f"slice {index + 1}"
    expected = {("slice_signature", place), ("column_length", "czs/overall"), ("column_length", "zhs/overall")}
    assert expected <= broken(folder)


def test_grades_swapped_between_two_slices_are_named(folder: Path) -> None:
    """The tally stays the same; only the signatures know."""
    one = first_of(folder, "zhs/overall", grade="excellent")
    two = first_of(folder, "zhs/overall", grade="incompetent")

    def swap(lines: Lines) -> Lines:
        lines[one] = altered(lines[one], lambda v: v.update(grades=["incompetent"]))
        lines[two] = altered(lines[two], lambda v: v.update(grades=["excellent"]))
        return lines

    change(folder, "slices.jsonl", swap)
    found = broken(folder)
    assert {("slice_signature", f"slice {one + 1}"), ("slice_signature", f"slice {two + 1}")} <= found
    assert not any(rule in ("tally", "column_length") for rule, _ in found)


def test_reordered_slices_are_named(folder: Path) -> None:
    change(folder, "slices.jsonl", lambda lines: [*lines[:10], lines[11], lines[10], *lines[12:]])
    assert broken(folder) == {("slice_order", "slice 12"), ("slice_root", "slices.jsonl")}


# ----------------------------------------------------------------------------- tally and statements


def test_an_edited_tally_is_named(folder: Path) -> None:
    def edit(value: Any) -> None:
        counts = value["subjects"]["lys"]["questions"]["overall"]
        counts["excellent"] += 1
        counts["incompetent"] -= 1

    path = folder / "tally.json"
    path.write_bytes(altered(path.read_bytes(), edit))
    assert broken(folder) == {("tally", "lys/overall")}


def test_an_edited_turnout_of_the_tally_is_named(folder: Path) -> None:
    path = folder / "tally.json"
    path.write_bytes(altered(path.read_bytes(), lambda v: v["subjects"]["zhs"].update(set_aside=0)))
    assert broken(folder) == {("tally", "zhs")}


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("collectors-a.note", '"d03"', '"x03"', "collectors"),
        ("collectors-b.note", '"d03",', "", "collectors"),
        ("keys-destroyed-b.note", '"issuer":"b"', '"issuer":"a"', "keys_destroyed"),
        ("close.note", '"present":12', '"present":11', "turnout"),
        ("opening-1.note", '"team":1', '"team":2', "openings"),
        ("opening-2.note", "unknown_grade", "slice_stamp", "openings"),
    ],
)
def test_an_edited_statement_is_named(folder: Path, name: str, old: str, new: str, rule: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    assert (rule, name) in broken(folder)


def test_one_opening_published_twice_is_named(finished: Finished, folder: Path) -> None:
    (folder / "opening-2.note").write_bytes((folder / "opening-1.note").read_bytes())
    assert ("openings", "opening-2.note") in broken(folder)


@pytest.mark.parametrize("name", ["page", "policy"])
def test_another_page_or_policy_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"another")
    assert broken(folder) == {(name, name)}


def test_another_roster_is_named(folder: Path) -> None:
    names = json.loads((folder / "roster.json").read_bytes())
    (folder / "roster.json").write_bytes(canonical(sorted([*names, "d13"])))
    assert ("roster", "roster.json") in broken(folder)


def test_a_manifest_changed_by_one_letter_fails_everything_that_is_bound_to_it(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"09:00", b"09:01"))
    rules = {rule for rule, _ in broken(folder)}
    assert {"checkpoint", "leaf", "collectors", "keys_destroyed", "envelope_stamp"} <= rules


def test_a_manifest_that_is_not_canonical_is_refused(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes() + b"\n")
    assert broken(folder) == {("manifest", "manifest.json")}


@pytest.mark.parametrize(
    "name",
    ["manifest.json", "roster.json", "page", "checkpoint.note", "entries.jsonl", "leaves.txt", "collectors-a.note",
     "close.note", "opening-1.note", "slices.jsonl", "tally.json", "table.csv", "marks.json"],
)  # fmt: skip
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert ("file", name) in broken(folder)


@pytest.mark.parametrize("name", ["entries.jsonl", "slices.jsonl"])
def test_a_broken_line_is_named(folder: Path, name: str) -> None:
    change(folder, name, lambda lines: [b'{"a": 1}', *lines[1:]])
    place = {"entries.jsonl": "leaf 5", "slices.jsonl": "slice 1"}[name]
    assert ("file", place) in broken(folder)


def test_the_outsiders_script_speaks_to_people(folder: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False)

    good = run(str(folder))
    assert (good.returncode, good.stdout.startswith("✓ 全部规则核对通过")) == (0, True)
    change(folder, "slices.jsonl", lambda lines: lines[1:])
    bad = run(str(folder))
    assert bad.returncode == 1
    assert "核对未通过" in bad.stdout
    assert run(str(folder / "nowhere")).returncode == 2
    assert run().returncode == 2


@pytest.mark.parametrize("seed", range(6))
def test_a_random_change_of_one_byte_is_noticed(folder: Path, seed: int) -> None:
    """Any file, any byte but those of base64 in signatures, whose last one has bits that say nothing."""
    drawn = random.Random(seed)
    path = drawn.choice(sorted(folder.iterdir()))
    data = bytearray(path.read_bytes())
    place = drawn.randrange(data.rfind(b"\n\n") if path.suffix == ".note" else len(data))
    data[place] ^= 1 << drawn.randrange(8)
    path.write_bytes(data)
    assert broken(folder)
