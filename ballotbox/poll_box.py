"""The box of a poll: paper in the town's database, phones through two issuers and a box of their own.

Each act is one transaction under the poll's lock. An act that also speaks to the offices does so before it writes down
that it is done; every office takes the same act again, so a crash between the two is mended by calling again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ballotbox import discarding, openings, refusals
from ballotbox.ballots import Ballot, CountedRows, Difference, Sheet
from ballotbox.counting import Paths, counted, must_be_opened, present_of, turnout_of, unopened, why_unopened
from ballotbox.counts import PollCount, Verification
from ballotbox.database import Lock, PollRow, find_poll, in_box, key_of, live_poll, poll_row
from ballotbox.facts import differing, policy_bytes
from ballotbox.held import Held, parsed
from ballotbox.interface import BallotBox, Entry
from ballotbox.offices import BoxNumbers
from ballotbox.paper import entries, trays
from ballotbox.paper.statement import paper_count
from ballotbox.phone_path import Offices, check_may_cast, lists_of
from ballotbox.polls import BoxStatus, Phase, PollKey, PollSetup
from ballotbox.recount import recount_faults
from ballotbox.secret.contents import Contents
from ballotbox.secret.log import read_log
from ballotbox.secret.manifest import Poll
from ballotbox.secret.statements import PaperCount
from ballotbox.secret.teams import Combined, TeamResult
from domain.policy.document import BallotMode

_OPEN = text(
    "INSERT INTO ballotbox.poll (town, poll_id, setup, phase) VALUES (:town, :poll, :setup, :phase) "
    "ON CONFLICT DO NOTHING"
)
_ADOPT = text(
    "INSERT INTO ballotbox.set_up (town, poll_id, manifest) VALUES (:town, :poll, :manifest) "
    "ON CONFLICT (town, poll_id) DO UPDATE SET manifest = excluded.manifest"
)
_MANIFEST = text("SELECT manifest FROM ballotbox.set_up WHERE town = :town AND poll_id = :poll")
_UNDER = text("UPDATE ballotbox.poll SET manifest = :manifest WHERE town = :town AND poll_id = :poll")
_STATEMENTS = text("UPDATE ballotbox.poll SET statements = :statements WHERE town = :town AND poll_id = :poll")
_STEP = text("UPDATE ballotbox.poll SET phase = :after WHERE town = :town AND poll_id = :poll AND phase = :before")
_COUNTS = text("UPDATE ballotbox.poll SET phase = 'closed', counts = :counts WHERE town = :town AND poll_id = :poll")


class PollBox(BallotBox):
    """Mode `paper` needs no offices at all; without them the other modes are refused (`no_offices`).

    The engine's isolation level must be READ COMMITTED.
    """

    def __init__(self, engine: AsyncEngine, offices: Offices | None = None) -> None:
        self._engine = engine
        self._offices = offices
        self._manifests: dict[str, Poll] = {}

    # -- before the vote ----------------------------------------------------------------------------------------------

    async def adopt(self, poll: PollKey, manifest: bytes) -> None:
        read = Poll(manifest)
        if (read.manifest.town, read.manifest.poll) != poll:
            raise refusals.set_up_does_not_fit(poll.poll_id, ("编号",))
        async with in_box(self._engine, poll.town) as connection:
            row = await find_poll(connection, poll, "FOR UPDATE")
            if row is not None and row.manifest != read.hash.hex():
                raise refusals.other_setup(poll.poll_id)
            await connection.execute(_ADOPT, {**key_of(poll), "manifest": manifest})

    async def adopted(self, poll: PollKey) -> bytes | None:
        async with in_box(self._engine, poll.town) as connection:
            manifest = await self._dealt(connection, poll)
        return None if manifest is None else manifest.data

    async def open(self, setup: PollSetup, names: Mapping[str, str] | None = None) -> None:
        on_paper = setup.mode is BallotMode.PAPER
        first = Phase.CASTING if on_paper else Phase.COLLECTING
        made = {**key_of(setup.key), "setup": setup.model_dump_json(), "phase": first}
        async with in_box(self._engine, setup.town) as connection:
            await connection.execute(_OPEN, made)
            held = await self._live(connection, setup.key, "FOR UPDATE")
            if held.setup != setup:
                raise refusals.other_setup(setup.poll_id)
            if on_paper:
                return
            manifest = held.manifest or await self._choose_manifest(connection, setup)
        if held.row.phase is Phase.COLLECTING and held.row.statements is None:
            await self._reached(setup).begin(setup, manifest, names or {})

    async def setup_of(self, poll: PollKey) -> PollSetup | None:
        async with in_box(self._engine, poll.town) as connection:
            row = await find_poll(connection, poll)
            return None if row is None else parsed(row.setup)

    async def issue_paper(self, poll: PollKey, deputies: Sequence[str]) -> None:
        held = await self._read(poll)
        if held.setup.mode is not BallotMode.MIXED:
            raise refusals.wrong_mode(poll.poll_id, "手机与纸质并行的方式")
        if held.row.phase is not Phase.COLLECTING or held.row.statements is not None:
            raise refusals.collecting_over()
        for deputy in deputies:
            if deputy not in held.setup.deputies:
                raise refusals.not_entitled(deputy)
        await self._reached(held.setup).give_paper(held.hash, deputies)

    async def begin_casting(self, poll: PollKey) -> None:
        held = await self._read(poll)
        if held.on_paper or held.row.phase is not Phase.COLLECTING:
            return
        offices, statements = self._reached(held.setup), held.row.statements
        if statements is None:
            check_may_cast(held.setup, await offices.collected(held.hash))
            statements = await offices.end_collecting(held.poll)
            # Written down before the box is asked: from here on nobody can collect, whatever happens next.
            async with in_box(self._engine, poll.town) as connection:
                await connection.execute(_STATEMENTS, {**key_of(poll), "statements": json.dumps(statements)})
        await offices.box.begin_casting(held.hash, statements)
        await self._step(poll, Phase.COLLECTING, Phase.CASTING)

    async def end_casting(self, poll: PollKey) -> None:
        held = await self._read(poll)
        if held.on_paper or held.row.phase in (Phase.ENDED, Phase.CLOSED):
            return
        if held.row.phase is Phase.COLLECTING:
            raise refusals.unfinished(("领票还没有结束，投票没有开始（可以宣布作废）",))
        await self._reached(held.setup).box.close(held.hash)
        await self._step(poll, Phase.CASTING, Phase.ENDED)

    # -- paper --------------------------------------------------------------------------------------------------------

    async def enter_paper(
        self, poll: PollKey, subject: str, entry: Entry, sheet_no: int, marks: Ballot, *, person: str
    ) -> None:
        await self.enter_papers(poll, entry, [Sheet(subject, sheet_no, marks)], person=person)

    async def enter_papers(self, poll: PollKey, entry: Entry, sheets: Sequence[Sheet], *, person: str) -> None:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._live(connection, poll, "FOR SHARE")
            await entries.enter_sheets(connection, held.setup, held.row.phase, entry, person, sheets)

    async def enter_counted_rows(
        self, poll: PollKey, entry: Entry, rows: Mapping[str, CountedRows], *, person: str
    ) -> None:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._live(connection, poll, "FOR SHARE")
            await entries.enter_rows(connection, held.setup, held.row.phase, entry, person, rows)

    async def entered(self, poll: PollKey, entry: Entry, person: str) -> list[Sheet]:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._live(connection, poll, None)
            return await trays.entered_by(connection, held.setup, entry, person)

    async def differences(self, poll: PollKey) -> list[Difference]:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._live(connection, poll, None)
            return await trays.differences(connection, held.setup)

    async def decide(self, poll: PollKey, subject: str, sheet_no: int, marks: Ballot, *, scrutineer: str) -> None:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._live(connection, poll, "FOR UPDATE")
            await entries.decide(connection, held.setup, held.row.phase, subject, sheet_no, marks, scrutineer)

    # -- the count ----------------------------------------------------------------------------------------------------

    async def contents(self, poll: PollKey) -> Contents:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._find(connection, poll)
            papers = await trays.read_trays(connection, held.setup)
        if held.row.counts is not None and not PollCount.model_validate_json(held.row.counts).opened:
            return await self._void_contents(held)
        reasons = [reason for tray in papers.values() for reason in tray.unfinished]
        if held.row.phase in (Phase.COLLECTING, Phase.CASTING):
            reasons.append("投票还没有结束")
        if reasons:
            raise refusals.unfinished(tuple(reasons))
        if held.row.phase is Phase.DISCARDED:
            raise refusals.discarded(poll.poll_id)
        box = await self._reached(held.setup).box.contents(held.hash)
        paper = paper_count(held.poll, papers) if held.setup.mode is BallotMode.MIXED else None
        return Contents.of(box, held.setup.deputies, present_of(held.setup), paper)

    async def _void_contents(self, held: Held) -> Contents:
        """What is signed of a void poll: the log as the board shows it, no envelope, and how many sheets came."""
        box = await self._reached(held.setup).log_alone(held.poll)
        paper = None
        if held.setup.mode is BallotMode.MIXED:
            told = PollCount.model_validate_json(held.row.counts or "")
            envelopes = read_log(held.poll, box.leaves).returned(held.poll)
            sheets = {subject: count.returned - envelopes[subject] for subject, count in told.subjects.items()}
            paper = PaperCount(sheets=sheets, rows={})
        return Contents.of(box, held.setup.deputies, present_of(held.setup), paper)

    async def submit_opening(self, poll: PollKey, result: TeamResult) -> None:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._find(connection, poll, "FOR UPDATE")
            if held.manifest is None or result.manifest != held.hash:
                raise refusals.not_a_result("不是本次测评的")
            if held.row.phase in (Phase.COLLECTING, Phase.CASTING):
                raise refusals.not_a_result("投票还没有结束")
            if held.row.phase is Phase.DISCARDED and held.row.counts is None:
                raise refusals.discarded(poll.poll_id)
            combined = None
            for other in await openings.read(connection, poll):
                if other.team != result.team:
                    root = await self._reached(held.setup).log_root(held.poll)
                    combined = await openings.combined(held.poll, policy_bytes(held.setup.policy), root, other, result)
            await openings.keep(connection, poll, result)
            if held.row.phase is not Phase.ENDED and combined is not None and combined.phase == "void":
                # A void poll was over before; its close is published for those who verify it.
                await self._reached(held.setup).box.publish(held.hash, combined.files, "void")

    async def submitted(self, poll: PollKey) -> list[TeamResult]:
        async with in_box(self._engine, poll.town) as connection:
            return await openings.read(connection, poll)

    async def status(self, poll: PollKey) -> BoxStatus:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._find(connection, poll)
            papers = await trays.read_trays(connection, held.setup)
            teams = await openings.teams(connection, poll)
        numbers = await self._numbers(held)
        paths = await self._paths(held, papers, numbers)
        unfinished: list[str] = []
        if held.row.phase in (Phase.COLLECTING, Phase.CASTING, Phase.ENDED):
            unfinished = [reason for tray in papers.values() for reason in tray.unfinished]
        if held.row.phase is Phase.ENDED and must_be_opened(held.setup, paths):
            unfinished += openings.waiting(held.poll, numbers, teams)
        if numbers.trouble:
            unfinished.append(numbers.trouble)
        if held.row.untold:
            unfinished.append(discarding.still_to_be_destroyed(held.row.untold))
        return BoxStatus(
            phase=held.row.phase,
            mode=held.setup.mode,
            turnout=turnout_of(held.setup, paths),
            manifest=held.row.manifest,
            unfinished=tuple(unfinished),
        )

    async def close(self, poll: PollKey) -> PollCount:
        await self.end_casting(poll)
        async with in_box(self._engine, poll.town) as connection:
            held = await self._live(connection, poll, "FOR UPDATE")
            if held.row.counts is not None:
                return PollCount.model_validate_json(held.row.counts)
            papers = await trays.read_trays(connection, held.setup)
            if reasons := tuple(reason for tray in papers.values() for reason in tray.unfinished):
                raise refusals.unfinished(reasons)
            numbers = await self._numbers(held)
            paths = await self._paths(held, papers, numbers)
            if (reason := why_unopened(held.setup, paths)) is not None:
                result = unopened(paths, reason)
                if not held.on_paper:
                    offices, policy = self._reached(held.setup), policy_bytes(held.setup.policy)
                    files = await openings.void_close(connection, poll, held.poll, policy, offices.log_root)
                    await offices.box.publish(held.hash, files, "void")
            elif must_be_opened(held.setup, paths):
                opened = await self._opened(connection, held, numbers)
                if opened.paper is not None and opened.paper != paper_count(held.poll, papers):
                    raise refusals.paper_changed()
                result = counted(held.setup, paths, papers, opened.tally)
                await self._reached(held.setup).box.publish(held.hash, opened.files, opened.phase)
            else:
                result = counted(held.setup, paths, papers, None)
            await connection.execute(_COUNTS, {**key_of(poll), "counts": result.model_dump_json()})
            return result

    async def discard(self, poll: PollKey) -> None:
        async with in_box(self._engine, poll.town) as connection:
            row = await find_poll(connection, poll, "FOR UPDATE")
            if row is None:
                return
            untold = row.untold
            if row.phase is not Phase.DISCARDED:
                if row.counts is not None and PollCount.model_validate_json(row.counts).opened:
                    raise refusals.already_counted(poll.poll_id)
                await entries.destroy(connection, poll)
                await openings.destroy(connection, poll)
                untold = () if row.manifest is None else discarding.PARTIES
                await discarding.note_down(connection, poll, untold)
        if row.manifest is not None and untold:
            note = discarding.Note(poll, row.manifest, untold)
            await discarding.tell(self._engine, self._reached(parsed(row.setup)), note, discarding.PATIENCE_SECONDS)

    async def finish_discards(self, town: str) -> int:
        return await discarding.finish(self._engine, self._offices, town)

    async def destroy(self, poll: PollKey) -> None:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._live(connection, poll, "FOR UPDATE")
            if held.row.phase is not Phase.CLOSED:
                raise refusals.not_counted(poll.poll_id)
            if not held.on_paper:
                await self._reached(held.setup).box.destroy(held.hash)
            await openings.destroy(connection, poll)  # the board has what they say

    async def verify(self, poll: PollKey) -> Verification:
        async with in_box(self._engine, poll.town) as connection:
            held = await self._find(connection, poll)
            papers = await trays.read_trays(connection, held.setup)
        if held.row.phase is Phase.DISCARDED:
            left = any(tray.returned for tray in papers.values())
            return Verification(cast=0, faults=(f"测评 {poll.poll_id} 已作废，票箱中却还有票",) if left else ())
        published = None if held.row.counts is None else PollCount.model_validate_json(held.row.counts)
        if not held.on_paper and held.manifest is None:
            cast = 0 if published is None else published.cast
            return Verification(cast=cast, faults=(refusals.former_box(poll.poll_id).message,))
        paths = await self._paths(held, papers, await self._numbers(held))
        faults: list[str] = []
        if published is not None:
            board = {} if held.manifest is None else await self._reached(held.setup).board.files(held.hash)
            faults = await asyncio.to_thread(recount_faults, held.setup, paths, papers, published, board)
        return Verification(cast=sum(own.returned for own in paths.values()), faults=tuple(faults))

    # -- together -----------------------------------------------------------------------------------------------------

    async def _choose_manifest(self, connection: AsyncConnection, setup: PollSetup) -> Poll:
        """The manifest of a poll that opens: as it was adopted, or dealt here and now."""
        offices = self._reached(setup)
        poll = await self._dealt(connection, setup.key)
        if poll is None:
            poll = await offices.deal_here(setup)
            await connection.execute(_ADOPT, {**key_of(setup.key), "manifest": poll.data})
        if faults := differing(setup, poll.manifest, offices.page()):
            raise refusals.set_up_does_not_fit(setup.poll_id, faults)
        await connection.execute(_UNDER, {**key_of(setup.key), "manifest": poll.hash.hex()})
        return poll

    async def _opened(self, connection: AsyncConnection, held: Held, numbers: BoxNumbers) -> Combined:
        """The two teams' equal results. Refused (`unfinished`) while they, or the witnesses, are awaited."""
        results = await openings.read(connection, held.setup.key)
        if reasons := openings.waiting(held.poll, numbers, [result.team for result in results]):
            raise refusals.unfinished(tuple(reasons))
        first, second = results
        root = await self._reached(held.setup).log_root(held.poll)
        return await openings.combined(held.poll, policy_bytes(held.setup.policy), root, first, second)

    async def _paths(self, held: Held, papers: Mapping[str, trays.PaperTray], numbers: BoxNumbers) -> dict[str, Paths]:
        """Ballots by subject and path. While deputies collect: as many as may have been issued at most."""
        setup, statements = held.setup, held.row.statements
        sheets = {s.subject: papers.get(s.subject, trays.EMPTY_TRAY).returned for s in setup.subjects}
        if held.on_paper:
            return {s.subject: Paths(0, s.ballots, 0, sheets[s.subject]) for s in setup.subjects}
        if statements is not None:
            lists = lists_of(held.poll, statements)
            issued, paper = lists.issued(held.poll), lists.collectors["a"].paper
            return {
                s: Paths(issued[s] - paper.get(s, 0), paper.get(s, 0), numbers.returned.get(s, 0), sheets[s])
                for s in issued
            }
        if held.row.phase is not Phase.COLLECTING:
            return {subject: Paths(0, 0, 0, number) for subject, number in sheets.items()}
        collected = await self._reached(setup).collected(held.hash)
        entitled = {s.subject: len(setup.deputies) - len(s.recused) for s in setup.subjects}
        return {s: Paths(min(collected.phones, n), min(collected.paper, n), 0, sheets[s]) for s, n in entitled.items()}

    async def _numbers(self, held: Held) -> BoxNumbers:
        """What the box says, once there is anything to say."""
        if held.on_paper or held.row.statements is None or held.row.phase is Phase.DISCARDED:
            return BoxNumbers(phase="collecting", returned={}, log_size=0, cosigned=0)
        return await self._reached(held.setup).box.numbers(held.hash)

    async def _read(self, poll: PollKey) -> Held:
        async with in_box(self._engine, poll.town) as connection:
            return await self._live(connection, poll, None)

    async def _live(self, connection: AsyncConnection, poll: PollKey, lock: Lock | None) -> Held:
        return await self._held(connection, poll, await live_poll(connection, poll, lock))

    async def _find(self, connection: AsyncConnection, poll: PollKey, lock: Lock | None = None) -> Held:
        return await self._held(connection, poll, await poll_row(connection, poll, lock))

    async def _held(self, connection: AsyncConnection, poll: PollKey, row: PollRow) -> Held:
        manifest = None
        if row.manifest is not None:
            manifest = self._manifests.get(row.manifest) or await self._dealt(connection, poll)
            if manifest is not None:
                self._manifests[row.manifest] = manifest
        return Held(parsed(row.setup), row, manifest)

    async def _dealt(self, connection: AsyncConnection, poll: PollKey) -> Poll | None:
        data = (await connection.execute(_MANIFEST, key_of(poll))).scalar_one_or_none()
        return None if data is None else Poll(bytes(data))

    async def _step(self, poll: PollKey, before: Phase, after: Phase) -> None:
        async with in_box(self._engine, poll.town) as connection:
            await connection.execute(_STEP, {**key_of(poll), "before": before, "after": after})

    def _reached(self, setup: PollSetup) -> Offices:
        if self._offices is None:
            raise refusals.no_offices(setup.poll_id)
        return self._offices
