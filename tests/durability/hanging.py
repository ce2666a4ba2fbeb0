"""What hangs, said in words: for a run of kills that does not come to its end."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.enums.v1 import EventType
from temporalio.service import RPCError

from eventstore.store import EventStore
from tests.durability.town import Town

T = TypeVar("T")

_LOOKING = 30.0
"""Seconds for each part of the description; what is looked at may hang as well."""

_LAST = 12
"""How many of the last events of a history and of the store are shown."""


async def within(seconds: float, playing: asyncio.Task[T], town: Town, store: EventStore) -> T:
    """The result of a task; when it has none after `seconds`, what hangs is described and the test fails."""
    done, _ = await asyncio.wait({playing}, timeout=seconds)
    if not done:
        raise AssertionError(f"not at its end after {seconds:.0f} s\n{await describe(playing, town, store)}")
    return playing.result()


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task that may have ended, and take its exception."""
    task.cancel()
    await asyncio.wait({task}, timeout=_LOOKING)
    if task.done() and not task.cancelled():
        task.exception()


async def describe(task: asyncio.Task[Any], town: Town, store: EventStore) -> str:
    """Where the task stands, the cases open in the engine and what came last in each, the store's end, the logs."""
    parts = [f"-- waiting:\n{stack_of(task)}", f"-- workers that ended by themselves: {town.ended_by_itself}"]
    for title, part in (("engine", _engine(town)), ("store", _store(town, store))):
        try:
            async with asyncio.timeout(_LOOKING):
                parts.append(f"-- {title}:\n{await part}")
        except (TimeoutError, RPCError, RuntimeError, OSError, SQLAlchemyError, psycopg.Error) as error:
            parts.append(f"-- {title} does not answer: {error!r}")
    parts += [f"-- {name}.log:\n{town.log_end(name)}" for name in ("worker", "temporal", "postgres")]
    return "\n".join(parts)


def stack_of(task: asyncio.Task[Any]) -> str:
    """Where a task waits, down to the innermost call."""
    lines = []
    waiting: Any = task.get_coro()
    while waiting is not None:
        frame = _first_of(waiting, "cr_frame", "ag_frame", "gi_frame")
        if frame is not None:
            lines.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}")
        waiting = _first_of(waiting, "cr_await", "ag_await", "gi_yieldfrom")
    return "\n".join(lines)


def _first_of(waiting: Any, *names: str) -> Any:
    return next((value for name in names if (value := getattr(waiting, name, None)) is not None), None)


async def _engine(town: Town) -> str:
    client = await town.client()
    lines = []
    async for each in client.list_workflows("ExecutionStatus = 'Running'"):
        handle = client.get_workflow_handle(each.id)
        described = (await handle.describe()).raw_description
        under_way = described.pending_activities
        waits = [f"{a.activity_type.name} (attempt {a.attempt}: {a.last_failure.message})" for a in under_way]
        lines.append(f"{each.id}: activities under way {waits}, task {described.pending_workflow_task}".rstrip())
        events = (await handle.fetch_history()).events
        lines += [
            f"   {e.event_id} {EventType.Name(e.event_type)} {e.event_time.ToJsonString()}" for e in events[-_LAST:]
        ]
    return "\n".join(lines)


async def _store(town: Town, store: EventStore) -> str:
    events = await store.read_all(town.settings.town, limit=10_000)
    return "\n".join(
        f"{e.position} {e.stream} {e.version} {e.event.type_name} {e.metadata.command_id}" for e in events[-_LAST:]
    )
