"""Many writers at once: positions without a gap, the chain unbroken, every verdict true."""

from __future__ import annotations

import asyncio

from eventstore.contract import Verdict
from eventstore.store import EventStore
from eventstore.verify import verify
from tests.store.examples import TOWN, request

WRITERS = 12
EACH = 25


async def test_twelve_stores_write_a_log_without_gaps(postgres_url: str) -> None:
    stores = [EventStore.open(postgres_url, pool_size=2) for _ in range(WRITERS)]
    seen: list[int] = []

    async def write(writer: int, store: EventStore) -> list[int]:
        positions = []
        for n in range(EACH):
            result = await store.append(request(f"case-{writer}", 2 * n - 1, events=2))
            assert result.verdict is Verdict.APPENDED
            positions += [recorded.position for recorded in result.events]
        return positions

    async def follow(store: EventStore) -> None:
        while len(seen) < WRITERS * EACH * 2:
            seen.extend(e.position for e in await store.read_all(TOWN, seen[-1] if seen else 0))
            await asyncio.sleep(0)

    reader = EventStore.open(postgres_url)
    *written, _ = await asyncio.gather(*(write(n, store) for n, store in enumerate(stores)), follow(reader))
    for store in (*stores, reader):
        await store.close()
    whole = list(range(1, WRITERS * EACH * 2 + 1))
    assert sorted(position for positions in written if positions for position in positions) == whole
    assert seen == whole, "who reads 'position > last' misses nothing, in order"
    (result,) = await verify(postgres_url)
    assert (result.ok, result.events) == (True, len(whole))


async def test_writers_to_one_stream_that_reload_all_get_through(postgres_url: str) -> None:
    stores = [EventStore.open(postgres_url, pool_size=2) for _ in range(4)]

    async def act(store: EventStore, command_id: str) -> int:
        expected, tries = -1, 0
        while True:
            tries += 1
            result = await store.append(request("case-1", expected, command_id=command_id))
            if result.verdict is not Verdict.CONFLICT:
                assert result.verdict is Verdict.APPENDED
                return tries
            expected = result.actual_version

    tries = await asyncio.gather(*(act(stores[n % 4], f"click-{n}") for n in range(60)))
    events = await stores[0].read_stream(TOWN, "case-1")
    for store in stores:
        await store.close()
    assert sorted(e.metadata.command_id for e in events) == sorted(f"click-{n}" for n in range(60))
    assert [e.version for e in events] == list(range(60))
    assert max(tries) > 1


async def test_an_epoch_raised_amid_appends_lets_none_of_the_old_through_after_it(postgres_url: str) -> None:
    async with EventStore.open(postgres_url) as old, EventStore.open(postgres_url) as recovery:
        accepted = 0
        under_way = asyncio.Event()

        async def write() -> None:
            nonlocal accepted
            while True:
                result = await old.append(request("case-1", accepted - 1))
                if result.verdict is Verdict.STALE_EPOCH:
                    return
                accepted += 1
                if accepted == 5:
                    under_way.set()

        writing = asyncio.create_task(write())
        await under_way.wait()
        epoch = await recovery.raise_epoch(TOWN, "case-1")
        known = len(await recovery.read_stream(TOWN, "case-1"))
        await writing
        assert len(await recovery.read_stream(TOWN, "case-1")) == known == accepted
        result = await recovery.append(request("case-1", known - 1, epoch=epoch))
        assert result.verdict is Verdict.APPENDED
