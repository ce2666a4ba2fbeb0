"""The verifier's rules of the count: two openings, slices, columns, tally."""

from __future__ import annotations

from collections import Counter

from ballotbox.secret.encoding import read_canonical
from ballotbox.secret.findings import Rule
from ballotbox.secret.log import FIRST_ENTRY, CheckpointText, LogContents
from ballotbox.secret.manifest import Poll
from ballotbox.secret.opening import slices_root
from ballotbox.secret.shares import THRESHOLD
from ballotbox.secret.slices import PublishedSlice, SliceFault, fault_of
from ballotbox.secret.statements import Opened, numbered, read_statement, signers_of
from ballotbox.secret.tally import SubjectTally, Tally, count, set_aside_subjects
from ballotbox.secret.verify_parallel import check_all
from ballotbox.secret.verify_report import Files, Report
from transparency.signed_note import NoteRefused

_RULE_OF_SLICE = {
    SliceFault.GRADE: (Rule.SLICE_GRADE, "没有这样的选项"),
    SliceFault.SIGNATURE: (Rule.SLICE_SIGNATURE, "答案与其签名不符"),
    SliceFault.STAMP: (Rule.SLICE_STAMP, "没有两家为这一栏盖的有效章"),
}


def check_count(
    poll: Poll, log: LogContents, checkpoint: CheckpointText | None, files: Files, report: Report
) -> Tally | None:
    """Openings, slices, columns, tally. The recount, where there was enough to make one."""
    opened = _openings(poll, log, checkpoint, files, report)
    lines = files.lines("slices.jsonl")
    if lines is None:
        return None
    slices = _slices(poll, lines, report)
    report.facts.slices = len(lines)
    if opened is None:
        return None
    report.facts.set_aside, report.facts.unopened = len(opened.set_aside), opened.unopened
    if (opened.slices, opened.slices_root) != (len(lines), slices_root(lines).hex()):
        report.add(Rule.SLICE_ROOT, "slices.jsonl", "与两组开箱结果不符")
    _columns(poll, log, opened, slices, report)
    recount = count(poll, log, slices, opened.set_aside, opened.unopened)
    _tally(recount, files, report)
    return recount


def _openings(
    poll: Poll, log: LogContents, checkpoint: CheckpointText | None, files: Files, report: Report
) -> Opened | None:
    found: list[Opened] = []
    keys = numbered(poll.manifest.scrutineer_keys)
    for team in (1, 2):
        name = f"opening-{team}.note"
        note = files.note(name)
        if note is None:
            continue
        try:
            body = read_statement(poll, note, Opened)
        except (ValueError, NoteRefused):
            report.add(Rule.OPENINGS, name, "不是本次测评的开箱声明")
            continue
        shares = set(body.shares)
        if body.team != team or len(shares) != THRESHOLD or len(body.shares) != THRESHOLD or not shares <= set(keys):
            report.add(Rule.OPENINGS, name, "组别或所用密钥份号不对")
        elif not shares <= signers_of(note, keys):
            report.add(Rule.OPENINGS, name, "没有该组三名监票人的有效签名")
        if checkpoint is not None and body.log_root != checkpoint.root.hex():
            report.add(Rule.OPENINGS, name, "所开的票册与检查点不符")
        _check_set_aside(poll, log, body, name, report)
        found.append(body)
    if not found:
        return None
    if len(found) == 2:
        first, second = found
        if set(first.shares) == set(second.shares):
            report.add(Rule.OPENINGS, "opening-2.note", "两组用了同样的密钥份")
        if first.model_dump(exclude={"team", "shares"}) != second.model_dump(exclude={"team", "shares"}):
            report.add(Rule.OPENINGS, "opening-2.note", "两组开箱结果不同")
    return found[0]


