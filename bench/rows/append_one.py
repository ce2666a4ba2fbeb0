"""One writer appends one event at a time."""

from __future__ import annotations

from bench.bench import Bench, Row
from bench.measure import rate
from bench.peers import RawWriters, create_raw_table, library, noted, raw_rows
from bench.report import Figure, Goal, Result, Unit
from bench.workload import acts, life
from eventstore.store import EventStore
from projections import subscribers

TITLE = "Append one event: durable, chained, projected, idempotent; 1 writer"


async def measure(bench: Bench) -> Result:
    """Ours with all projections, raw single-row INSERT commits, the library saving one event."""
    count = bench.sized(2000, 40)
    url, peer_url = bench.servers.new_database(), bench.servers.new_database()
    create_raw_table(peer_url)
    store = EventStore.open(url, subscribers=subscribers())
    raw = await RawWriters.connect(peer_url, 1)

    async def ours() -> float:
        requests = acts(count)

        async def work() -> None:
            for request in requests:
                await store.append(request)

        return await rate(count, work)

    async def inserts() -> float:
        rows = raw_rows(acts(count))
        return await rate(count, lambda: raw.insert(rows))

    with library(peer_url) as application:

        async def saves() -> float:
            metadata = acts(1)[0].metadata.model_dump_json()
            aggregates = [noted(life()[:1], metadata) for _ in range(count)]

            async def work() -> None:
                for aggregate in aggregates:
                    application.save(aggregate)

            return await rate(count, work)

        try:
            figures = await bench.interleaved({"ours": ours, "raw": inserts, "library": saves})
            to_raw = Goal(
                figure=Figure(
                    name="of raw INSERT commits", unit=Unit.TIMES, spread=figures["ours"].over(figures["raw"])
                ),
                bound=0.6,
            )
            to_library = Goal(
                figure=Figure(
                    name="of the library's saves", unit=Unit.TIMES, spread=figures["ours"].over(figures["library"])
                ),
                bound=4,
            )
            result = Result(
                key=ROW.key,
                title=TITLE,
                goals=(to_raw, to_library),
                figures=(
                    Figure(name="jiandu", unit=Unit.EVENTS, spread=figures["ours"]),
                    Figure(name="raw INSERT, a commit a row", unit=Unit.EVENTS, spread=figures["raw"]),
                    Figure(name="eventsourcing, one event a save", unit=Unit.EVENTS, spread=figures["library"]),
                ),
                notes=("All three in one process; jiandu and raw INSERT in asyncio, the library in blocking calls.",),
            )
            return await bench.explained(result, ours)
        finally:
            await raw.close()
            await store.close()


ROW = Row("append-one", TITLE, measure)
