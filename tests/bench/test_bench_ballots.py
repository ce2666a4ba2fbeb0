"""The rows of the secret ballot run and yield what the document shows. How fast it is, is not asked here."""

from __future__ import annotations

import math

from bench.__main__ import run

ROWS = ["cast", "opening"]


async def test_each_row_of_the_ballot_yields_a_goal_and_its_peers() -> None:
    _, results = await run(ROWS, quick=True, repetitions=1, events=1)
    assert [result.key for result in results] == ROWS
    for result in results:
        assert result.goals
        assert len(result.figures) >= 2
        for figure in [*result.figures, *(goal.figure for goal in result.goals)]:
            assert all(math.isfinite(value) and value > 0 for value in figure.spread.values)
