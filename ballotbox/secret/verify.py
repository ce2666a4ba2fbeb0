"""The verifier: whether a published folder is what the protocol says, rule by rule, from public files alone.

It finds everything that it can, not only the first fault. An empty list means that all rules hold.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from ballotbox.secret.encoding import read_canonical, sha256
from ballotbox.secret.findings import Finding, Rule
from ballotbox.secret.manifest import Poll
from ballotbox.secret.publication import OPENED_FILES
from ballotbox.secret.verify_count import check_count
from ballotbox.secret.verify_log import check_checkpoint, check_log
from ballotbox.secret.verify_report import Facts, Files, Progress, Report
from ballotbox.secret.verify_table import check_table_and_marks
from ballotbox.secret.verify_turnout import check_paper, check_turnout


class Verified(NamedTuple):
    """The result of a verification: all broken rules with their places, and what was seen."""

    findings: tuple[Finding, ...]
    facts: Facts


def verify_folder(path: Path) -> list[Finding]:
    """All broken rules of a published folder, with their places."""
    return list(verify(path).findings)


def verify(path: Path, progress: Progress | None = None) -> Verified:
    """All broken rules of a published folder, and what was seen on the way."""
    report = Report(progress)
    files = Files(path, report)
    poll = _poll(files, report)
    if poll is not None:
        facts, manifest = report.facts, poll.manifest
        facts.manifest, facts.event, facts.mode = poll.hash.hex(), manifest.event, manifest.mode
        _check(poll, files, report)
    return Verified(tuple(report.findings), report.facts)


def _check(poll: Poll, files: Files, report: Report) -> None:
    roster = _roster(poll, files, report)
    _hashed("page", poll.manifest.page_hash, files, report)
    policy = _hashed("policy", poll.manifest.policy_hash, files, report)
    checkpoint = check_checkpoint(poll, files, report)
    log = check_log(poll, roster, checkpoint, files, report)
    if log is None:
        return
    closed = check_turnout(poll, roster, log, checkpoint, files, report)
    report.facts.void = closed.void
    if closed.void is not None:
        for name in OPENED_FILES:
            if files.has(name):
                report.add(Rule.VOID, name, "作废的测评不得开箱，却公布了开箱结果")
        return
    paper = check_paper(poll, closed.close, files, report)
    if paper is not None:
        report.facts.sheets = sum(paper.sheets.values())
    recount = check_count(poll, log, checkpoint, files, report)
    check_table_and_marks(poll, policy, closed.usable(poll), recount, paper, files, report)


def _hashed(name: str, expected: str, files: Files, report: Report) -> bytes | None:
    """The bytes of a file whose hash the manifest holds; None where they are others."""
    data = files.read(name)
    if data is None or sha256(data).hex() == expected:
        return data
    report.add(Rule(name), name, "与清单中的哈希不符")
    return None


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
