"""The whole chain of a long log is verified."""

from __future__ import annotations

from hashlib import sha256
from time import perf_counter

import psycopg

from bench.bench import Bench, Row
from bench.measure import Spread
from bench.report import Figure, Goal, Result, Unit
from bench.servers import driver_address
from bench.workload import TOWN
from eventstore.reader import FETCH
from eventstore.verify import verify

TITLE = "Verify the chain of a long log"


async def measure(bench: Bench) -> Result:
    """Everything `jiandu verify` checks, beside a chain of sha256 over the same bytes once they are in memory."""
    url = await bench.log.url()
    count = bench.log.events

    async def ours() -> float:
        begun = perf_counter()
        (found,) = await verify(url)
        if found.fault is not None or found.events != count:
            raise RuntimeError(f"the log does not verify: {found}")
        return perf_counter() - begun

    async def hashing() -> float:
        spent, digest = 0.0, bytes(32)
        with psycopg.connect(driver_address(url)) as connection:
            connection.execute(
                "SELECT set_config('role', 'jiandu_app', true), set_config('jiandu.town', %s, true)", (TOWN,)
            )
            with connection.cursor(name="bytes") as cursor:
                cursor.execute(
                    "SELECT concat_ws(',', town, position, stream, version, event_id, type, schema_version, command_id,"
                    " command_index, business_time, recorded_at, body, metadata) FROM event WHERE town = %s"
                    " ORDER BY position",
                    (TOWN,),
                )
                while rows := cursor.fetchmany(FETCH):
                    texts = [row[0].encode() for row in rows]
                    begun = perf_counter()
                    for text in texts:
                        digest = sha256(digest + text).digest()
                    spent += perf_counter() - begun
        return spent

    figures = await bench.interleaved({"ours": ours, "sha256": hashing})
    ratio = Figure(name="of sha256 of the same bytes", unit=Unit.TIMES, spread=figures["ours"].over(figures["sha256"]))
    result = Result(
        key=ROW.key,
        title=TITLE,
        goals=(Goal(figure=ratio, bound=5, at_least=False),),
        figures=(
            Figure(name="jiandu verify", unit=Unit.SECONDS, spread=figures["ours"]),
            Figure(name="sha256, row after row", unit=Unit.SECONDS, spread=figures["sha256"]),
            Figure(
                name="verified",
                unit=Unit.EVENTS,
                spread=Spread(values=tuple(count / seconds for seconds in figures["ours"].values)),
            ),
        ),
        notes=(
            f"{count:,} events. Checked twice, in Python and in SQL, with the Merkle tree; reading the rows included.",
        ),
    )
    return await bench.explained(result, ours)


ROW = Row("verify", TITLE, measure)
