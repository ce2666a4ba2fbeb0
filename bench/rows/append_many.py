"""256 producers append at once."""

from __future__ import annotations

import asyncio
from time import perf_counter

from bench.bench import Bench, Row
from bench.measure import Spread, percentile, rate
from bench.peers import RawWriters, create_raw_table, raw_rows
from bench.report import Figure, Goal, Result, Unit
from bench.workload import CASE_EVENTS, acts, proposals
from eventstore.contract import AppendRequest
from eventstore.store import EventStore
from projections import subscribers

TITLE = "Append one event, 256 producers at once"
PRODUCERS = 256
CONNECTIONS = 16


async def measure(bench: Bench) -> Result:
    """Producers that each wait for their event before the next, beside connections of raw INSERT commits."""
    cases = bench.sized(6, 1)
    count = PRODUCERS * cases * CASE_EVENTS
    url, peer_url = bench.servers.new_database(), bench.servers.new_database()
    create_raw_table(peer_url)
    store = EventStore.open(url, subscribers=subscribers())
    raw = await RawWriters.connect(peer_url, CONNECTIONS)
    waits: list[float] = []

    async def produce(requests: list[AppendRequest], latencies: list[float]) -> None:
        for request in requests:
            begun = perf_counter()
            await store.append(request)
            latencies.append((perf_counter() - begun) * 1000)

    async def ours() -> float:
        work = [
            [case.act(version) for case in proposals(cases) for version in range(CASE_EVENTS)] for _ in range(PRODUCERS)
        ]
        latencies: list[float] = []
        speed = await rate(count, lambda: asyncio.gather(*(produce(each, latencies) for each in work)))
        waits.append(percentile(latencies, 0.99))
        return speed

    async def inserts() -> float:
        rows = raw_rows(acts(count))
        return await rate(count, lambda: raw.insert(rows))

    try:
        figures = await bench.interleaved({"ours": ours, "raw": inserts})
        p99 = Spread(values=tuple(waits[-bench.repetitions :]))  # without the warm-up
        result = Result(
            key=ROW.key,
            title=TITLE,
            goals=(
                Goal(
                    figure=Figure(
                        name=f"of {CONNECTIONS} connections of raw INSERT commits",
                        unit=Unit.TIMES,
                        spread=figures["ours"].over(figures["raw"]),
                    ),
                    bound=2,
                ),
                Goal(figure=Figure(name="p99", unit=Unit.MILLISECONDS, spread=p99), bound=50, at_least=False),
            ),
            figures=(
                Figure(name="jiandu", unit=Unit.EVENTS, spread=figures["ours"]),
                Figure(name=f"raw INSERT, {CONNECTIONS} connections", unit=Unit.EVENTS, spread=figures["raw"]),
            ),
        )
        return await bench.explained(result, ours)
    finally:
        await raw.close()
        await store.close()


ROW = Row("append-many", TITLE, measure)
