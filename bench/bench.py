"""What a row is given, and what a row is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bench.log import FullLog
from bench.measure import Contestant, Spread, interleaved, profile
from bench.report import Result
from bench.servers import Servers


@dataclass
class Bench:
    """One run."""

    servers: Servers
    quick: bool
    repetitions: int
    log: FullLog
    say: Callable[[str], None]
    """Told what is under way."""

    def sized(self, full: int, quick: int) -> int:
        """How much of something this run does."""
        return quick if self.quick else full

    async def interleaved(self, contestants: Mapping[str, Contestant]) -> dict[str, Spread]:
        """The figures of all contestants, who take turns."""
        return await interleaved(contestants, self.repetitions)

    async def explained(self, result: Result, work: Contestant) -> Result:
        """The result, with a profile of `work` if a goal was missed (a quick run is too short for one)."""
        if result.met or self.quick:
            return result
        self.say("目标未达，剖析一遍")
        return result.model_copy(update={"profile": await profile(work)})


@dataclass(frozen=True)
class Row:
    """A line of the table of goals."""

    key: str
    title: str
    measure: Callable[[Bench], Awaitable[Result]]
