"""Whole cases are imported, 500 events a batch."""

from __future__ import annotations

from bench.bench import Bench, Row
from bench.measure import rate
from bench.peers import RawWriters, create_raw_table, library, noted, raw_rows
from bench.report import Figure, Goal, Result, Unit
from bench.workload import CASE_EVENTS, life, proposals
from eventstore.store import EventStore
from projections import subscribers

TITLE = "Append in bulk, 500 events a batch"
BATCH = 500
CASES = BATCH // CASE_EVENTS
"""Cases of one batch, each with all its events."""


async def measure(bench: Bench) -> Result:
    """Ours with all projections, COPY of the same rows, the library saving as many aggregates at once."""
    batches = bench.sized(30, 2)
    count = batches * BATCH
    url, peer_url = bench.servers.new_database(), bench.servers.new_database()
    create_raw_table(peer_url)
    store = EventStore.open(url, subscribers=subscribers())
    raw = await RawWriters.connect(peer_url, 1)

    async def ours() -> float:
        work = [[case.whole() for case in proposals(CASES)] for _ in range(batches)]

        async def append() -> None:
            for batch in work:
                await store.append_many(batch)

        return await rate(count, append)

    async def copies() -> float:
        work = [raw_rows([case.whole() for case in proposals(CASES)]) for _ in range(batches)]
        return await rate(count, lambda: raw.copy(work))

    with library(peer_url) as application:

        async def saves() -> float:
            metadata = proposals(1)[0].whole().metadata.model_dump_json()
            work = [[noted(life(), metadata) for _ in range(CASES)] for _ in range(batches)]

            async def save() -> None:
                for batch in work:
                    application.save(*batch)

            return await rate(count, save)

        try:
            figures = await bench.interleaved({"ours": ours, "copy": copies, "library": saves})
            to_copy = figures["ours"].over(figures["copy"])
            to_library = figures["ours"].over(figures["library"])
            result = Result(
                key=ROW.key,
                title=TITLE,
                goals=(
                    Goal(figure=Figure(name="of COPY", unit=Unit.TIMES, spread=to_copy), bound=0.3),
                    Goal(figure=Figure(name="of the library's batches", unit=Unit.TIMES, spread=to_library), bound=3),
                ),
                figures=(
                    Figure(name="jiandu", unit=Unit.EVENTS, spread=figures["ours"]),
                    Figure(name="COPY, a commit a batch", unit=Unit.EVENTS, spread=figures["copy"]),
                    Figure(name="eventsourcing, a save a batch", unit=Unit.EVENTS, spread=figures["library"]),
                ),
            )
            return await bench.explained(result, ours)
        finally:
            await raw.close()
            await store.close()


ROW = Row("append-bulk", TITLE, measure)
