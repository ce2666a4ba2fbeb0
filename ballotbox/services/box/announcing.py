"""What may stand on the board: checks of manifests, statements and files before anything is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ballotbox.secret.encoding import sha256
from ballotbox.secret.log import STATEMENT_FILES
from ballotbox.secret.manifest import Poll
from ballotbox.secret.verify_log import check_statements
from ballotbox.secret.verify_report import Report
from ballotbox.services.box import refusals
from ballotbox.services.box.copies import LOG_FILES

FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}(?:\.[a-z0-9]{1,8})?")
"""Names of files that may be on the board of a poll."""
_OWN = {"manifest.json", *STATEMENT_FILES, *LOG_FILES}
"""Names that the box writes itself."""


def announcement(manifest: bytes, files: Mapping[str, bytes]) -> Poll:
    """The poll that is announced. Refused unless manifest and files are good and belong together."""
    try:
        poll = Poll(manifest)
        usable = bool(poll.slice_keys and poll.token_keys)
    except (ValueError, TypeError, KeyError):
        raise refusals.bad_manifest("它不是规范的清单") from None
    if not usable:
        raise refusals.bad_manifest("其中没有发票方的公钥")
    facts = poll.manifest
    expected = {"roster.json": facts.roster_hash, "policy": facts.policy_hash, "page": facts.page_hash}
    for name, data in files.items():
        if name not in expected:
            raise refusals.bad_file(name, "公布清单时不能附这个文件")
        if sha256(data).hex() != expected[name]:
            raise refusals.bad_file(name, "与清单中的哈希不符")
    for name in ("roster.json", "policy"):
        if name not in files:
            raise refusals.bad_file(name, "没有附上")
    return poll


def checked_statements(poll: Poll, files: Mapping[str, bytes], statements: Sequence[str]) -> dict[str, bytes]:
    """The four statements as files. Refused unless they are good, by the rules of the verifier."""
    if len(statements) != len(STATEMENT_FILES):
        raise refusals.bad_statements(f"应有 {len(STATEMENT_FILES)} 份")
    report = Report()
    check_statements(poll, frozenset(json.loads(files["roster.json"])), statements, report)
    if report.findings:
        raise refusals.bad_statements("；".join(str(finding) for finding in report.findings))
    return {name: note.encode() for name, note in zip(STATEMENT_FILES, statements, strict=True)}


def publication(files: Mapping[str, bytes]) -> None:
    """Refuse names that no file on the board has, and those that the box writes itself."""
    for name in files:
        if not FILE_NAME.fullmatch(name):
            raise refusals.bad_file(name, "文件名不合规定")
        if name in _OWN:
            raise refusals.bad_file(name, "这个文件由票箱自己写")
