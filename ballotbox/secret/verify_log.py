"""The verifier's rules of the log: checkpoint and witnesses, leaves, the issuers' statements, the entries."""

from __future__ import annotations

from collections.abc import Sequence

from ballotbox.secret.envelopes import Entry, EntryFault, entry_fault
from ballotbox.secret.findings import Rule
from ballotbox.secret.log import (
    FIRST_ENTRY,
    STATEMENT_FILES,
    CheckpointText,
    LogContents,
    read_checkpoint,
    root_of_hashes,
)
from ballotbox.secret.manifest import ISSUERS, Poll
from ballotbox.secret.requests import entitled_subjects
from ballotbox.secret.statements import Collectors, Destroyed, numbered, read_statement, signers_of
from ballotbox.secret.verify_parallel import check_all
from ballotbox.secret.verify_report import Files, Report
from transparency.merkle import leaf_hash
from transparency.signed_note import NoteRefused

_RULE_OF_ENTRY = {
    EntryFault.SUBJECT: (Rule.ENVELOPE_STAMP, "信封不属于本次测评的任何测评对象"),
    EntryFault.STAMP: (Rule.ENVELOPE_STAMP, "信封没有两家的有效盖章"),
    EntryFault.SIGNATURE: (Rule.ENVELOPE_SIGNATURE, "信封的签名与内容不符"),
}


def check_checkpoint(poll: Poll, files: Files, report: Report) -> CheckpointText | None:
    """Signed by the log, and by enough witnesses."""
    note = files.note("checkpoint.note")
    if note is None:
        return None
    try:
        checkpoint = read_checkpoint(poll, note)
    except (ValueError, NoteRefused):
        report.add(Rule.CHECKPOINT, "checkpoint.note", "不是本次测评票册的检查点")
        return None
    if not signers_of(note, numbered([poll.manifest.log_key])):
        report.add(Rule.CHECKPOINT, "checkpoint.note", "没有票册的有效签名")
    witnesses = len(signers_of(note, numbered(poll.manifest.witness_keys)))
    report.facts.leaves, report.facts.witnesses = checkpoint.size, witnesses
    if witnesses < poll.manifest.witness_quorum:
        report.add(Rule.WITNESSES, "checkpoint.note", f"只有 {witnesses} 名见证人的有效签名")
    return checkpoint


def check_log(
    poll: Poll, roster: frozenset[str], checkpoint: CheckpointText | None, files: Files, report: Report
) -> LogContents | None:
    """Leaves, statements and entries; None when so much is missing that nothing can be counted."""
    statements = [files.note(name) for name in STATEMENT_FILES]
    entry_lines = files.lines("entries.jsonl")
    hashes = _leaf_hashes(checkpoint, files, report)
    if entry_lines is None:
        return None
    if hashes is not None and all(note is not None for note in statements):
        leaves = [poll.data, *(note.encode() for note in statements if note is not None), *entry_lines]
        _check_leaves(leaves, hashes, report)
    collectors = _collectors(poll, roster, statements[:2], report)
    destroyed = _destroyed(poll, statements[2:], report)
    entries = _entries(poll, entry_lines, report)
    if collectors is None or destroyed is None or entries is None:
        return None
    return LogContents(collectors, destroyed, entries, checkpoint.root if checkpoint else b"")


def check_statements(poll: Poll, roster: frozenset[str], notes: Sequence[str], report: Report) -> None:
    """The rules of leaves 1 to 4 alone: the box asks them before it takes the first envelope."""
    statements: list[str | None] = [*notes]
    _collectors(poll, roster, statements[:2], report)
    _destroyed(poll, statements[2:], report)


def _leaf_hashes(checkpoint: CheckpointText | None, files: Files, report: Report) -> list[bytes] | None:
    lines = files.lines("leaves.txt")
    if lines is None:
        return None
    try:
        hashes = [bytes.fromhex(line.decode("ascii")) for line in lines]
        if any(len(value) != 32 or value.hex().encode() != line for value, line in zip(hashes, lines, strict=True)):
            raise ValueError("not a SHA-256")
    except ValueError:
        report.add(Rule.FILE, "leaves.txt", "不是每行一个哈希")
        return None
    if checkpoint is not None and (len(hashes) != checkpoint.size or root_of_hashes(hashes) != checkpoint.root):
        report.add(Rule.ROOT, "leaves.txt", "与检查点的条数或根哈希不符")
    return hashes


