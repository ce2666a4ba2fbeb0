"""What the checks of a scenario share: where a fault is found, and which ids there are."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from domain.yaml_lines import Path


class Finding(NamedTuple):
    """A fault, at the path that the part has in the model."""

    path: Path
    message: str


@dataclass(frozen=True)
class Known:
    """What other parts may refer to, read from the file itself: a subject with a fault of its own is known too."""

    subjects: tuple[str, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Known:
        """Gather the ids of a file's data, valid or not."""
        listed = data.get("subjects")
        entries = listed if isinstance(listed, list) else []
        ids = [entry.get("id") for entry in entries if isinstance(entry, Mapping)]
        return cls(subjects=tuple(str(each) for each in ids if isinstance(each, str | int)))

    def refuse_subject(self, path: Path, subject: str) -> Iterable[Finding]:
        """A fault where no subject has this id."""
        if subject not in self.subjects:
            yield Finding(path, f"subjects 中没有“{subject}”{suggestion(subject, self.subjects)}")


def suggestion(word: str, known: Sequence[str]) -> str:
    """`，是否应为“czs”？` or, with nothing like it, what there is."""
    if near := difflib.get_close_matches(word, known, n=1, cutoff=0.5):
        return f"，是否应为“{near[0]}”？"
    return f"；可用的有：{'、'.join(known)}" if known and len(known) <= 20 else ""


def repeated(path: Path, field: str, values: Iterable[Hashable], what: str) -> Iterable[Finding]:
    """A fault at each further use of a value that must be used once; `field` is the key that holds it."""
    seen: Counter[Hashable] = Counter()
    for index, value in enumerate(values):
        seen[value] += 1
        if seen[value] > 1:
            yield Finding((*path, index, field), f"{what}“{value}”重复")


def not_before(path: Path, day: date | None, earliest: date | None, what: str) -> Iterable[Finding]:
    """A fault where a day lies before the one it must follow; `what` names that one."""
    if day is not None and earliest is not None and day < earliest:
        yield Finding(path, f"日期 {day} 早于{what}（{earliest}）；请核对先后")
