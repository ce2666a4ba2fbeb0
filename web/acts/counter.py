"""The counter at which acts are done from pages: a case as it stands, what an act would do to it, and doing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from domain.acts import Actor, Command
from domain.cases.case import CaseFacts, CaseKind, Context, Deadline, Effect, StartCase, TellCase, fold, stream_of
from domain.cases.registry import GOVERNED
from domain.events import Event, Metadata, Recorded
from domain.policy.document import Policy
from domain.roster.book import Book
from domain.roster.books import CALENDAR, POLICY
from eventstore.books import read_book, write_book
from eventstore.store import EventStore
from workflows.client import CaseClient
from workflows.messages import Receipt

S = TypeVar("S")

_NOT_RECORDED = UUID(int=0)
Cases = Callable[[], Awaitable[CaseClient]]
"""The way to the running cases. Raises what connecting raises."""


@dataclass(frozen=True)
class Standing:
    """A case as its events have made it."""

    kind: CaseKind
    case_id: str
    state: Any
    facts: CaseFacts
    version: int
    """Of the last event."""
    context: Context


@dataclass(frozen=True)
class Foreseen:
    """What an act would do."""

    events: Sequence[Event]
    before: CaseFacts
    after: CaseFacts
    started: Sequence[StartCase]
    told: Sequence[TellCase]
    deadlines: Sequence[Deadline]
    """What the case waits for afterwards, that it did not wait for before."""


class Counter:
    """Acts in the cases of one town."""

    def __init__(self, store: EventStore, town: str, cases: Cases) -> None:
        self._store = store
        self._town = town
        self._cases = cases

    async def standing(self, kind: CaseKind, case_id: str) -> Standing | None:
        """A case as it stands now, under the policy that it began with; None where there is none."""
        events = await self._store.read_stream(self._town, stream_of(kind, case_id))
        if not events:
            return None
        adopted = await read_book(self._store, self._town, POLICY)
        policies = {policy.version: policy for policy in (Policy(), *(each.policy for each in adopted.adopted))}
        context = Context(
            town=self._town,
            case_id=case_id,
            policy=policies[events[0].metadata.policy_version],
            calendar=await read_book(self._store, self._town, CALENDAR),
            now=datetime.now(UTC),
        )
        decider = GOVERNED[kind]
        state = fold(decider, events)
        return Standing(kind, case_id, state, decider.facts(state), events[-1].version, context)

    async def start(self, kind: CaseKind, case_id: str, opening: Command, actor: Actor, command_id: str) -> Receipt:
        """Open a case under the policy and calendar in force. Raises `Refusal`, `EngineUnavailable`."""
        cases = await self._cases()
        return await cases.start(
            kind,
            case_id,
            opening,
            actor=actor,
            command_id=command_id,
            policy=(await read_book(self._store, self._town, POLICY)).current,
            calendar=await read_book(self._store, self._town, CALENDAR),
        )

    def foresee(self, standing: Standing, command: Command, actor: Actor) -> Foreseen:
        """What an act would do now; nothing is recorded. Raises `Refusal` as the case would."""
        decider, context = GOVERNED[standing.kind], standing.context
        events = decider.decide(standing.state, command, actor, context)
        state, effects = standing.state, list[Effect]()
        stream = stream_of(standing.kind, standing.case_id)
        metadata = Metadata(actor=actor, command_id="", business_time=context.now)
        for version, event in enumerate(events, standing.version + 1):
            recorded = Recorded(
                event_id=_NOT_RECORDED, stream=stream, version=version, position=0, event=event, metadata=metadata
            )
            state = decider.evolve(state, recorded)
            effects += decider.effects(state, recorded)
        known = {deadline.key for deadline in decider.deadlines(standing.state, context)}
        return Foreseen(
            events=events,
            before=standing.facts,
            after=decider.facts(state),
            started=[effect for effect in effects if isinstance(effect, StartCase)],
            told=[effect for effect in effects if isinstance(effect, TellCase) and not effect.optional],
            deadlines=[each for each in decider.deadlines(state, context) if each.key not in known],
        )

    async def do(self, kind: CaseKind, case_id: str, command: Command, actor: Actor, command_id: str) -> Receipt:
        """Do an act; the same `command_id` again is the same act. Raises `Refusal`, `EngineUnavailable`."""
        cases = await self._cases()
        return await cases.act(kind, case_id, command, actor=actor, command_id=command_id)

    async def enter(self, book: Book[S], command: Command, actor: Actor, command_id: str) -> list[Recorded]:
        """Make an entry in a stream without a process; none when it says nothing new. Raises `Refusal`."""
        now = datetime.now(UTC)
        return await write_book(self._store, self._town, book, command, actor=actor, command_id=command_id, now=now)
