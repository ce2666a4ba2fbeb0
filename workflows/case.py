"""What every case's workflow does: wait for people and deadlines, ask the decider, have it recorded, do what follows.

The workflow is the only writer of its stream. Each act is decided and recorded under one lock, in the order of arrival;
what the state is folded from is what the store returned, never what was proposed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from temporalio import workflow
from temporalio.common import SearchAttributePair
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    import structlog

    from activities import signatures as calls
    from domain.acts import SYSTEM, Actor, Command, Refusal
    from domain.cases.aftermath import effect_refused
    from domain.cases.case import TOWN_ZONE, CaseFacts, Context, Deadline, stream_of
    from domain.cases.dry_run import Unfoldable, try_out
    from domain.cases.governance import Governed, GovernedState
    from domain.events import Event, Recorded
    from workflows.failures import STORE_BEHIND, SUPERSEDED, refused, unfoldable
    from workflows.following import Followed, Pending, perform
    from workflows.messages import Act, CaseInput, CaseView, Opening, Receipt, RecordedAct
    from workflows.payloads import ClearText
    from workflows.publishing import publish
    from workflows.recording import append, read_stream


@dataclass
class _Record:
    """What became of a decision: its events, and what has to follow them."""

    events: Sequence[Recorded]
    repeated: bool = False
    pending: list[Pending] = field(default_factory=list)


Decision = Callable[[GovernedState[Any], Context], list[Event]]


class CaseWorkflow:
    """Base of all cases. A subclass names its decider and runs `conduct`."""

    decider: ClassVar[Governed[Any]]

    def __init__(self) -> None:
        self._recording = asyncio.Lock()
        self._following = asyncio.Lock()
        self._input: CaseInput | None = None
        self._state: GovernedState[Any] = self.decider.initial()
        self._version = -1
        self._facts: CaseFacts | None = None
        self._published: list[SearchAttributePair[Any]] = []
        self._began_at = -1
        self._missed: list[Pending] = []
        self._receipts: dict[str, list[Recorded]] = {}
        self._acts_taken = 0
        self._opened = False
        self._superseded = False
        self._log = structlog.get_logger("jiandu.workflows")

    # -- the process ------------------------------------------------------------------------------------------------

    async def conduct(self, case: CaseInput) -> str | None:
        """Run the case to its end. Returns its outcome."""
        self._input = case
        self._log = self._log.bind(workflow=workflow.info().workflow_id, case=case.case_id, town=case.town)
        await self._begin(case)
        self._began_at = self._version
        self._opened = True
        while True:
            await self._follow_up_missed()
            if self._is_open:
                if self._long_enough:
                    await self._continue()
                await self._wait()
            else:
                await workflow.wait_condition(workflow.all_handlers_finished)
                # An act that was under way may have been the correction that opens the case again.
                if self._at_rest():
                    return None if self._facts is None else self._facts.outcome
            if self._superseded:
                raise ApplicationError("the case was given to another run by recovery", type=SUPERSEDED)

    @property
    def _is_open(self) -> bool:
        return self._facts is not None and self._facts.open

    def _at_rest(self) -> bool:
        return not self._is_open and not self._missed

    @property
    def _long_enough(self) -> bool:
        """Whether the rest belongs to a new run. One that recorded nothing yet is no shorter when begun again."""
        suggested = workflow.info().is_continue_as_new_suggested() and self._version > self._began_at
        return suggested or self._acts_taken >= self._acts_per_run

    async def _begin(self, case: CaseInput) -> None:
        if case.opening is not None:
            await self._open(case.opening)
            return
        await self._load()
        followed = self._version if case.followed is None else case.followed
        self._missed = [each for each in self._missed if each.recorded.version > followed]

    async def _open(self, opening: Opening) -> None:
        try:
            await self._do(opening.command_id, opening.actor, self._decision(opening.command, opening.actor))
        except Refusal as refusal:
            # Its stream is there already, opened by another act: this run carries that case on. Whoever asked finds
            # that their own act was not recorded, and is told so by the client.
            if self._version < 0:
                raise refused(refusal) from None

    async def _wait(self) -> None:
        """Wait until something was recorded or the next deadline has come; then record that deadline."""
        version = self._version
        deadline = self._next_deadline()

        def changed() -> bool:
            return self._version != version or self._superseded or self._long_enough or bool(self._missed)

        if deadline is None:
            await workflow.wait_condition(changed)
            return
        remaining = deadline.at - self._now()
        if remaining > timedelta(0):
            try:
                await workflow.wait_condition(
                    changed, timeout=remaining + timedelta(milliseconds=1), timeout_summary=_summary(deadline)
                )
                return
            except TimeoutError:
                pass  # the deadline has come, which is what the timer is for
        await self._do(self._deadline_id(deadline), SYSTEM, lambda _state, _context: self._passed(deadline.key))

    def _deadline_id(self, deadline: Deadline) -> str:
        """The id of a deadline's act. One that has been used, and did not end the waiting, must not be used again."""
        command_id = f"{self._stream}:{deadline.key}"
        return command_id if command_id not in self._receipts else f"{command_id}:{self._version}"

    def _passed(self, key: str) -> list[Event]:
        """The events of a deadline; none when an act that was recorded meanwhile settled it."""
        due = self._next_deadline()
        if due is None or due.key != key or due.at > self._now():
            return []
        return self.decider.pass_deadline(self._state, due, self._context())

    async def _continue(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._missed:
            workflow.continue_as_new(self._case.model_copy(update={"opening": None, "followed": self._version}))

    # -- acts -------------------------------------------------------------------------------------------------------

    def check(self, act: Act[Any]) -> None:
        """The validator of every act: asks the domain, leaves no trace. Raises the refusal."""
        if not self._opened or act.command_id in self._receipts:
            return  # decided once the case is there; a repeated act gets its first answer
        try:
            self.decider.decide(self._state, act.command, act.actor, self._context())
        except Refusal as refusal:
            raise refused(refusal) from None

    async def take(self, act: Act[Any]) -> Receipt:
        """The handler of every act: decides again under the lock, records, does what follows."""
        await workflow.wait_condition(lambda: self._opened)
        self._acts_taken += 1
        try:
            # Decided again, in its turn: two acts that were both valid when they came may exclude each other.
            return await self._do(act.command_id, act.actor, self._decision(act.command, act.actor))
        except Refusal as refusal:
            raise refused(refusal) from None
        except Unfoldable as fault:  # of a person's act alone; a deadline waits until the program is mended
            raise unfoldable(fault) from fault

    @workflow.update(name="await_opened", description="Answers once the case is open")
    async def await_opened(self) -> CaseView:
        """For whoever starts a case: answers once its first event is recorded."""
        await workflow.wait_condition(lambda: self._opened)
        return self.view()

    @workflow.update(name="catch_up", description="Reads what was recorded without this run, and does what follows")
    async def catch_up(self) -> CaseView:
        """For whoever finds the store ahead: a worker that died after its commit left an act of which nobody told us.

        What follows is done by the main loop, so that the answer waits for no other case.
        """
        await workflow.wait_condition(lambda: self._opened)
        async with self._recording:
            await self._load()
        return self.view()

    @workflow.query(name="view", description="Where the case stands")
    def view(self) -> CaseView:
        """Where the case stands, by its own workflow."""
        deadline = self._next_deadline() if self._input is not None else None
        return CaseView(
            version=self._version,
            facts=self._facts,
            next_deadline=None if deadline is None else deadline.at,
            now=self._now(),
            busy=not self._opened or self._recording.locked() or self._following.locked(),
            epoch=0 if self._input is None else self._case.epoch,
        )

    @workflow.query(name="next_deadline", description="The moment for which the case waits")
    def next_deadline(self) -> datetime | None:
        """The moment for which the case waits, None when it waits for people alone."""
        return self.view().next_deadline

    # -- recording --------------------------------------------------------------------------------------------------

    async def _do(self, command_id: str, actor: Actor, decision: Decision) -> Receipt:
        """Record an act, then do what follows from it.

        Two locks, since another case may tell this one something while it tells others: recording waits for nobody
        else, so no two cases wait for each other. Nothing is awaited between the two, so what follows is done in the
        order in which it was recorded.
        """
        async with self._recording:
            record = await self._record(command_id, actor, decision)
        followed = Followed()
        if record.pending:
            async with self._following:
                followed = await self._follow_up(record.pending)
        return self._receipt(command_id, record, followed)

    async def _record(self, command_id: str, actor: Actor, decision: Decision) -> _Record:
        """Decide, append, fold. The caller holds the lock, so that no other act comes between."""
        known = self._receipts.get(command_id)
        if known is not None:
            return _Record(known, repeated=True)
        while True:
            events = decision(self._state, self._context())
            if not events:
                return _Record([])
            try_out(self.decider, self._state, self._version + 1, events, self._context())
            outcome = await append(self._case, self._version, self._now(), command_id, actor, events)
            if outcome.verdict == "stale_epoch":
                self._superseded = True
                raise ApplicationError("the case was given to another run by recovery", type=SUPERSEDED)
            if outcome.verdict != "conflict":
                break
            known_version = self._version
            await self._load()
            if self._version == known_version:
                raise ApplicationError("the store has lost events of this run", type=STORE_BEHIND, non_retryable=True)
        record = _Record(outcome.events, repeated=outcome.verdict == "duplicate")
        for recorded in outcome.events if outcome.events[0].version == self._version + 1 else []:
            record.pending += self._fold(recorded)
        if record.repeated:
            await self._load()  # an act recorded before this run began: others may have followed it
        self._publish()
        return record

    async def _load(self) -> None:
        """Fold what the store has beyond what this run knows. Nobody has done yet what follows from it."""
        async for recorded in read_stream(self._case, self._version + 1):
            self._missed += self._fold(recorded)
        self._publish()

    def _fold(self, recorded: Recorded) -> list[Pending]:
        """Take in an event. Returns what has to follow it, if anything."""
        self._state = self.decider.evolve(self._state, recorded)
        self._version = recorded.version
        self._receipts.setdefault(recorded.metadata.command_id, []).append(recorded)
        if not workflow.unsafe.is_replaying():
            self._log.info(
                "recorded",
                event_type=recorded.event.type_name,
                version=recorded.version,
                actor=recorded.metadata.actor.id,
            )
        effects = self.decider.effects(self._state, recorded)
        return [Pending(recorded, effects)] if effects else []

    async def _follow_up(self, pending: Sequence[Pending]) -> Followed:
        """Do the effects of events, one event after the other; record the acts with which they answer."""
        followed = Followed()
        for each in pending:
            requests = self._requests(each)
            for request, outcome in zip(requests, await perform(requests), strict=True):
                if outcome.started is not None:
                    followed.started.append(outcome.started)
                if outcome.refused_code is not None:
                    refusal = Refusal(outcome.refused_code, outcome.refused_message or outcome.refused_code)
                    followed.add(await self._note_refused(request, refusal))
                for index, command in enumerate(outcome.answers):
                    answer = self._decision(command, SYSTEM)
                    try:
                        followed.add(await self._answer(f"{request.effect_id}:{index}", answer))
                    except Refusal as refusal:  # the act that led here is recorded: it is not what is refused
                        followed.add(await self._note_refused(request, refusal))
        return followed

    async def _note_refused(self, request: calls.PerformEffect, refusal: Refusal) -> Followed:
        event = effect_refused(request.effect, refusal.code, refusal.message)
        followed = await self._answer(f"{request.effect_id}:refused", lambda _state, _context: [event])
        followed.warnings.append(refusal.message)
        return followed

    async def _answer(self, command_id: str, decision: Decision) -> Followed:
        async with self._recording:
            record = await self._record(command_id, SYSTEM, decision)
        return await self._follow_up(record.pending)

    async def _follow_up_missed(self) -> None:
        """Do what follows from events that this run did not record; each effect knows whether it was done.

        The case takes acts meanwhile: after recovery an effect may have to wait for a case that is recovered later.
        """
        while self._missed:
            async with self._following:
                await self._follow_up([self._missed[0]])
            del self._missed[0]

    def _requests(self, pending: Pending) -> list[calls.PerformEffect]:
        return [
            calls.PerformEffect(
                town=self._case.town,
                origin=self._stream,
                effect_id=f"{pending.recorded.event_id}:{index}",
                effect=effect,
                policy=self._case.policy,
                calendar=self._case.calendar,
                business_time=self._now(),
            )
            for index, effect in enumerate(pending.effects)
        ]

    def _decision(self, command: Command, actor: Actor) -> Decision:
        return lambda state, context: self.decider.decide(state, command, actor, context)

    # -- what the case shows ----------------------------------------------------------------------------------------

    def _publish(self) -> None:
        """Bring search attributes and the readable details up to date, where they changed."""
        if self._version < 0:
            return
        self._facts = self.decider.facts(self._state)
        self._published = publish(self._facts, self._published)

    def _receipt(self, command_id: str, record: _Record, followed: Followed) -> Receipt:
        deadline = self._next_deadline()
        return Receipt(
            command_id=command_id,
            repeated=record.repeated,
            events=[
                RecordedAct(event=r.event.type_name, version=r.version, position=r.position) for r in record.events
            ],
            started=followed.started,
            warnings=followed.warnings,
            version=self._version,
            next_deadline=None if deadline is None else deadline.at,
        )

    def _next_deadline(self) -> Deadline | None:
        if self._version < 0:
            return None
        deadlines = self.decider.deadlines(self._state, self._context())
        return deadlines[0] if deadlines else None

    def _now(self) -> datetime:
        """Business time."""
        return workflow.now() + (timedelta(0) if self._input is None else self._case.clock_offset)

    def _context(self) -> Context:
        case = self._case
        return Context(
            town=case.town, case_id=case.case_id, policy=case.policy, calendar=case.calendar, now=self._now()
        )

    @property
    def _case(self) -> CaseInput:
        assert self._input is not None  # every handler waits until the run has begun
        return self._input

    @property
    def _stream(self) -> str:
        return stream_of(self._case.kind, self._case.case_id)

    @property
    def _acts_per_run(self) -> int:
        return self._case.acts_per_run


def _summary(deadline: Deadline) -> ClearText:
    """What a timer is for, by the first word of its key: the others may name a person."""
    day = deadline.at.astimezone(TOWN_ZONE).date()
    return ClearText(f"{deadline.key.partition(':')[0]} {day.isoformat()}")
