"""What is appended: proposals from submission to completion, as their decider decides them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID, uuid4

from domain.acts import Actor, Command, Role
from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, Context, stream_of
from domain.cases.proposal.commands import CompleteProposal, DecideStep, Decision, ReportProgress, SubmitProposal
from domain.cases.registry import GOVERNED
from domain.events import Event, Metadata, Recorded
from domain.policy.document import Policy
from domain.rules.proposal import Step, VillageForm, Votes
from eventstore.contract import AppendRequest

TOWN = "安集镇"
STAFF = Actor(id="person-7", role=Role.STAFF)
WHEN = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

ACTS: Sequence[Command] = (
    SubmitProposal(proposal_id="1", year=2026, village="唐家会村", title="修建防渗渠四公里", deputies=60),
    DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE),
    DecideStep(step=Step.PARTY_PRELIMINARY, decision=Decision.APPROVE),
    DecideStep(step=Step.DEPUTIES, votes=Votes(in_favour=45, against=8, abstain=2)),
    DecideStep(
        step=Step.VILLAGE_MEETING,
        form=VillageForm.REPRESENTATIVES,
        entitled=30,
        present=24,
        votes=Votes(in_favour=20, against=3, abstain=1),
    ),
    DecideStep(step=Step.FINAL_APPROVAL, decision=Decision.APPROVE),
    ReportProgress(text="渠道开挖完成，材料已进场，群众投工投劳三百余个", percent=40),
    ReportProgress(text="砌护两千二百米，验收资料同步整理", percent=60),
    ReportProgress(text="主体完工，待镇人大代表现场察看", percent=95),
    CompleteProposal(text="经代表察看，防渗渠建成并通水"),
)
"""A proposal's whole life: an event an act."""

CASE_EVENTS = len(ACTS)


@cache
def life() -> tuple[Event, ...]:
    """The events of one proposal."""
    decider = GOVERNED[CaseKind.PROPOSAL]
    context = Context(town=TOWN, case_id="2026-1", policy=Policy(), calendar=WorkCalendar(weekends_only=True), now=WHEN)
    state = decider.initial()
    events: list[Event] = []
    for act in ACTS:
        (event,) = decider.decide(state, act, STAFF, context)
        place = Recorded(
            event_id=UUID(int=len(events)),
            stream=stream_of(CaseKind.PROPOSAL, "2026-1"),
            version=len(events),
            position=len(events) + 1,
            event=event,
            metadata=_metadata("1"),
        )
        state = decider.evolve(state, place)
        events.append(event)
    return tuple(events)


class Proposal(NamedTuple):
    """One of the many."""

    town: str
    stream: str

    def act(self, version: int) -> AppendRequest:
        """The append of one of its events, as a command makes it."""
        return self._append(version, life()[version : version + 1])

    def whole(self) -> AppendRequest:
        """The append of all its events at once, as an import makes it."""
        return self._append(0, life())

    def _append(self, version: int, events: Sequence[Event]) -> AppendRequest:
        return AppendRequest(
            town=self.town,
            stream=self.stream,
            expected_version=version - 1,
            events=tuple(events),
            metadata=_metadata(f"{self.stream}:{version}"),
        )


def proposals(count: int, town: str = TOWN) -> list[Proposal]:
    """New proposals; no two calls give the same."""
    mark = uuid4().hex[:12]
    return [Proposal(town, stream_of(CaseKind.PROPOSAL, f"2026-{mark}-{number}")) for number in range(count)]


def acts(events: int, town: str = TOWN) -> list[AppendRequest]:
    """The appends of `events` acts, one event each, case after case."""
    return [case.act(version) for case in proposals(-(-events // CASE_EVENTS), town) for version in range(CASE_EVENTS)][
        :events
    ]


OPEN_AT_ONCE = 200
"""Cases that go on side by side in a town's log."""


def interleaved_acts(events: int, town: str = TOWN) -> Iterator[list[AppendRequest]]:
    """The appends of a town's log, `OPEN_AT_ONCE` cases side by side, a list for each step that all of them take."""
    left = events
    while left > 0:
        cases = proposals(min(OPEN_AT_ONCE, -(-left // CASE_EVENTS)), town)
        for version in range(CASE_EVENTS):
            step = [case.act(version) for case in cases[: max(left, 0)]]
            left -= len(step)
            if step:
                yield step


def _metadata(command_id: str) -> Metadata:
    return Metadata(
        actor=STAFF,
        command_id=command_id,
        business_time=WHEN,
        policy_version="2026-1",
        workflow_id=f"{TOWN}/{command_id}",
        run_id="019b2c53-7f7e-7c53-a1a0-5f1e6c0a4a11",
    )
