"""The findings of a verification as they grow, and the files that it reads."""

from __future__ import annotations

from pathlib import Path

from ballotbox.secret.findings import Finding, Rule


class Report:
    """Findings in the order in which they were made."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, rule: Rule, place: str, message: str) -> None:
        """Note a broken rule."""
        self.findings.append(Finding(rule, place, message))


class Files:
    """A published folder. What cannot be read is a finding."""

    def __init__(self, path: Path, report: Report) -> None:
        self._path = path
        self._report = report

    def read(self, name: str) -> bytes | None:
        """A file's bytes."""
        try:
            return (self._path / name).read_bytes()
        except OSError:
            self._report.add(Rule.FILE, name, "缺少文件，或无法读取")
            return None

    def note(self, name: str) -> str | None:
        """A file's text."""
        data = self.read(name)
        if data is None:
            return None
        try:
            return data.decode()
        except UnicodeDecodeError:
            self._report.add(Rule.FILE, name, "不是 UTF-8 文本")
            return None

    def lines(self, name: str) -> list[bytes] | None:
        """A file's lines, each of which ends with a line feed."""
        data = self.read(name)
        if data is None:
            return None
        if not data:
            return []
        if not data.endswith(b"\n"):
            self._report.add(Rule.FILE, name, "最后一行不完整")
            return None
        return data[:-1].split(b"\n")
