"""What is left of a faulty document: enough of it to check the rest, so that every fault is reported at once.

A part in which the model found a fault is taken out, until what is left fits the model. Faults found in the remains are
told with the places that they have in the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.yaml_lines import Path
from rehearsal.scenario.model import Scenario

_ROUNDS = 50
"""Taking a part out may make the one around it faulty; more rounds than any file is deep are in vain."""

_STAND_INS: Mapping[str, Any] = {"scenario": "-", "deputies": 1_000_000}
"""For what the model cannot do without and no check rests on."""


class _List(list[Any]):
    """A list whose items know at which index they stood."""

    def __init__(self, items: Iterable[Any]) -> None:
        super().__init__(items)
        self.origin = list(range(len(self)))

    def take_out(self, index: int) -> None:
        """Remove one item."""
        del self[index]
        del self.origin[index]


def _copy(value: Any) -> Any:
    """A copy in which no two places share a part (an alias of YAML is the same object in several places)."""
    if isinstance(value, Mapping):
        return {key: _copy(each) for key, each in value.items()}
    if isinstance(value, list):
        return _List(_copy(each) for each in value)
    return value


class Remains:
    """The part of a document that fits the model."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data: dict[str, Any] = _copy(data)
        self._gone: set[Path] = set()

    def fit(self, error: ValidationError) -> Scenario | None:
        """The scenario without its faulty parts; None when nothing is left that could be checked."""
        for _ in range(_ROUNDS):
            # From the end, so that no index moves before it is used, and inner parts before the outer ones.
            for detail in sorted(
                error.errors(include_url=False), key=lambda each: _sortable(each["loc"]), reverse=True
            ):
                self._take_out(detail)
            for key in _STAND_INS.keys() - self._data.keys():
                self._data[key] = _STAND_INS[key]
                self._gone.add((key,))
            try:
                return Scenario.model_validate(self._data)
            except ValidationError as next_error:
                error = next_error
        return None

    def place(self, path: Path) -> Path:
        """Where in the document a part of the remains stood."""
        current: Any = self._data
        place: list[str | int] = []
        for part in path:
            if isinstance(part, int) and isinstance(current, _List) and part < len(current):
                place.append(current.origin[part])
                current = current[part]
            elif isinstance(current, Mapping) and isinstance(part, int):
                continue  # the only entry of a list that was written without brackets
            else:
                place.append(part)
                current = current.get(part) if isinstance(current, Mapping) else None
        return tuple(place)

    def touched(self, place: Path) -> bool:
        """Whether something was taken out above or below a place: then what is found there may be due to that."""
        return any(place[: len(gone)] == gone or gone[: len(place)] == place for gone in self._gone)

    def _take_out(self, detail: ErrorDetails) -> None:
        steps: list[tuple[Any, str | int]] = []
        place: list[str | int] = []
        current: Any = self._data
        for part in detail["loc"]:
            if isinstance(current, _List) and isinstance(part, int) and part < len(current):
                steps.append((current, part))
                place.append(current.origin[part])
                current = current[part]
            elif isinstance(current, Mapping) and part in current:
                steps.append((current, part))
                place.append(part)
                current = current[part]
        if not steps:
            return
        if detail["type"] != "extra_forbidden":
            self._gone.add(tuple(place))
        holder, key = steps[-1]
        if isinstance(holder, _List) and isinstance(key, int):
            holder.take_out(key)
        else:
            del holder[key]


def _sortable(location: Path) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in location)
