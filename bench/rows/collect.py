"""A deputy's phone collects: it blinds all requests, takes the blinding off the answers and verifies the stamps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ballotbox.secret.ceremony import Dealt, PollFacts, questions_and_codes, set_up
from ballotbox.secret.issuer import Issuer
from ballotbox.secret.manifest import ISSUERS, Services
from ballotbox.secret.requests import StampValues
from bench.bench import Bench, Row
from bench.measure import Spread
from bench.page import NoBrowser, bundled, throttled
from bench.report import Figure, Goal, Result, Unit
from domain.policy.document import AppraisalPolicy

TITLE = "A phone collects (Chromium, processor slowed 6 ×), a stamp a question"
RATE = 6
DEPUTY = "d01"
_KINDS = ("slices", "tokens")
BOUNDS = {12: 6.0, 60: 30.0}
"""Seconds by subjects; ours, there are none in the design."""
QUICK = {12: 2, 60: 3}


async def measure(bench: Bench) -> Result:
    """The phone's own share: reading the manifest, blinding, unblinding and verifying, for both issuers."""
    try:
        script = await asyncio.to_thread(bundled, "tests/collect_bench.ts")
        figures = {subjects: await _figure(bench, script, subjects) for subjects in BOUNDS}
    except NoBrowser as missing:
        return Result(key=ROW.key, title=TITLE, goals=(), figures=(), notes=(f"Not measured: {missing}.",))
    return Result(
        key=ROW.key,
        title=TITLE,
        goals=tuple(Goal(figure=figures[n], bound=bound, at_least=False) for n, bound in BOUNDS.items()),
        figures=tuple(figures.values()),
        notes=("Six questions a subject and a token each, two issuers; their answers and the network not included.",),
    )


async def _figure(bench: Bench, script: str, subjects: int) -> Figure:
    subjects = bench.sized(subjects, QUICK[subjects])
    dealt = await asyncio.to_thread(_dealt, subjects)
    spent = []
    for number in range(bench.repetitions):
        bench.say(f"{subjects} 人，第 {number + 1}/{bench.repetitions} 次")
        spent.append(await _collect(script, dealt))
    return Figure(name=f"{subjects} subjects", unit=Unit.SECONDS, spread=Spread(values=tuple(spent)))


def _dealt(subjects: int) -> Dealt:
    questions, codes = questions_and_codes(AppraisalPolicy())
    return set_up(
        PollFacts(
            town="bench",
            poll=f"collect-{subjects}",
            event="bench",
            services=Services(a="https://a.test", b="https://b.test", box="https://box.test"),
            recused={f"s{number:02}": () for number in range(subjects)},
            questions=questions,
            codes=codes,
            roster=(DEPUTY,),
            policy=b"",
            page=b"",
        )
    )


async def _collect(script: str, dealt: Dealt) -> float:
    """Seconds of the phone's work."""
    spent = 0.0
    async with throttled(script, RATE) as page:

        async def told(call: str, *arguments: object) -> Any:
            nonlocal spent
            done = await page.evaluate(f"told => {call}(...told)", list(arguments))
            spent += done["milliseconds"] / 1000
            return done.get("value")

        await told("read", dealt.poll.data.hex(), dealt.poll.hash.hex(), DEPUTY)
        for name in ISSUERS:
            request = _values(await told("ask", name))
            issuer = Issuer(name, dealt.poll, (DEPUTY,), dealt.issuers[name])
            await told("take", name, _written(await asyncio.to_thread(issuer.stamp, DEPUTY, request)))
    return spent


def _values(told: Mapping[str, Mapping[str, str]]) -> StampValues:
    return StampValues(*({name: bytes.fromhex(value) for name, value in told[kind].items()} for kind in _KINDS))


def _written(values: StampValues) -> dict[str, dict[str, str]]:
    return {kind: {name: value.hex() for name, value in getattr(values, kind).items()} for kind in _KINDS}


ROW = Row("collect", TITLE, measure)