def _check_leaves(leaves: list[bytes], hashes: list[bytes], report: Report) -> None:
    for place, (leaf, expected) in enumerate(zip(leaves, hashes, strict=False)):
        if leaf_hash(leaf) != expected:
            report.add(Rule.LEAF, f"leaf {place}", "内容与票册不符：从这一条起有改动、缺少、增加或调换")
            return
    if len(leaves) != len(hashes):
        report.add(Rule.LEAF, f"leaf {min(len(leaves), len(hashes))}", "条数与票册不符：从这一条起缺少或多出")


def _collectors(
    poll: Poll, roster: frozenset[str], notes: list[str | None], report: Report
) -> dict[str, Collectors] | None:
    found: dict[str, Collectors] = {}
    for issuer, name, note in zip(ISSUERS, STATEMENT_FILES[:2], notes, strict=True):
        if note is None:
            continue
        try:
            body = read_statement(poll, note, Collectors)
        except (ValueError, NoteRefused):
            report.add(Rule.COLLECTORS, name, "不是本次测评的领票名单")
            continue
        if body.issuer != issuer or not signers_of(note, {1: poll.issuer_key(issuer)}):
            report.add(Rule.COLLECTORS, name, "没有发票方的有效签名")
        _check_list(poll, roster, name, body, report)
        found[issuer] = body
    if len(found) < len(ISSUERS):
        return None
    if found["b"].paper != found["a"].paper:
        report.add(Rule.COLLECTORS, STATEMENT_FILES[1], "甲乙双方发出的纸质票数不同")
    return found


def _check_list(poll: Poll, roster: frozenset[str], name: str, body: Collectors, report: Report) -> None:
    if list(body.deputies) != sorted(set(body.deputies)):
        report.add(Rule.COLLECTORS, name, "有人重复，或名单没有排序")
    if strange := set(body.deputies) - roster:
        report.add(Rule.COLLECTORS, name, f"有不在代表名单中的人：{'、'.join(sorted(strange))}")
    if any(not entitled_subjects(poll, deputy) for deputy in body.deputies):
        report.add(Rule.COLLECTORS, name, "有对全部测评对象都应回避的人")
    issued = {s: len(set(body.deputies) - recused) for s, recused in poll.recused.items()}
    if body.issued != issued:
        report.add(Rule.COLLECTORS, name, "发出票数与名单（扣除回避）不符")
    if not _paper_possible(poll, body):
        report.add(Rule.COLLECTORS, name, "纸质票数与测评对象、投票方式或发出票数不符")


def _paper_possible(poll: Poll, body: Collectors) -> bool:
    """Forms for every subject, no more than ballots; none in mode `phones`."""
    most = body.issued if poll.manifest.mode == "mixed" else dict.fromkeys(body.issued, 0)
    return set(body.paper) == set(poll.recused) and all(0 <= n <= most.get(s, 0) for s, n in body.paper.items())


def _destroyed(poll: Poll, notes: list[str | None], report: Report) -> dict[str, Destroyed] | None:
    found: dict[str, Destroyed] = {}
    for issuer, name, note in zip(ISSUERS, STATEMENT_FILES[2:], notes, strict=True):
        if note is None:
            continue
        try:
            body = read_statement(poll, note, Destroyed)
        except (ValueError, NoteRefused):
            report.add(Rule.KEYS_DESTROYED, name, "不是本次测评的密钥销毁声明")
            continue
        if body.issuer != issuer or not signers_of(note, {1: poll.issuer_key(issuer)}):
            report.add(Rule.KEYS_DESTROYED, name, "没有发票方的有效签名")
        found[issuer] = body
    return found if len(found) == len(ISSUERS) else None


def _entries(poll: Poll, lines: list[bytes], report: Report) -> tuple[Entry, ...] | None:
    entries: list[Entry] = []
    first: dict[str, int] = {}
    checked = check_all(lambda line: _checked_entry(poll, line), lines, report, "个信封")
    for leaf, result in enumerate(checked, FIRST_ENTRY):
        if result is None:
            report.add(Rule.FILE, f"leaf {leaf}", "不是规范的信封记录")
            continue
        entry, fault = result
        if fault is not None:
            rule, message = _RULE_OF_ENTRY[fault]
            report.add(rule, f"leaf {leaf}", message)
        if (other := first.setdefault(entry.token, leaf)) != leaf:
            report.add(Rule.TOKEN_TWICE, f"leaf {leaf}", f"与第 {other} 条用了同一张票")
        entries.append(entry)
    report.facts.envelopes = len(entries)
    return tuple(entries) if len(entries) == len(lines) else None


def _checked_entry(poll: Poll, line: bytes) -> tuple[Entry, EntryFault | None] | None:
    try:
        entry = Entry.from_bytes(line)
    except ValueError:
        return None
    return entry, entry_fault(poll, entry)
