"""The verifier's rules of the close and of the paper box: turnout, whether anything may be opened, sheets and rows."""

from __future__ import annotations

from typing import NamedTuple

from ballotbox.secret.closing import unopened
from ballotbox.secret.counted import INVALID
from ballotbox.secret.findings import Rule
from ballotbox.secret.log import CheckpointText, LogContents
from ballotbox.secret.manifest import Poll
from ballotbox.secret.publication import PAPER_FILE
from ballotbox.secret.shares import THRESHOLD
from ballotbox.secret.statements import (
    Close,
    PaperCount,
    Turnout,
    Unopened,
    numbered,
    read_statement,
    signers_of,
)
from ballotbox.secret.verify_report import Files, Report
from transparency.signed_note import NoteRefused


class Closed(NamedTuple):
    """What the close says, and why nothing may be opened (None where it may)."""

    close: Close | None
    void: Unopened | None

    def usable(self, poll: Poll) -> Close | None:
        """The close, if its numbers are possible: then what follows from them can be compared."""
        close = self.close
        if close is None or set(close.turnout) != set(poll.recused):
            return None
        return close if all(_possible(turnout) for turnout in close.turnout.values()) else None


def _possible(turnout: Turnout) -> bool:
    return turnout.returned <= turnout.issued <= turnout.present <= turnout.entitled


def check_turnout(
    poll: Poll,
    roster: frozenset[str],
    log: LogContents,
    checkpoint: CheckpointText | None,
    files: Files,
    report: Report,
) -> Closed:
    """The close; whether the poll is void."""
    close = _close(poll, checkpoint, files, report)
    turnout = {} if close is None else close.turnout
    expected = unopened(poll, log, {subject: said.paper_returned for subject, said in turnout.items()})
    if close is None:
        return Closed(None, expected)
    if set(turnout) != set(poll.recused):
        report.add(Rule.TURNOUT, "close.note", "测评对象与清单不符")
    issued, envelopes, forms = log.issued(poll), log.returned(poll), log.issued_on_paper(poll)
    for subject, recused in poll.recused.items():
        said = turnout.get(subject)
        if said is None:
            continue
        mine = (len(roster - recused), issued[subject], envelopes[subject] + said.paper_returned, forms[subject])
        if (said.entitled, said.issued, said.returned, said.paper_issued) != mine:
            report.add(Rule.TURNOUT, subject, "应到、发出、收回与名单和票册不符")
        if not said.issued <= said.present <= said.entitled:
            report.add(Rule.TURNOUT, subject, "发出多于实到，或实到多于应到")
    if expected is None and close.void and close.reason is Unopened.DECLARED:
        return Closed(close, Unopened.DECLARED)
    if (close.void, close.reason) != (expected is not None, expected):
        report.add(Rule.VOID, "close.note", "收回多于发出，或某一方式的票数少于下限，即为作废：声明与票册不符")
    return Closed(close, expected)


def _close(poll: Poll, checkpoint: CheckpointText | None, files: Files, report: Report) -> Close | None:
    note = files.note("close.note")
    if note is None:
        return None
    try:
        close = read_statement(poll, note, Close)
    except (ValueError, NoteRefused):
        report.add(Rule.TURNOUT, "close.note", "不是本次测评的封箱声明")
        return None
    if len(signers_of(note, numbered(poll.manifest.scrutineer_keys))) < THRESHOLD:
        report.add(Rule.TURNOUT, "close.note", "没有三名监票人的有效签名")
    if checkpoint is not None and (close.log_size, close.log_root) != (checkpoint.size, checkpoint.root.hex()):
        report.add(Rule.TURNOUT, "close.note", "封箱时的票册与检查点不符")
    return close


def check_paper(poll: Poll, close: Close | None, files: Files, report: Report) -> PaperCount | None:
    """The count of the paper box, of the right form; None in mode `phones`, where there is none."""
    if poll.manifest.mode != "mixed":
        if files.has(PAPER_FILE):
            report.add(Rule.PAPER, PAPER_FILE, "本次测评没有纸票，却公布了纸票计数")
        return None
    note = files.note(PAPER_FILE)
    if note is None:
        return None
    try:
        paper = read_statement(poll, note, PaperCount)
    except (ValueError, NoteRefused):
        report.add(Rule.PAPER, PAPER_FILE, "不是本次测评的纸票计数声明")
        return None
    if len(signers_of(note, numbered(poll.manifest.scrutineer_keys))) < THRESHOLD:
        report.add(Rule.PAPER, PAPER_FILE, "没有三名监票人的有效签名")
    if not _has_form(poll, paper):
        report.add(Rule.PAPER, PAPER_FILE, "测评对象、项目或选项与清单不符")
        return None
    for subject in poll.recused:
        sheets = paper.sheets[subject]
        said = close.turnout.get(subject) if close is not None else None
        if said is not None and said.paper_returned != sheets:
            report.add(Rule.PAPER, subject, f"纸票 {sheets} 张，封箱声明写的是 {said.paper_returned} 张")
        for question, counts in paper.rows[subject].items():
            if sum(counts.values()) != sheets:
                report.add(Rule.PAPER, f"{subject}/{question}", "纸票各选项之和与张数不符")
    return paper


def _has_form(poll: Poll, paper: PaperCount) -> bool:
    subjects, questions = set(poll.recused), set(poll.manifest.questions)
    codes = {*poll.manifest.codes, INVALID}
    return (
        set(paper.sheets) == subjects == set(paper.rows)
        and all(set(rows) == questions for rows in paper.rows.values())
        and all(set(row) == codes for rows in paper.rows.values() for row in rows.values())
        and all(number >= 0 for rows in paper.rows.values() for row in rows.values() for number in row.values())
    )
