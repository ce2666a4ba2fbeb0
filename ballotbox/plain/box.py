"""The plain box: each act in one transaction, under the poll's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ballotbox import refusals
from ballotbox.ballots import Ballot, CountedRows, Entitlement, Envelope, Sheet
from ballotbox.counts import PollCount, Verification
from ballotbox.interface import BallotBox, Entry
from ballotbox.plain import casting, counting, issuing, paper
from ballotbox.plain.database import Lock, PollRow, find_poll, in_box, live_poll, poll_row
from ballotbox.polls import BoxStatus, Phase, PollKey, PollSetup
from domain.policy.document import BallotMode

_OPEN = text(
    "INSERT INTO ballotbox.poll (town, poll_id, setup, phase) VALUES (:town, :poll, :setup, :phase) "
    "ON CONFLICT DO NOTHING"
)


class PlainBallotBox(BallotBox):
    """One-time tokens in PostgreSQL. What it protects and what it does not is said in `ballotbox.plain`.

    The engine's isolation level must be READ COMMITTED: a repeated cast reads what its rival committed.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._setups: dict[PollKey, PollSetup] = {}

    async def open(self, setup: PollSetup) -> None:
        first = Phase.CASTING if setup.mode is BallotMode.PAPER else Phase.COLLECTING
        written = setup.model_dump_json()
        made = {"town": setup.town, "poll": setup.poll_id, "setup": written, "phase": first}
        async with in_box(self._engine, setup.town) as connection:
            await connection.execute(_OPEN, made)
            row = await live_poll(connection, setup.key, "FOR SHARE")
            if row.setup != written:
                raise refusals.other_setup(setup.poll_id)

    async def issue(self, poll: PollKey, subject: str, deputy: str) -> str:
        return (await self.issue_many(poll, [Entitlement(subject, deputy)]))[0]

    async def issue_many(self, poll: PollKey, entitlements: Sequence[Entitlement]) -> list[str]:
        async with in_box(self._engine, poll.town) as connection:
            setup, row = await self._live(connection, poll, "FOR UPDATE")
            if setup.mode is BallotMode.PAPER:
                raise refusals.wrong_mode(poll.poll_id, "手机投票")
            await issuing.record_issue(connection, setup, row.phase, entitlements)
            return await issuing.give_tokens(connection, poll, [e.subject for e in entitlements])

    async def issue_paper(self, poll: PollKey, entitlements: Sequence[Entitlement]) -> None:
        async with in_box(self._engine, poll.town) as connection:
            setup, row = await self._live(connection, poll, "FOR UPDATE")
            if setup.mode is not BallotMode.MIXED:
                raise refusals.wrong_mode(poll.poll_id, "手机与纸质并行的方式")
            await issuing.record_issue(connection, setup, row.phase, entitlements)
            await issuing.count_forms(connection, poll, [e.subject for e in entitlements])

    async def begin_casting(self, poll: PollKey) -> None:
        async with in_box(self._engine, poll.town) as connection:
            _, row = await self._live(connection, poll, "FOR UPDATE")
            if row.phase is Phase.COLLECTING:
                await issuing.end_collecting(connection, poll)

    async def cast(self, poll: PollKey, subject: str, token: str, ballot: Ballot) -> str:
        return (await self.cast_many(poll, [Envelope(subject, token, ballot)]))[0]

    async def cast_many(self, poll: PollKey, envelopes: Sequence[Envelope]) -> list[str]:
        async with in_box(self._engine, poll.town) as connection:
            setup, row = await self._live(connection, poll, "FOR SHARE")
            return await casting.cast(connection, setup, row.phase, envelopes)

    async def enter_paper(
        self, poll: PollKey, subject: str, entry: Entry, sheet_no: int, marks: Ballot, *, person: str
    ) -> None:
        await self.enter_papers(poll, entry, [Sheet(subject, sheet_no, marks)], person=person)

    async def enter_papers(self, poll: PollKey, entry: Entry, sheets: Sequence[Sheet], *, person: str) -> None:
        async with in_box(self._engine, poll.town) as connection:
            setup, row = await self._live(connection, poll, "FOR SHARE")
            await paper.enter_sheets(connection, setup, row.phase, entry, person, sheets)

    async def enter_counted_rows(
        self, poll: PollKey, entry: Entry, rows: Mapping[str, CountedRows], *, person: str
    ) -> None:
        async with in_box(self._engine, poll.town) as connection:
            setup, row = await self._live(connection, poll, "FOR SHARE")
            await paper.enter_rows(connection, setup, row.phase, entry, person, rows)

    async def status(self, poll: PollKey) -> BoxStatus:
        async with in_box(self._engine, poll.town) as connection:
            row = await poll_row(connection, poll)
            return await counting.status(connection, self._setup(poll, row), row.phase)

    async def close(self, poll: PollKey) -> PollCount:
        async with in_box(self._engine, poll.town) as connection:
            setup, row = await self._live(connection, poll, "FOR UPDATE")
            return await counting.close(connection, setup, row)

    async def discard(self, poll: PollKey) -> None:
        async with in_box(self._engine, poll.town) as connection:
            row = await find_poll(connection, poll, "FOR UPDATE")
            if row is None or row.phase is Phase.DISCARDED:
                return
            if row.counts is not None and PollCount.model_validate_json(row.counts).opened:
                raise refusals.already_counted(poll.poll_id)
            await paper.destroy(connection, poll)
            await counting.destroy(connection, poll)

    async def verify(self, poll: PollKey) -> Verification:
        async with in_box(self._engine, poll.town) as connection:
            row = await poll_row(connection, poll, "FOR SHARE")
            return await counting.verify(connection, self._setup(poll, row), row)

    async def _live(self, connection: AsyncConnection, poll: PollKey, lock: Lock) -> tuple[PollSetup, PollRow]:
        row = await live_poll(connection, poll, lock)
        return self._setup(poll, row), row

    def _setup(self, poll: PollKey, row: PollRow) -> PollSetup:
        """The poll's setup; it never changes, so it is read from its JSON once."""
        known = self._setups.get(poll)
        if known is None:
            known = self._setups[poll] = PollSetup.model_validate_json(row.setup)
        return known
