"""Paper beside phones, the table for spreadsheets and the marks: both verifiers name whatever does not fit."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ballotbox.secret.ceremony import set_up
from ballotbox.secret.counted import INVALID
from ballotbox.secret.manifest import Labels
from ballotbox.secret.publication import OPENED_FILES, PAPER_FILE
from ballotbox.secret.statements import Close, Collectors, PaperCount, Unopened, read_statement, sign_statement
from ballotbox.secret.verify import verify
from domain.rules.counting import ABSTAIN
from tests.ballotbox.secret.conftest import broken
from tests.ballotbox.secret.scripted import CODES, DEPUTIES, QUESTIONS, ScriptedPoll, ballot_of, facts

BY_PHONE, ON_PAPER = DEPUTIES[:6], DEPUTIES[6:]
"""d12, recused on `czs`, is on paper; d06 collects and never casts."""
SUBJECTS = ("czs", "lys", "zhs")


def paper_count(left_out: dict[str, str]) -> PaperCount:
    """Their sheets, marked as `ballot_of` says; d07 has two marks in every row."""
    rows: dict[str, dict[str, dict[str, int]]] = {}
    for subject in SUBJECTS:
        rows[subject] = {}
        for question in QUESTIONS:
            counted = Counter(
                INVALID if deputy == "d07" else ballot_of(DEPUTIES.index(deputy))[subject][question]
                for deputy in ON_PAPER
                if left_out.get(deputy) != subject
            )
            rows[subject][question] = {code: counted[code] for code in (*CODES, INVALID)}
    sheets = {subject: sum(rows[subject]["overall"].values()) for subject in SUBJECTS}
    return PaperCount(sheets=sheets, rows=rows)


PAPER = paper_count({"d12": "czs"})


class Mixed(NamedTuple):
    poll: ScriptedPoll
    folder: Path


def mixed_poll(poll_id: str, minimum_path: int = 5) -> ScriptedPoll:
    chosen = facts(poll_id, "subject").model_copy(
        update={
            "mode": "mixed",
            "minimum_path": minimum_path,
            "labels": Labels(
                subjects={"czs": "=财政所,\n一楼", "lys": '"林业"站'}, questions={}, codes={"excellent": "优秀"}
            ),
        }
    )
    poll = ScriptedPoll(chosen, set_up(chosen))
    poll.collect(*BY_PHONE, paper=ON_PAPER)
    for number in range(5):
        poll.cast(*poll.phones[DEPUTIES[number]].fill(ballot_of(number)))
    return poll


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Mixed:
    poll = mixed_poll("2026-m1")
    folder = tmp_path_factory.mktemp("mixed") / "folder"
    poll.publish(folder, paper=PAPER)
    return Mixed(poll, folder)


@pytest.fixture
def copy(mixed: Mixed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(mixed.folder, tmp_path / "folder"))


def sign_paper(mixed: Mixed, folder: Path, edit: Callable[[Any], None], signers: tuple[int, ...] = (1, 2, 5)) -> None:
    body = PAPER.model_dump(mode="json")
    edit(body)
    note = sign_statement(
        mixed.poll.poll, PaperCount.model_validate(body), *(mixed.poll.dealt.scrutineers[n] for n in signers)
    )
    (folder / PAPER_FILE).write_text(note, "utf-8")


def sign_close(mixed: Mixed, folder: Path, edit: Callable[[Any], None]) -> None:
    close = read_statement(mixed.poll.poll, (folder / "close.note").read_text("utf-8"), Close)
    body = close.model_dump(mode="json")
    edit(body)
    note = sign_statement(
        mixed.poll.poll,
        Close.model_validate_json(json.dumps(body)),
        *(mixed.poll.dealt.scrutineers[n] for n in (1, 2, 3)),
    )
    (folder / "close.note").write_text(note, "utf-8")


def test_a_mixed_poll_verifies_and_its_table_sums_up(mixed: Mixed) -> None:
    assert broken(mixed.folder) == set()
    data = (mixed.folder / "table.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["方式"] for row in rows] == ["手机", "纸票", "合计"] * len(SUBJECTS) * len(QUESTIONS)
    codes = ["优秀", *CODES[1:], "无效"]
    for row in rows:
        assert sum(int(row[code]) for code in codes) == int(row["收回"])
    for phones, paper, total in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        for column in ("发出", "收回", *codes):
            assert int(phones[column]) + int(paper[column]) == int(total[column])
    assert (rows[2]["测评对象"], rows[2]["发出"], rows[2]["收回"]) == ("'=财政所, 一楼", "11", "10")
    assert rows[6]["测评对象"] == '"林业"站'
    facts_seen = verify(mixed.folder).facts
    assert (facts_seen.envelopes, facts_seen.sheets, facts_seen.void) == (15, 17, None)


def test_marks_name_the_verdicts_that_one_missing_ballot_could_turn(mixed: Mixed) -> None:
    marks = json.loads((mixed.folder / "marks.json").read_bytes())["subjects"]
    for subject in SUBJECTS:
        marked = Counter(ballot_of(n)["lys" if subject == "lys" else subject]["overall"] for n in range(5))
        marked.update(PAPER.rows[subject]["overall"])
        passing = marked["excellent"] + marked["competent"]
        valid = sum(marked[code] for code in CODES)
        now, best, worst = (
            passing * 5 >= 3 * valid,
            (passing + 1) * 5 >= 3 * (valid + 1),
            passing * 5 >= 3 * (valid + 1),
        )
        assert marks[subject] == {"unreturned": best != now or worst != now, "set_aside": False}


@pytest.mark.parametrize("mark", ["unreturned", "set_aside"])
def test_an_edited_mark_is_named(copy: Path, mark: str) -> None:
    path = copy / "marks.json"
    value = json.loads(path.read_bytes())
    value["subjects"]["lys"][mark] = not value["subjects"]["lys"][mark]
    path.write_text(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False), "utf-8")
    assert broken(copy) == {("marks", "lys")}


def test_an_edited_cell_of_the_table_is_named_by_its_row(copy: Path) -> None:
    path = copy / "table.csv"
    lines = path.read_bytes().split(b"\r\n")
    lines[4] = lines[4].replace(b",6,5,", b",6,6,")
    path.write_bytes(b"\r\n".join(lines))
    assert broken(copy) == {("table", "row 5")}


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data.removeprefix(b"\xef\xbb\xbf"),
        lambda data: data + b"=cmd\r\n",
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: b"\r\n".join(data.split(b"\r\n")[:-2]) + b"\r\n",
    ],
)
def test_a_table_of_another_form_is_named(copy: Path, edit: Callable[[bytes], bytes]) -> None:
    path = copy / "table.csv"
    path.write_bytes(edit(path.read_bytes()))
    assert broken(copy) == {("table", "table.csv")}


def test_an_edited_paper_row_lacks_the_signatures_and_shows_in_the_table(copy: Path) -> None:
    path = copy / PAPER_FILE
    text = path.read_text("utf-8")
    path.write_text(text.replace('"invalid":1', '"invalid":2', 1), "utf-8")
    assert {("paper", PAPER_FILE), ("paper", "czs/ability"), ("table", "row 6")} <= broken(copy)


def test_a_paper_row_that_does_not_sum_to_the_sheets_is_named(mixed: Mixed, copy: Path) -> None:
    def edit(body: Any) -> None:
        body["rows"]["zhs"]["overall"]["excellent"] += 1

    sign_paper(mixed, copy, edit)
    found = broken(copy)
    assert ("paper", "zhs/overall") in found
    assert {rule for rule, _ in found} <= {"paper", "table", "marks"}


def test_votes_moved_between_paper_rows_by_three_scrutineers_show_in_the_table(mixed: Mixed, copy: Path) -> None:
    def edit(body: Any) -> None:
        row = body["rows"]["lys"]["overall"]
        row["excellent"], row["incompetent"] = row["excellent"] + row["incompetent"], 0

    sign_paper(mixed, copy, edit)
    assert {("table", "row 9"), ("table", "row 10")} <= broken(copy)


def test_more_sheets_than_the_close_says_are_named(mixed: Mixed, copy: Path) -> None:
    def edit(body: Any) -> None:
        body["sheets"]["lys"] -= 1
        for row in body["rows"]["lys"].values():
            row["invalid"] -= 1

    sign_paper(mixed, copy, edit)
    assert ("paper", "lys") in broken(copy)


@pytest.mark.parametrize("what", ["subject", "question", "code", "negative"])
def test_a_paper_count_of_another_form_is_named(mixed: Mixed, copy: Path, what: str) -> None:
    def edit(body: Any) -> None:
        rows = body["rows"]
        if what == "subject":
            del rows["lys"]
        elif what == "question":
            rows["lys"]["more"] = rows["lys"]["overall"]
        elif what == "code":
            del rows["lys"]["overall"][INVALID]
        else:
            rows["lys"]["overall"][ABSTAIN] -= 9
            rows["lys"]["overall"][INVALID] += 9

    sign_paper(mixed, copy, edit)
    assert broken(copy) == {("paper", PAPER_FILE)}


def test_two_scrutineers_are_too_few_for_the_paper_count(mixed: Mixed, copy: Path) -> None:
    sign_paper(mixed, copy, lambda body: None, signers=(1, 2))
    assert broken(copy) == {("paper", PAPER_FILE)}


@pytest.mark.parametrize("name", [PAPER_FILE, "table.csv", "marks.json"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert broken(copy) == {("file", name)}


def test_a_paper_count_in_a_poll_of_phones_is_named(mixed: Mixed, folder: Path) -> None:
    shutil.copy(mixed.folder / PAPER_FILE, folder / PAPER_FILE)
    assert broken(folder) == {("paper", PAPER_FILE)}


def test_turnout_that_hides_paper_is_named(mixed: Mixed, copy: Path) -> None:
    def edit(body: Any) -> None:
        body["turnout"]["lys"]["paper_issued"] -= 1

    sign_close(mixed, copy, edit)
    found = broken(copy)
    assert ("turnout", "lys") in found


def test_lists_whose_paper_differs_are_named(mixed: Mixed, copy: Path) -> None:
    poll = mixed.poll.poll
    path = copy / "collectors-b.note"
    body = read_statement(poll, path.read_text("utf-8"), Collectors)
    other = body.model_copy(update={"paper": {**body.paper, "lys": body.paper["lys"] - 1}})
    path.write_text(sign_statement(poll, other, mixed.poll.dealt.issuers["b"].statements), "utf-8")
    assert broken(copy) == {("collectors", "collectors-b.note"), ("leaf", "leaf 2")}


@pytest.mark.parametrize("paper", [{}, {"czs": 11, "lys": 13, "zhs": 12}, {"czs": -1, "lys": 0, "zhs": 0}])
def test_impossible_paper_on_a_list_is_named(mixed: Mixed, copy: Path, paper: dict[str, int]) -> None:
    poll = mixed.poll.poll
    path = copy / "collectors-b.note"
    body = read_statement(poll, path.read_text("utf-8"), Collectors).model_copy(update={"paper": paper})
    path.write_text(sign_statement(poll, body, mixed.poll.dealt.issuers["b"].statements), "utf-8")
    assert ("collectors", "collectors-b.note") in broken(copy)


# ------------------------------------------------------------------------------------------------ not opened


def test_more_sheets_than_forms_is_void_and_never_opened(tmp_path: Path) -> None:
    poll = mixed_poll("2026-m2")
    more = {question: {**row, INVALID: row[INVALID] + 1} for question, row in PAPER.rows["lys"].items()}
    stuffed = PaperCount(sheets={**PAPER.sheets, "lys": 7}, rows={**PAPER.rows, "lys": more})
    poll.publish(tmp_path / "folder", paper=stuffed)
    assert broken(tmp_path / "folder") == set()
    assert verify(tmp_path / "folder").facts.void is Unopened.MORE_RETURNED_THAN_ISSUED
    assert not any((tmp_path / "folder" / name).exists() for name in OPENED_FILES)
    (tmp_path / "folder" / "table.csv").write_bytes(b"")
    assert broken(tmp_path / "folder") == {("void", "table.csv")}


def test_a_path_below_the_minimum_keeps_everything_closed(mixed: Mixed, tmp_path: Path) -> None:
    poll = mixed_poll("2026-m3", minimum_path=6)
    folder = tmp_path / "folder"
    poll.publish(folder, paper=PAPER)
    assert broken(folder) == set()
    assert verify(folder).facts.void is Unopened.MINIMUM_PATH
    assert not any((folder / name).exists() for name in OPENED_FILES)
    sign_close(Mixed(poll, folder), folder, lambda body: body.update(reason="more_returned_than_issued"))
    assert broken(folder) == {("void", "close.note")}
    sign_close(Mixed(poll, folder), folder, lambda body: body.update(void=False, reason=None))
    assert ("void", "close.note") in broken(folder)


def test_scrutineers_may_declare_a_poll_void_and_then_nothing_is_opened(tmp_path: Path) -> None:
    poll = mixed_poll("2026-m4")
    folder = tmp_path / "folder"
    poll.publish(folder, paper=PAPER, declared_void=True)
    assert broken(folder) == set()
    assert verify(folder).facts.void is Unopened.DECLARED
    sign_close(Mixed(poll, folder), folder, lambda body: body.update(reason="minimum_path"))
    assert ("void", "close.note") in broken(folder)
