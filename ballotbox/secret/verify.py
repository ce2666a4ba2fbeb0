"""The verifier: whether a published folder is what the protocol says, rule by rule, from public files alone.

It finds everything that it can, not only the first fault. An empty list means that all rules hold.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ballotbox.secret.encoding import read_canonical, sha256
from ballotbox.secret.findings import Finding, Rule
from ballotbox.secret.manifest import Poll
from ballotbox.secret.publication import OPENED_FILES
from ballotbox.secret.verify_count import check_count, check_turnout
from ballotbox.secret.verify_log import check_checkpoint, check_log
from ballotbox.secret.verify_report import Files, Report


def verify_folder(path: Path) -> list[Finding]:
    """All broken rules of a published folder, with their places."""
    report = Report()
    files = Files(path, report)
    poll = _poll(files, report)
    if poll is None:
        return report.findings
    roster = _roster(poll, files, report)
    for name, expected in (("page", poll.manifest.page_hash), ("policy", poll.manifest.policy_hash)):
        data = files.read(name)
        if data is not None and sha256(data).hex() != expected:
            report.add(Rule(name), name, "与清单中的哈希不符")
    checkpoint = check_checkpoint(poll, files, report)
    log = check_log(poll, roster, checkpoint, files, report)
    if log is None:
        return report.findings
    void = check_turnout(poll, roster, log, checkpoint, files, report)
    if void:
        for name in OPENED_FILES:
            if (path / name).exists():
                report.add(Rule.VOID, name, "作废的测评不得开箱，却公布了开箱结果")
    else:
        check_count(poll, log, checkpoint, files, report)
    return report.findings


def _poll(files: Files, report: Report) -> Poll | None:
    data = files.read("manifest.json")
    if data is None:
        return None
    try:
        poll = Poll(data)
        if not poll.slice_keys or not poll.token_keys:
            raise ValueError("no stamp keys")
    except (ValueError, TypeError, KeyError):
        report.add(Rule.MANIFEST, "manifest.json", "不是规范的清单")
        return None
    return poll


def _roster(poll: Poll, files: Files, report: Report) -> frozenset[str]:
    data = files.read("roster.json")
    if data is None:
        return frozenset()
    try:
        names = read_canonical(data)
    except (ValueError, ValidationError):
        names = None
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names) or names != sorted(set(names)):
        report.add(Rule.FILE, "roster.json", "不是规范的名单")
        return frozenset()
    if sha256(data).hex() != poll.manifest.roster_hash:
        report.add(Rule.ROSTER, "roster.json", "与清单中的哈希不符")
    if any(recused - set(names) for recused in poll.recused.values()):
        report.add(Rule.ROSTER, "roster.json", "有回避的代表不在名单中")
    return frozenset(names)
