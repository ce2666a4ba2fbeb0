"""Checking many lines at once. The signature checks leave the interpreter's lock, so threads use all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ballotbox.secret.verify_report import Report

_CHUNK = 64
Checked = TypeVar("Checked")


def check_all(
    check: Callable[[bytes], Checked], lines: Sequence[bytes], report: Report, what: str
) -> Iterator[Checked]:
    """The result of `check` for each line, in their order."""

    def check_chunk(start: int) -> list[Checked]:
        return [check(line) for line in lines[start : start + _CHUNK]]

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        count = 0
        for results in pool.map(check_chunk, range(0, len(lines), _CHUNK)):
            count += len(results)
            report.tell(count, len(lines), what)
            yield from results