def _check_set_aside(poll: Poll, log: LogContents, body: Opened, name: str, report: Report) -> None:
    leaves = [item.leaf for item in body.set_aside]
    if leaves != sorted(set(leaves)) or any(not 0 <= leaf - FIRST_ENTRY < len(log.entries) for leaf in leaves):
        report.add(Rule.OPENINGS, name, "无效信封的编号不在票册中，或重复")
    kept = _kept(poll, log, body)
    if list(body.unopened) != sorted(s for s, number in kept.items() if number < poll.manifest.minimum_group):
        report.add(Rule.OPENINGS, name, "票数过少而不开的测评对象与票册不符")


def _kept(poll: Poll, log: LogContents, body: Opened) -> dict[str, int]:
    aside = Counter(set_aside_subjects(log, body.set_aside))
    return {subject: number - aside[subject] for subject, number in log.returned(poll).items()}


def _slices(poll: Poll, lines: list[bytes], report: Report) -> list[PublishedSlice]:
    """The slices that can be counted: of a known column, with an answer to each of its questions."""
    counted: list[PublishedSlice] = []
    first: dict[str, int] = {}
    for number in range(2, len(lines) + 1):
        if lines[number - 1] < lines[number - 2]:
            report.add(Rule.SLICE_ORDER, f"slice {number}", "没有按内容排序")
            break
    checked = check_all(lambda line: _checked_slice(poll, line), lines, report, "份答案")
    for number, result in enumerate(checked, 1):
        place = f"slice {number}"
        if result is None:
            report.add(Rule.FILE, place, "不是规范的答案记录")
            continue
        piece, fault = result
        if (other := first.setdefault(piece.key, number)) != number:
            report.add(Rule.SLICE_TWICE, place, f"与第 {other} 行重复")
        if fault is not None:
            rule, message = _RULE_OF_SLICE[fault]
            report.add(rule, place, f"{piece.slot}：{message}")
        if piece.slot in poll.slots and fault is not SliceFault.GRADE:
            counted.append(piece)
    return counted


def _checked_slice(poll: Poll, line: bytes) -> tuple[PublishedSlice, SliceFault | None] | None:
    try:
        read_canonical(line)
        piece = PublishedSlice.model_validate_json(line)
    except ValueError:
        return None
    return piece, _slice_fault(poll, piece)


def _slice_fault(poll: Poll, piece: PublishedSlice) -> SliceFault | None:
    slot = poll.slots.get(piece.slot)
    if slot is None:
        return SliceFault.STAMP
    if len(piece.grades) != len(slot.questions) or not set(piece.grades) <= set(poll.manifest.codes):
        return SliceFault.GRADE
    return fault_of(poll, piece.slice(poll))


def _columns(poll: Poll, log: LogContents, opened: Opened, slices: list[PublishedSlice], report: Report) -> None:
    kept, lengths = _kept(poll, log, opened), Counter(piece.slot for piece in slices)
    for slot in poll.slots.values():
        expected = 0 if slot.subject in opened.unopened else kept[slot.subject]
        if lengths[slot.name] != expected:
            report.add(Rule.COLUMN_LENGTH, slot.name, f"应有 {expected} 份答案，公布了 {lengths[slot.name]} 份")


def _tally(recount: Tally, files: Files, report: Report) -> None:
    data = files.read("tally.json")
    if data is None:
        return
    try:
        published = Tally.from_bytes(data)
    except ValueError:
        report.add(Rule.FILE, "tally.json", "不是规范的计票结果")
        return
    if published.manifest != recount.manifest or set(published.subjects) != set(recount.subjects):
        report.add(Rule.TALLY, "tally.json", "不是本次测评的计票结果")
        return
    for subject, mine in recount.subjects.items():
        said = published.subjects[subject]
        if _turnout(said) != _turnout(mine) or set(said.questions) != set(mine.questions):
            report.add(Rule.TALLY, subject, "发出、收回、无效信封数或项目与重新计票不符")
            continue
        for question, counts in mine.questions.items():
            if said.questions[question] != counts:
                report.add(Rule.TALLY, f"{subject}/{question}", "票数与重新计票不符")


def _turnout(tally: SubjectTally) -> tuple[int, int, int]:
    return tally.issued, tally.returned, tally.set_aside
