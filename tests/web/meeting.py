"""A meeting that votes on paper: a town's roster, a poll that is open, its box, and the count desk behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from activities.ballots import setup_of
from ballotbox.count_desk import CountDesk, Seat
from ballotbox.poll_box import PollBox
from ballotbox.polls import PollKey
from domain.acts import Actor, Command, Role
from domain.calendar import WorkCalendar
from domain.cases.case import TOWN_ZONE, CaseKind, Context, fold, stream_of
from domain.cases.poll.commands import ItemKind, OpenPoll, OpenPollCase, PollItem
from domain.cases.poll.state import PollState
from domain.cases.registry import GOVERNED
from domain.events import Metadata
from domain.policy.document import BallotMode, Policy
from domain.roster.books import ROSTER
from domain.roster.commands import Deputy, ImportRoster
from domain.roster.posts import Post, SubjectKind
from eventstore.books import read_book, write_book
from eventstore.contract import AppendRequest
from eventstore.store import EventStore
from projections import subscribers
from web.count_desk.site import DeskSite

TOWN = "test-town"
POLL = PollKey(TOWN, "2026-P1")
STAFF = Actor(id="s1", role=Role.STAFF)
DEPUTIES = tuple(Deputy(id=f"d{number}", name=f"代表{number}𠮷", group="一组") for number in range(1, 7))
POSTS = (
    Post(id="czs", name="财政所", kind=SubjectKind.STATION, responsible="陈润田"),
    Post(id="lyz", name="林业站", kind=SubjectKind.STATION, responsible="张㛃"),
    Post(id="slz", name="水利站", kind=SubjectKind.STATION, responsible="d6"),
)
"""The last one's head is a deputy: one of six is recused."""


@dataclass
class Meeting:
    """A town in which a poll is held."""

    store: EventStore
    box: PollBox
    desk: CountDesk

    @property
    def site(self) -> DeskSite:
        """What the count desk works with."""
        return DeskSite(TOWN, "测试镇", self.store.engine, self.desk, self.box)

    async def record(self, command: Command) -> None:
        """Do an act in the poll's case and record its events, as its workflow would."""
        decider, stream = GOVERNED[CaseKind.POLL], stream_of(CaseKind.POLL, POLL.poll_id)
        events = await self.store.read_stream(TOWN, stream)
        state, now = fold(decider, events), datetime.now(UTC)
        context = Context(town=TOWN, case_id=POLL.poll_id, policy=Policy(), calendar=WorkCalendar(), now=now)
        decided = decider.decide(state, command, STAFF, context)
        metadata = Metadata(
            actor=STAFF, command_id=f"{stream}:{len(events)}", business_time=now, policy_version=Policy().version
        )
        await self.store.append(
            AppendRequest(
                town=TOWN,
                stream=stream,
                expected_version=len(events) - 1,
                events=tuple(decided),
                metadata=metadata,
            )
        )

    async def call(self, mode: BallotMode = BallotMode.PAPER) -> None:
        """Call the poll for today, on all three posts."""
        items = tuple(
            PollItem(
                subject=post.id,
                case_kind=ItemKind.APPRAISAL,
                case_id=f"2026-{post.id}",
                entitled=5 if post.id == "slz" else 6,
                recused=1 if post.id == "slz" else 0,
            )
            for post in POSTS
        )
        today = datetime.now(UTC).astimezone(TOWN_ZONE).date()
        await self.record(OpenPollCase(poll_id="P1", year=2026, date=today, mode=mode, items=items))

    async def open(self) -> None:
        """Begin the meeting, all being there, and open the box as the poll's case does."""
        await self.record(OpenPoll(present=6))
        events = await self.store.read_stream(TOWN, stream_of(CaseKind.POLL, POLL.poll_id))
        state: PollState = fold(GOVERNED[CaseKind.POLL], events).inner
        roster = await read_book(self.store, TOWN, ROSTER)
        await self.box.open(setup_of(TOWN, POLL.poll_id, state, Policy(), roster))

    async def codes(self) -> dict[str, str]:
        """Seats for two counters, one of each entry, and a scrutineer."""
        return await self.desk.seat(POLL, [Seat("甲", 1), Seat("乙", 2), Seat("监", None)])


@asynccontextmanager
async def meeting(postgres_url: str) -> AsyncIterator[Meeting]:
    """The town, with its roster, on a fresh database."""
    async with EventStore.open(postgres_url, subscribers=subscribers()) as store:
        roster = ImportRoster(deputies=DEPUTIES, subjects=POSTS)
        await write_book(store, TOWN, ROSTER, roster, actor=STAFF, command_id="roster", now=datetime.now(UTC))
        yield Meeting(store, PollBox(store.engine), CountDesk(store.engine))
