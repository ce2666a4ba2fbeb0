"""What follows an event outside its case. Every effect may be done again and then changes nothing."""

from __future__ import annotations

from typing import TypeVar

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import signatures as calls
from activities.ports import Cases
from domain.acts import Refusal
from domain.cases.assessment.memory import recall
from domain.cases.case import CaseKind, Effect, RecallYears, StartCase, TellCase, stream_of
from domain.events import Recorded
from domain.roster.books import HISTORY, ROSTER
from eventstore.store import EventStore

log = structlog.get_logger("jiandu.activities")

E = TypeVar("E", bound=Effect)


def effect_of(request: calls.PerformEffect, wanted: type[E]) -> E:
    """The effect of a request, which must be of the kind the activity is for. Raises a fault that no retry mends."""
    effect: Effect = request.effect
    if not isinstance(effect, wanted):
        raise ApplicationError(
            f"{request.effect.effect} was sent to the activity of {wanted.__name__}", non_retryable=True
        )
    return effect


class CaseEffects:
    """Starting and telling other cases."""

    def __init__(self, cases: Cases, store: EventStore) -> None:
        self._cases = cases
        self._store = store

    @activity.defn(name="start_case")
    async def start_case(self, request: calls.PerformEffect) -> calls.EffectOutcome:
        """Start another case under its fixed id."""
        effect = effect_of(request, StartCase)
        started = calls.StartedCase(kind=effect.kind, case_id=effect.case_id)
        if await self._store.read_stream(request.town, stream_of(effect.kind, effect.case_id)):
            return calls.EffectOutcome(started=started)  # it has begun; if the engine lost it, recovery starts it
        try:
            await self._cases.start(
                request.town,
                effect.kind,
                effect.case_id,
                effect.opening,
                command_id=request.effect_id,
                policy=request.policy,
                calendar=request.calendar,
                business_time=request.business_time,
            )
        except Refusal as refusal:
            return calls.EffectOutcome(refused_code=refusal.code, refused_message=refusal.message)
        return calls.EffectOutcome(started=started)

    @activity.defn(name="tell_case")
    async def tell_case(self, request: calls.PerformEffect) -> calls.EffectOutcome:
        """Tell another case something, as an act of the system."""
        effect = effect_of(request, TellCase)
        try:
            await self._cases.tell(
                request.town,
                effect.kind,
                effect.case_id,
                effect.command,
                command_id=request.effect_id,
                business_time=request.business_time,
            )
        except Refusal as refusal:
            if effect.optional and refusal.code == "not_running":
                log.info("nobody_to_tell", case=effect.case_id, kind=effect.kind, act=effect.command.act)
                return calls.EffectOutcome()
            return calls.EffectOutcome(refused_code=refusal.code, refused_message=refusal.message)
        return calls.EffectOutcome()


class MemoryEffects:
    """Reading what the town's log says of other years."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    @activity.defn(name="recall_years")
    async def recall_years(self, request: calls.PerformEffect) -> calls.EffectOutcome:
        """The other years' last places and who held which post (`veto.*`), as an act of the assessment that asked."""
        effect = effect_of(request, RecallYears)
        command = recall(
            effect.year,
            assessments=await self._streams(request.town, CaseKind.ASSESSMENT),
            cycles=await self._streams(request.town, CaseKind.CYCLE),
            roster=await self._store.read_stream(request.town, ROSTER.stream),
            history=await self._store.read_stream(request.town, HISTORY.stream),
        )
        return calls.EffectOutcome(answers=[command])

    async def _streams(self, town: str, kind: CaseKind) -> list[list[Recorded]]:
        names = await self._store.streams(town, stream_of(kind, ""))
        return [await self._store.read_stream(town, name) for name in names]
