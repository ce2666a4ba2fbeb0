"""House laws that no linter knows: one door to Temporal's updates, no wall clock where replay or rules decide."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = (
    "activities", "ballotbox", "commands", "documents", "domain", "eventstore", "projections", "rehearsal", "runtime",
    "transparency", "web", "workflows",
)  # fmt: skip
UPDATE_CALLS = {
    "execute_update", "start_update", "execute_update_with_start_workflow", "start_update_with_start_workflow",
}  # fmt: skip
UPDATE_DOOR = "workflows/client.py"
CLIENT_SIDE = {UPDATE_DOOR, "workflows/other_cases.py"}
"""Run in the caller's process and in activities, not in a workflow: there the time of an act is the clock's."""
CLOCKS = {
    "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.localtime", "time.monotonic",
    "time.perf_counter", "time.time", "time.time_ns",
}  # fmt: skip


def sources(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))
    for module in ("cli.py", "worker.py"):
        if (ROOT / module).is_file() and rooms == PRODUCT:
            yield ROOT / module


def calls(source: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name (its last two parts) of every call and of every bare reference to a method."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            yield node.lineno, f"{name}.{node.attr}"


def update_calls(source: str) -> list[int]:
    return [line for line, name in calls(source) if name.rpartition(".")[2] in UPDATE_CALLS]


def clock_calls(source: str) -> list[int]:
    """Lines that read the wall clock, also under names that `from time import time as now` gives."""
    aliases = {
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        and node.module == "time"
        and any(f"time.{alias.name}" in CLOCKS for alias in node.names)
    }
    return sorted(aliases | {line for line, name in calls(source) if name in CLOCKS})


def test_updates_are_sent_through_one_door() -> None:
    """Past the door a repeated command id would act twice: it looks each up in the event store first."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources(*PRODUCT)
        if path.relative_to(ROOT).as_posix() != UPDATE_DOOR
        for line in update_calls(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_rules_and_workflows_read_no_wall_clock() -> None:
    """A replay or a rehearsal must decide as the first run did: time comes from the workflow or as an argument."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources("domain", "workflows")
        if path.relative_to(ROOT).as_posix() not in CLIENT_SIDE
        for line in clock_calls(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["await handle.execute_update(x)", "client.get_workflow_handle(i).start_update(x)", "send = handle.start_update"],
)
def test_an_update_past_the_door_is_seen(source: str) -> None:
    assert update_calls(f"async def act():\n    {source}\n") == [2]


@pytest.mark.parametrize(
    "source",
    ["datetime.now(UTC)", "datetime.datetime.now()", "date.today()", "time.time()", "from time import time as now"],
)
def test_a_wall_clock_is_seen(source: str) -> None:
    assert clock_calls(f"x = 1\n{source}\n") == [2]


def test_the_engines_own_clock_is_no_wall_clock() -> None:
    assert clock_calls("workflow.now()\nworkflow.time()\n") == []
