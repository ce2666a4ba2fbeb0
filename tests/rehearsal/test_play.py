"""Scenarios played to their end on a real engine with virtual time; what they must come to was worked out by hand.

All share one engine and one database, each in a town of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from rehearsal.driver import Driver
from rehearsal.environment import Environment, environment
from rehearsal.report import report
from rehearsal.result import result_of
from rehearsal.scenario import load_scenario
from tests.rehearsal.comparison import differences

FOLDER = Path(__file__).parent / "scenarios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

pytestmark = pytest.mark.asyncio(loop_scope="module")

Results = dict[str, asyncio.Task[dict[str, Any]]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def results() -> AsyncIterator[Results]:
    """What every scenario came to, each done by now; one that could not be played fails its own test alone."""
    few = asyncio.Semaphore(4)
    async with environment() as place:

        async def played(name: str) -> dict[str, Any]:
            async with few:
                return await play(name, place)

        tasks = {name: asyncio.create_task(played(name)) for name in NAMES}
        await asyncio.wait(tasks.values())
        yield tasks


async def play(name: str, place: Environment) -> dict[str, Any]:
    scenario = load_scenario((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    driver = Driver(scenario, place, town=name)
    await driver.play()
    return await result_of(driver, place)


@pytest.mark.parametrize("name", NAMES)
async def test_scenario_comes_to_what_it_must(name: str, results: Results) -> None:
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert list(differences(await results[name], expected)) == []


async def test_ledgers_and_boxes_are_verified(results: Results) -> None:
    for what in ("ledger", "ballots"):
        assert [name for name, result in results.items() if not (await result)[what]["verified"]] == []


async def test_every_result_can_be_told_in_words(results: Results) -> None:
    told = report(await results["one-year"])
    assert "测评 czs：合格，称职率 60.78%（31/51，口径敏感）" in told
    assert "议案 canal：通过" in told
    assert [name for name, result in results.items() if "推演：" not in report(await result)] == []
