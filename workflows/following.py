"""What follows an event outside its case: which effects, done how, and what came of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities import signatures as calls
    from domain.cases.case import Effect, StartCase, TellCase
    from domain.events import Recorded
    from workflows.payloads import ClearText

LONGEST = timedelta(seconds=10)
"""How long one attempt at an append or an effect may take; a killed worker's attempt is given up after it."""

AGAIN = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))
"""For ever: what was decided is recorded, and what follows is done, as soon as the other side is back."""


@dataclass(frozen=True)
class Pending:
    """An event with the effects that are to be done of it."""

    recorded: Recorded
    effects: Sequence[Effect]


@dataclass
class Followed:
    """What an act led to outside its case."""

    started: list[calls.StartedCase] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, other: Followed) -> None:
        """Take in what something else led to."""
        self.started += other.started
        self.warnings += other.warnings


async def perform(requests: Sequence[calls.PerformEffect]) -> list[calls.EffectOutcome]:
    """Do effects, all at once; each is tried until it is done or refused. The outcomes in the order of the requests."""
    outcomes: list[calls.EffectOutcome] = await asyncio.gather(
        *(
            workflow.execute_activity(
                request.effect.effect,
                request,
                result_type=calls.EffectOutcome,
                summary=_summary(request.effect),
                start_to_close_timeout=LONGEST,
                retry_policy=AGAIN,
            )
            for request in requests
        )
    )
    return outcomes


def _summary(effect: Effect) -> ClearText:
    match effect:
        case StartCase(kind=kind, case_id=case_id) | TellCase(kind=kind, case_id=case_id):
            return ClearText(f"{effect.effect} {kind}-{case_id}")
        case _:
            return ClearText(effect.effect)
