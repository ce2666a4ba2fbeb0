"""The verifier's rules of what follows from the count: the table for spreadsheets, and the marks."""

from __future__ import annotations

from ballotbox.secret.counted import question_rows
from ballotbox.secret.findings import Rule
from ballotbox.secret.manifest import Poll
from ballotbox.secret.marks import Marks, marks_of, rule_of
from ballotbox.secret.statements import Close, PaperCount
from ballotbox.secret.table import BOM, table
from ballotbox.secret.tally import Tally
from ballotbox.secret.verify_report import Files, Report

_END = b"\r\n"


def check_table_and_marks(
    poll: Poll,
    policy: bytes | None,
    close: Close | None,
    recount: Tally | None,
    paper: PaperCount | None,
    files: Files,
    report: Report,
) -> None:
    """Make both again and compare; what cannot be made is not compared. `policy` is None where it is another."""
    written, marked = files.read("table.csv"), files.read("marks.json")
    if close is None or recount is None or (poll.manifest.mode == "mixed" and paper is None):
        return
    rows = question_rows(poll, close, recount, paper)
    if written is not None:
        _compare_tables(written, table(poll, rows), report)
    if policy is None:
        return
    try:
        rule = rule_of(poll, policy)
    except ValueError:
        report.add(Rule.POLICY, "policy", "不是本次测评的等次和项目所用的测评办法")
        return
    mine = marks_of(poll, rule, close, recount, rows)
    report.facts.marked = {
        subject: [name for name, holds in (("unreturned", marks.unreturned), ("set_aside", marks.set_aside)) if holds]
        for subject, marks in mine.subjects.items()
        if marks.unreturned or marks.set_aside
    }
    if marked is not None:
        _compare_marks(marked, mine, report)


def _compare_tables(written: bytes, mine: bytes, report: Report) -> None:
    theirs, ours = written.split(_END), mine.split(_END)
    if not written.startswith(BOM) or len(theirs) != len(ours):
        report.add(Rule.TABLE, "table.csv", "不是规范的表，或行数与重新计票不符")
        return
    for number, (line, expected) in enumerate(zip(theirs, ours, strict=True), 1):
        if line != expected:
            report.add(Rule.TABLE, f"row {number}", f"表的第 {number} 行与重新计票不符")


def _compare_marks(marked: bytes, mine: Marks, report: Report) -> None:
    try:
        published = Marks.from_bytes(marked)
    except ValueError:
        report.add(Rule.FILE, "marks.json", "不是规范的标注")
        return
    if published.manifest != mine.manifest or set(published.subjects) != set(mine.subjects):
        report.add(Rule.MARKS, "marks.json", "不是本次测评的标注")
        return
    for subject, marks in mine.subjects.items():
        if published.subjects[subject] != marks:
            report.add(Rule.MARKS, subject, "未收回的票或无效信封能否改变结论，与重新计算不符")
