"""A town's year-ends for the tests of their pages: earlier years played, this one done at the counter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from domain.acts import SYSTEM, Actor, Command, Refusal
from domain.calendar import WorkCalendar
from domain.cases.assessment.commands import OpenAssessment
from domain.cases.assessment.memory import recall
from domain.cases.case import CaseKind, Context, RecallYears, fold, stream_of
from domain.cases.registry import GOVERNED
from domain.events import Event, Metadata, Recorded
from domain.policy.document import Policy
from domain.roster.books import HISTORY
from eventstore.contract import AppendRequest
from eventstore.store import EventStore
from tests.cases.assessment.years import village, whole_year
from tests.cases.play import Town
from tests.web.conftest import STAFF, TOWN, Pages
from web.acts.counter import Counter
from web.app import create_app
from web.findings import Finding
from web.site import Site
from workflows.client import EngineUnavailable
from workflows.messages import Receipt

A = CaseKind.ASSESSMENT
YEAR = datetime.now(UTC).year
HEADS = {"a": "甲", "b": "乙", "c": "丙", "d": "丁"}
D_LAST = {"a": 90, "b": 85, "c": 80, "d": 70}


class DeskOfCases:
    """The running assessments, in this process: decides, records once an id, recalls the years where it must."""

    def __init__(self, store: EventStore, policy: Policy) -> None:
        self._store = store
        self._policy = policy
        self.fails_after: int | None = None
        """The engine is away after so many acts."""
        self.taken = 0

    async def act(
        self, kind: CaseKind, case_id: str, command: Command, *, actor: Actor, command_id: str
    ) -> Receipt | None:
        if self.fails_after is not None and self.taken >= self.fails_after:
            raise EngineUnavailable
        if await self._store.find_command(TOWN, command_id):
            return None
        decider, state, context, _ = await self._standing(kind, case_id)
        await self.record(kind, case_id, decider.decide(state, command, actor, context), actor, command_id)
        self.taken += 1
        return None

    async def end_publicity(self, year: int) -> None:
        """The publicity period of a year is over."""
        decider, state, context, _ = await self._standing(A, str(year))
        (deadline,) = decider.deadlines(state, context)
        await self.record(A, str(year), decider.pass_deadline(state, deadline, context), SYSTEM, deadline.key)

    async def open(self, year: int, opening: OpenAssessment) -> None:
        decider = GOVERNED[A]
        events = decider.decide(decider.initial(), opening, STAFF, self.context(str(year)))
        await self.record(A, str(year), events, STAFF, f"open-{year}")

    async def record(self, kind: CaseKind, case_id: str, events: list[Event], actor: Actor, command_id: str) -> None:
        decider, state, _, before = await self._standing(kind, case_id)
        metadata = Metadata(
            actor=actor, command_id=command_id, business_time=datetime.now(UTC), policy_version=self._policy.version
        )
        stream = stream_of(kind, case_id)
        await self._store.append(
            AppendRequest(town=TOWN, stream=stream, expected_version=before, events=tuple(events), metadata=metadata)
        )
        for recorded in (await self._store.read_stream(TOWN, stream))[before + 1 :]:
            state = decider.evolve(state, recorded)
            for effect in decider.effects(state, recorded):
                if isinstance(effect, RecallYears):
                    answer, context = await self._recall(effect.year), self.context(case_id)
                    found = decider.decide(state, answer, SYSTEM, context)
                    await self.record(kind, case_id, found, SYSTEM, f"{command_id}:recall:{recorded.version}")

    async def _recall(self, year: int) -> Command:
        async def of(kind: CaseKind) -> list[list[Recorded]]:
            names = await self._store.streams(TOWN, stream_of(kind, ""))
            return [await self._store.read_stream(TOWN, name) for name in names]

        history = await self._store.read_stream(TOWN, HISTORY.stream)
        return recall(year, assessments=await of(A), cycles=await of(CaseKind.CYCLE), history=history)

    async def _standing(self, kind: CaseKind, case_id: str) -> tuple[Any, Any, Context, int]:
        decider = GOVERNED[kind]
        events = await self._store.read_stream(TOWN, stream_of(kind, case_id))
        state = fold(decider, events) if events else decider.initial()
        return decider, state, self.context(case_id), len(events) - 1

    def context(self, case_id: str) -> Context:
        now = datetime.now(UTC)
        return Context(town=TOWN, case_id=case_id, policy=self._policy, calendar=WorkCalendar(), now=now)


async def played(store: EventStore, marks: Mapping[int, Mapping[str, Any]]) -> None:
    """Write whole earlier years into the store, as they would have been recorded."""
    town = Town()
    for year, given in marks.items():
        whole_year(town, year, HEADS, given)
    versions: dict[str, int] = {}
    for recorded in town.log:
        version = versions.get(recorded.stream, -1)
        metadata = recorded.metadata.model_copy(update={"policy_version": Policy().version})
        request = AppendRequest(
            town=TOWN, stream=recorded.stream, expected_version=version, events=(recorded.event,), metadata=metadata
        )
        await store.append(request)
        versions[recorded.stream] = version + 1


def opening(year: int = YEAR) -> OpenAssessment:
    """The assessment of the villages."""
    return OpenAssessment(year=year, subjects=tuple(village(each, head) for each, head in HEADS.items()))


@asynccontextmanager
async def counting(pages: Pages, policy: Policy | None = None) -> AsyncIterator[DeskOfCases]:
    """The pages with a counter; `pages.client` speaks to them from now on."""
    desk = DeskOfCases(pages.store, policy or Policy())

    async def cases() -> Any:
        return desk

    async def checks() -> list[Finding]:
        return []

    site = Site(TOWN, "测试镇", pages.store.engine, checks, checks, counter=Counter(pages.store, TOWN, cases))
    transport = httpx.ASGITransport(app=create_app(site))
    async with httpx.AsyncClient(transport=transport, base_url="http://jiandu.test") as client:
        pages.client = client
        yield desk


__all__ = ["D_LAST", "HEADS", "YEAR", "A", "DeskOfCases", "Refusal", "counting", "opening", "played"]
