"""The bench runs, and each row of the store yields what the document shows. How fast it is, is not asked here."""

from __future__ import annotations

import math

from bench.__main__ import run
from bench.measure import Spread
from bench.report import Figure, Goal, Result, Unit, document

STORE_ROWS = ["append-one", "append-many", "append-bulk", "rebuild", "verify"]


async def test_each_row_of_the_store_yields_a_goal_a_result_and_a_spread() -> None:
    machine, results = await run(STORE_ROWS, quick=True, repetitions=2, events=1200)
    assert [result.key for result in results] == STORE_ROWS
    for result in results:
        assert result.goals
        for figure in [*result.figures, *(goal.figure for goal in result.goals)]:
            assert len(figure.spread.values) == 2
            assert all(math.isfinite(value) and value > 0 for value in figure.spread.values)
            assert figure.spread.low <= figure.spread.median <= figure.spread.high
    assert machine.settings["synchronous_commit"] == "on"
    assert machine.settings["fsync"] == "on"
    text = document(machine, results)
    for result in results:
        assert text.count(f"| {result.title} |") == len(result.goals)


def test_a_goal_is_judged_by_the_median() -> None:
    figure = Figure(name="x", unit=Unit.TIMES, spread=Spread(values=(0.5, 0.7, 9.0)))
    assert Goal(figure=figure, bound=0.7).met
    assert not Goal(figure=figure, bound=0.71).met
    assert Goal(figure=figure, bound=0.7, at_least=False).met
    assert not Goal(figure=figure, bound=0.69, at_least=False).met


async def test_a_missed_goal_is_shown_as_missed_with_its_profile() -> None:
    machine, _ = await run([], quick=True, repetitions=1, events=1)
    figure = Figure(name="of COPY", unit=Unit.TIMES, spread=Spread(values=(0.1, 0.2, 0.3)))
    result = Result(
        key="x", title="Bulk", goals=(Goal(figure=figure, bound=0.3),), figures=(figure,), profile=("90% of it",)
    )
    text = document(machine, [result])
    assert "| Bulk | of COPY | ≥ 0.3 × | 0.2 × (0.1–0.3) | **missed** |" in text
    assert "90% of it" in text
