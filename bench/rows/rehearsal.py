"""A full town plays three years on virtual time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import perf_counter

from bench.bench import Bench, Row
from bench.measure import Spread
from bench.report import Figure, Goal, Result, Unit
from rehearsal.command import play
from rehearsal.scenario import load_scenario
from runtime.engine_build import ensure

SCENARIO = Path(__file__).parents[2] / "examples" / "full-town-three-years.yaml"
TITLE = "Three-year rehearsal of a full town (46 subjects)"


async def measure(bench: Bench) -> Result:
    """The rehearsal with servers of its own, from the scenario's text to its result."""
    text = await asyncio.to_thread(SCENARIO.read_text, encoding="utf-8")
    program = await asyncio.to_thread(ensure)
    spent = []
    for number in range(bench.repetitions):
        bench.say(f"推演 {number + 1}/{bench.repetitions}")
        begun = perf_counter()
        await play(load_scenario(text), temporal_program=program)
        spent.append(perf_counter() - begun)
    figure = Figure(name="from text to result", unit=Unit.SECONDS, spread=Spread(values=tuple(spent)))

    async def again() -> float:
        await play(load_scenario(text), temporal_program=program)
        return 0

    result = Result(
        key=ROW.key,
        title=TITLE,
        goals=(Goal(figure=figure, bound=60, at_least=False),),
        figures=(figure,),
        notes=("Start and end of its PostgreSQL and its Temporal included.",),
    )
    return await bench.explained(result, again)


ROW = Row("rehearsal", TITLE, measure)
