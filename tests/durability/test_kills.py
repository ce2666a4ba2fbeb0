"""`kill -9` of the worker, of PostgreSQL and of Temporal during a year: the same result, no act recorded twice."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from domain.cases.case import TOWN_ZONE, CaseKind
from domain.cases.cycle.events import ProposalRegistered
from domain.events import Metadata
from eventstore.contract import AppendRequest
from eventstore.store import EventStore
from eventstore.verify import verify
from tests.durability.hanging import end, within
from tests.durability.town import Town, patiently
from tests.workflows.year import CALENDAR, POLICY, STAFF, open_year, play, year
from workflows.client import CaseClient
from workflows.recovery import recover

TODAY = datetime.now(UTC).astimezone(TOWN_ZONE).date()

LONGEST = 180.0
"""Seconds for a year with kills in it, on a slow and busy machine: what takes longer hangs, and is described."""

pytestmark = pytest.mark.timeout(480)


@pytest_asyncio.fixture
async def town() -> AsyncIterator[Town]:
    with tempfile.TemporaryDirectory(prefix="jd-kill-", ignore_cleanup_errors=True) as folder:
        stack = Town(Path(folder))
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()


async def record(store: EventStore, town: str) -> dict[str, list[str]]:
    """What every stream holds, by the types of its events."""
    return {
        name: [each.event.type_name for each in await store.read_stream(town, name)]
        for name in await store.streams(town)
    }


async def next_deadline(cases: CaseClient, stream: str) -> datetime | str | None:
    """For what a case waits by its workflow; `ended` when it waits for nothing any more."""
    kind, _, case_id = stream.partition("-")
    view = await cases.view(CaseKind(kind), case_id)
    assert view.facts is not None
    return view.next_deadline if view.facts.open else "ended"


async def expect_sound(store: EventStore, town: str) -> None:
    """No act twice, and the chain whole."""
    events = await store.read_all(town, limit=10_000)
    acts = Counter((each.stream, each.metadata.command_id, each.version) for each in events)
    streams_of: dict[str, set[str]] = {}
    for each in events:
        streams_of.setdefault(each.metadata.command_id, set()).add(each.stream)
    assert max(acts.values()) == 1
    assert all(len(streams) == 1 for streams in streams_of.values())
    assert [each.position for each in events] == list(range(1, len(events) + 1))
    (log,) = await verify(store.engine.url.render_as_string(hide_password=False), towns=[town])
    assert log.ok, log.fault


async def play_year(town: Town, store: EventStore, number: int) -> None:
    """The whole year, each act sent until it is answered."""
    client = await patiently(town.client)
    cases, box = town.cases(client, store), town.box(store)
    await patiently(lambda: open_year(cases, number))
    for place, step in enumerate(year(number, TODAY)):
        await patiently(lambda place=place, step=step: play(cases, box, number, place, step))  # type: ignore[misc]


async def test_a_worker_that_starts_mends_what_its_predecessor_left(town: Town) -> None:
    """The power fails between the commit of an act and its report, and nobody sends the act again."""
    store = town.store()
    try:
        client = await patiently(town.client)
        cases = town.cases(client, store)
        await patiently(lambda: open_year(cases, 2025))
        town.kill_worker()
        opened = await store.read_stream(town.settings.town, "cycle-2025")
        by_hand = Metadata(actor=STAFF, command_id="cut-off", business_time=datetime.now(UTC))
        registered = ProposalRegistered(proposal_id="canal", village="唐家会村", title="渠", text="", on=TODAY)
        cut_off = AppendRequest(
            town=town.settings.town,
            stream="cycle-2025",
            expected_version=opened[-1].version,
            events=(registered,),
            metadata=by_hand,
        )
        await store.append(cut_off)
        town.start_worker()
        async with asyncio.timeout(60):
            while not await store.read_stream(town.settings.town, "proposal-2025-canal"):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.1)
            names = [each.id async for each in await client.list_schedules()]
        assert sorted(names) == ["killed/checkpoints", "killed/yearly-cycle"]
    finally:
        await store.close()


async def test_a_worker_that_starts_while_the_engine_is_away_waits_for_it(town: Town) -> None:
    """Both were killed, and the engine takes longer to come back than its clients try by themselves."""
    town.kill_worker()
    town.temporal.kill()
    town.start_worker()
    await asyncio.sleep(12)
    await asyncio.to_thread(town.temporal.start)
    store = town.store()
    try:
        cases = town.cases(await patiently(town.client), store)
        await patiently(lambda: open_year(cases, 2025))
    finally:
        await store.close()
    assert town.ended_by_itself == []


async def test_kills_at_random_moments_change_nothing(town: Town) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed of the kills: {seed}")  # noqa: T201 - to play a failure again
    moments = random.Random(seed)
    store = town.store()
    try:
        await play_year(town, store, 2025)
        undisturbed = await record(store, town.settings.town)
        playing = asyncio.create_task(play_year(town, store, 2026), name="playing")
        try:
            victims = ["worker", "postgres", "temporal", "worker", "postgres", "temporal"]
            moments.shuffle(victims)
            for victim in victims:
                await asyncio.sleep(moments.uniform(0.1, 1.2))
                if playing.done():
                    break
                await town.kill(victim)
            await within(LONGEST, playing, town, store)
        finally:
            await end(playing)
        disturbed = await patiently(lambda: record(store, town.settings.town))
        of_2026 = {name: types for name, types in disturbed.items() if "2026" in name}
        assert of_2026 == {name.replace("2025", "2026"): types for name, types in undisturbed.items()}
        await expect_sound(store, town.settings.town)
    finally:
        await store.close()


async def test_a_year_goes_on_after_all_of_temporals_data_is_lost(town: Town) -> None:
    store = town.store()
    try:
        await play_year(town, store, 2025)
        undisturbed = await record(store, town.settings.town)
        cases, box = town.cases(await town.client(), store), town.box(store)
        await open_year(cases, 2026)
        steps = year(2026, TODAY)
        middle = len(steps) // 2
        for place, step in enumerate(steps[:middle]):
            await play(cases, box, 2026, place, step)
        before = await record(store, town.settings.town)
        deadlines = {name: await next_deadline(cases, name) for name in before if "2026" in name}

        await town.lose_temporal()
        cases = town.cases(await patiently(town.client), store)
        recovered = await recover(cases, store, {POLICY.version: POLICY}, CALENDAR)

        assert {f"{each.kind}-{each.case_id}" for each in recovered if each.started} == {
            name for name, deadline in deadlines.items() if deadline != "ended"
        }
        assert await record(store, town.settings.town) == before
        assert {name: await next_deadline(cases, name) for name in deadlines} == deadlines
        for place, step in enumerate(steps):
            await patiently(lambda place=place, step=step: play(cases, box, 2026, place, step))  # type: ignore[misc]
        after = await record(store, town.settings.town)
        of_2026 = {name: types for name, types in after.items() if "2026" in name}
        assert of_2026 == {name.replace("2025", "2026"): types for name, types in undisturbed.items()}
        await expect_sound(store, town.settings.town)
    finally:
        await store.close()
