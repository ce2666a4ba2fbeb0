"""The findings of a verification as they grow, what it has seen, and the files that it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ballotbox.secret.findings import Finding, Rule
from ballotbox.secret.statements import Unopened

Progress = Callable[[int, int, str], None]
"""Told now and then: so many, of so many, of what (in Chinese)."""


@dataclass
class Facts:
    """What a verification has seen, for whoever reads its result; None or 0 for what it did not get to."""

    manifest: str | None = None
    """The manifest's hash: to be compared with the hall's QR code."""
    event: str | None = None
    mode: str | None = None
    leaves: int = 0
    witnesses: int = 0
    envelopes: int = 0
    sheets: int = 0
    slices: int = 0
    set_aside: int = 0
    unopened: tuple[str, ...] = ()
    void: Unopened | None = None
    marked: dict[str, list[str]] = field(default_factory=dict)
    """Subjects whose verdict could have been turned, by `unreturned` or `set_aside`."""


class Report:
    """Findings in the order in which they were made."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.findings: list[Finding] = []
        self.facts = Facts()
        self._progress = progress

    def add(self, rule: Rule, place: str, message: str) -> None:
        """Note a broken rule."""
        self.findings.append(Finding(rule, place, message))

    def tell(self, count: int, total: int, what: str) -> None:
        """Say how far it is."""
        if self._progress is not None:
            self._progress(count, total, what)


class Files:
    """A published folder. What cannot be read is a finding."""

    def __init__(self, path: Path, report: Report) -> None:
        self._path = path
        self._report = report

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self._path / name).exists()

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
