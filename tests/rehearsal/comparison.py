"""What of an expected result a rehearsal did not come to: what is not named is not looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

EXACT = {"vetoes", "refused_extensions", "rows", "refused_acts", "reminders"}
"""Lists in which nothing unexpected may stand."""

KEYS = (
    ("id",),
    ("subject",),
    ("year",),
    ("group",),
    ("person", "subject"),
    ("step", "date"),
    ("date", "case"),
    ("date",),
)
"""What tells the objects of a list apart: the first that all of them have, each with other values."""


def differences(got: Any, want: Any, path: str = "$") -> Iterator[str]:
    """A line a difference."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            yield f"{path}: expected an object, got {got!r}"
            return
        for name, value in want.items():
            if name not in got:
                yield f"{path}.{name}: missing, expected {value!r}"
            else:
                yield from differences(got[name], value, f"{path}.{name}")
    elif isinstance(want, list) and want and isinstance(want[0], dict):
        yield from _objects(got, want, path)
    elif got != want:
        yield f"{path}: expected {want!r}, got {got!r}"


def _objects(got: Any, want: list[dict[str, Any]], path: str) -> Iterator[str]:
    fields = next(fields for fields in KEYS if _tells_apart(fields, want))
    if path.rsplit(".", 1)[-1] in EXACT and len(got) != len(want):
        yield f"{path}: expected {len(want)} entries, got {got!r}"
    found = {tuple(row.get(field) for field in fields): row for row in got}
    for row in want:
        key = tuple(row[field] for field in fields)
        if key not in found:
            yield f"{path}[{key}]: missing among {list(found)}"
        else:
            yield from differences(found[key], row, f"{path}[{'/'.join(map(str, key))}]")


def _tells_apart(fields: tuple[str, ...], rows: list[dict[str, Any]]) -> bool:
    if not all(field in row for field in fields for row in rows):
        return False
    return len({tuple(row[field] for field in fields) for row in rows}) == len(rows)
