"""All read models are made anew from a long log."""

from __future__ import annotations

import psutil
import psycopg

from bench.bench import Bench, Row
from bench.measure import Spread, rate
from bench.report import Figure, Goal, Result, Unit
from bench.servers import driver_address
from bench.workload import TOWN
from eventstore.reader import FETCH
from projections import projections
from projections.rebuild import rebuild

TITLE = "Rebuild all read models from a long log"
FLAT = 1.1
"""Memory is flat when it is at most this much more at the end than after the first fifth."""


async def measure(bench: Bench) -> Result:
    """The rebuild with comparison and swap, beside reading the same rows."""
    url = await bench.log.url()
    count = bench.log.events
    own = psutil.Process()
    early: list[float] = []
    late: list[float] = []

    async def ours() -> float:
        seen: list[tuple[int, float]] = []

        def progress(town: str, done: int, whole: int) -> None:
            seen.append((done, own.memory_info().rss / 2**20))

        speed = await rate(count, lambda: rebuild(url, projections(), progress=progress))
        early.append(next(memory for done, memory in seen if done >= count // 5))
        late.append(seen[-1][1])
        return speed

    async def read() -> float:
        async def work() -> None:
            with psycopg.connect(driver_address(url)) as connection:
                connection.execute(
                    "SELECT set_config('role', 'jiandu_app', true), set_config('jiandu.town', %s, true)", (TOWN,)
                )
                with connection.cursor(name="raw") as cursor:
                    cursor.itersize = FETCH
                    cursor.execute(
                        "SELECT event_id, stream, version, position, type, schema_version, body, metadata FROM event"
                        " WHERE town = %s ORDER BY position",
                        (TOWN,),
                    )
                    if sum(1 for _ in cursor) != count:
                        raise RuntimeError("the log was not read to its end")

        return await rate(count, work)

    # The first, uncounted one fills the empty live tables, so that those that count compare what they should.
    figures = await bench.interleaved({"ours": ours, "read": read})
    before = Spread(values=tuple(early[-bench.repetitions :]))
    after = Spread(values=tuple(late[-bench.repetitions :]))
    speed = Figure(name="events, one process", unit=Unit.EVENTS, spread=figures["ours"])
    growth = Figure(name="memory at the end, of that after a fifth", unit=Unit.TIMES, spread=after.over(before))
    result = Result(
        key=ROW.key,
        title=TITLE,
        goals=(Goal(figure=speed, bound=50_000), Goal(figure=growth, bound=FLAT, at_least=False)),
        figures=(
            speed,
            Figure(name="reading the rows raw", unit=Unit.EVENTS, spread=figures["read"]),
            Figure(name="of reading raw", unit=Unit.TIMES, spread=figures["ours"].over(figures["read"])),
            Figure(name="memory after a fifth of the events", unit=Unit.MEGABYTES, spread=before),
            Figure(name="memory at the end", unit=Unit.MEGABYTES, spread=after),
        ),
        notes=(f"{count:,} events. Shadow tables with all indexes, comparison with the live rows and swap included.",),
    )
    return await bench.explained(result, ours)


ROW = Row("rebuild", TITLE, measure)
