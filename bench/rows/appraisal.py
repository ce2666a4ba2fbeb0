"""Whole appraisals on the real engine."""

from __future__ import annotations

import asyncio

from bench.appraisals import office, opened_at
from bench.bench import Bench, Row
from bench.empty import empty_worker, plan_of, run_empty
from bench.measure import rate
from bench.report import Figure, Goal, Result, Unit

TITLE = "A whole appraisal: start, report, 3 questions answered, filing, poll, verdict"
AT_ONCE = 10
"""Appraisals that go on side by side."""


async def measure(bench: Bench) -> Result:
    """Appraisals from start to verdict, beside as many empty workflows and activities on the same server."""
    count = bench.sized(40, 2)
    url, address = bench.servers.new_database(), bench.servers.temporal
    async with office(url, address) as people, empty_worker(address) as client:
        sample = f"{opened_at()}-sample"
        await people.appraise(sample)
        plans = [await plan_of(people.client, workflow_id) for workflow_id in people.workflows(sample)]

        async def ours() -> float:
            names = iter([f"{opened_at()}-{number}" for number in range(count)])

            async def clerk() -> None:
                for name in names:
                    await people.appraise(name)

            return await rate(count, lambda: asyncio.gather(*(clerk() for _ in range(AT_ONCE))))

        async def empty() -> float:
            left = iter(range(count))

            async def clerk() -> None:
                for _ in left:
                    await run_empty(client, plans)

            return await rate(count, lambda: asyncio.gather(*(clerk() for _ in range(AT_ONCE))))

        figures = await bench.interleaved({"ours": ours, "empty": empty})
        ratio = Figure(name="of empty workflows", unit=Unit.TIMES, spread=figures["ours"].over(figures["empty"]))
        numbers = ", ".join(
            f"{plan.updates} updates, {plan.local} local and {plan.remote} other activities" for plan in plans
        )
        result = Result(
            key=ROW.key,
            title=TITLE,
            goals=(Goal(figure=ratio, bound=0.7),),
            figures=(
                Figure(name="jiandu", unit=Unit.APPRAISALS, spread=figures["ours"]),
                Figure(name="as many empty workflows and activities", unit=Unit.APPRAISALS, spread=figures["empty"]),
            ),
            notes=(
                f"{AT_ONCE} at a time. Two workflows each: {numbers}. Ours seals its payloads, keeps projections and "
                "counts a paper poll that two persons entered; the empty ones do not.",
            ),
        )
        return await bench.explained(result, ours)


ROW = Row("appraisal", TITLE, measure)
