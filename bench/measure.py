"""How a measurement is taken: repetitions of all contestants in turn, medians with their spread, profiles."""

from __future__ import annotations

import cProfile
import pstats
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from pydantic import BaseModel, ConfigDict

Contestant = Callable[[], Awaitable[float]]
"""Does the work once and returns its figure, such as events a second."""


class Spread(BaseModel):
    """The figures of all repetitions, in their order."""

    model_config = ConfigDict(frozen=True)

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def over(self, other: Spread) -> Spread:
        """Our figure by the other's, repetition by repetition: what slowed both down cancels out."""
        return Spread(values=tuple(ours / theirs for ours, theirs in zip(self.values, other.values, strict=True)))


async def interleaved(
    contestants: Mapping[str, Contestant], repetitions: int, *, warm_up: bool = True
) -> dict[str, Spread]:
    """Let the contestants do their work in turn, `repetitions` times; who begins changes each time.

    The first round, which is not counted, fills caches and has statements prepared.
    """
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    if warm_up:
        for name in names:
            await contestants[name]()
    for _ in range(repetitions):
        for name in names:
            figures[name].append(await contestants[name]())
        names.append(names.pop(0))
    return {name: Spread(values=tuple(values)) for name, values in figures.items()}


async def rate(count: int, work: Callable[[], Awaitable[object]]) -> float:
    """How many a second, when `work` does `count`."""
    begun = perf_counter()
    await work()
    return count / (perf_counter() - begun)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


TOP = 14
"""Lines of a profile that are shown."""


async def profile(work: Contestant) -> tuple[str, ...]:
    """Where the time of one more repetition goes: the functions that take most of it, themselves alone.

    `select` is the time in which this process waits, for the database or the engine.
    """
    profiler = cProfile.Profile()
    begun = perf_counter()
    profiler.enable()
    await work()
    profiler.disable()
    whole = perf_counter() - begun
    # An attribute that the type stubs leave out: function -> (primitive calls, calls, own, cumulative, callers)
    entries: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = vars(pstats.Stats(profiler))["stats"]
    ranked = sorted(entries.items(), key=lambda entry: entry[1][2], reverse=True)[:TOP]
    return tuple(
        f"{own / whole:6.1%} {cumulative / whole:7.1%} {calls:>9,}  {_name(file, line, function)}"
        for (file, line, function), (_, calls, own, cumulative, _) in ranked
    )


def _name(file: str, line: int, function: str) -> str:
    if not line:  # a built-in has no file
        return function
    return f"{'/'.join(Path(file).parts[-2:])}:{line} {function}"
