"""Closing: everything is read once, sorted, and counted; and counted again whenever somebody asks."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ballotbox import refusals
from ballotbox.ballots import Ballot
from ballotbox.counts import PollCount, Verification, count_column
from ballotbox.plain.database import PollRow
from ballotbox.plain.paper import EMPTY_TRAY, PaperTray, read_trays
from ballotbox.polls import BoxStatus, Phase, PollKey, PollSetup, SubjectTurnout
from domain.cases.poll.result import SubjectCount
from domain.policy.document import BallotMode
from domain.rules.counting import ItemCount

_BALLOTS = text(
    "SELECT subject, content FROM ballotbox.ballot WHERE town = :town AND poll_id = :poll ORDER BY subject, content"
)
_NUMBERS = text(
    "SELECT 'issued' AS what, subject, count(*) AS number FROM ballotbox.issue"
    " WHERE town = :town AND poll_id = :poll GROUP BY subject "
    "UNION ALL SELECT 'forms', subject, forms FROM ballotbox.paper_forms WHERE town = :town AND poll_id = :poll "
    "UNION ALL SELECT 'tokens', subject, count(*) FROM ballotbox.token"
    " WHERE town = :town AND poll_id = :poll GROUP BY subject "
    # EXCEPT and not an anti-join: without statistics, as in a new poll, the planner would compare every pair of rows.
    "UNION ALL SELECT 'strays', subject, count(*) FROM ("
    "  SELECT subject, token_hash FROM ballotbox.casting WHERE town = :town AND poll_id = :poll"
    "  EXCEPT SELECT subject, token_hash FROM ballotbox.token WHERE town = :town AND poll_id = :poll"
    ") AS never_issued GROUP BY subject "
    "UNION ALL SELECT 'receipts', subject, count(*) FROM ballotbox.casting"
    " WHERE town = :town AND poll_id = :poll GROUP BY subject "
    "UNION ALL SELECT 'ballots', subject, count(*) FROM ballotbox.ballot"
    " WHERE town = :town AND poll_id = :poll GROUP BY subject"
)
_REWRITE_BALLOTS = text(
    "WITH cast_ballots AS ("
    "  DELETE FROM ballotbox.ballot WHERE town = :town AND poll_id = :poll RETURNING subject, content"
    ") INSERT INTO ballotbox.ballot (town, poll_id, subject, ballot_id, content)"
    "  SELECT :town, :poll, subject, gen_random_uuid(), content FROM cast_ballots ORDER BY subject, content"
)
_PUBLISH = text("UPDATE ballotbox.poll SET phase = 'closed', counts = :counts WHERE town = :town AND poll_id = :poll")
_DROP_BALLOTS = text("DELETE FROM ballotbox.ballot WHERE town = :town AND poll_id = :poll")
_DISCARD = text("UPDATE ballotbox.poll SET phase = 'discarded' WHERE town = :town AND poll_id = :poll")


class _Numbers(NamedTuple):
    """How many rows of each kind a subject has."""

    issued: int = 0
    forms: int = 0
    tokens: int = 0
    strays: int = 0
    """Castings under tokens that were never issued."""
    receipts: int = 0
    ballots: int = 0


def _key(poll: PollKey) -> dict[str, str]:
    return {"town": poll.town, "poll": poll.poll_id}


async def _numbers(connection: AsyncConnection, poll: PollKey) -> defaultdict[str, _Numbers]:
    found: defaultdict[str, _Numbers] = defaultdict(_Numbers)
    for what, subject, number in await connection.execute(_NUMBERS, _key(poll)):
        found[subject] = found[subject]._replace(**{what: number})
    return found


def _returned(numbers: _Numbers, tray: PaperTray) -> int:
    return numbers.ballots + tray.sheets + (tray.counted.overall.returned if tray.counted else 0)


async def status(connection: AsyncConnection, setup: PollSetup, phase: Phase) -> BoxStatus:
    """Phase, turnout, and what keeps the box from being closed."""
    numbers = await _numbers(connection, setup.key)
    trays = await read_trays(connection, setup)
    paper = setup.mode is BallotMode.PAPER
    turnout = []
    unfinished: list[str] = []
    for subject in setup.subjects:
        own, tray = numbers[subject.subject], trays.get(subject.subject, EMPTY_TRAY)
        turnout.append(
            SubjectTurnout(
                subject=subject.subject,
                issued=subject.ballots if paper else own.issued,
                returned=_returned(own, tray),
            )
        )
        unfinished.extend(tray.unfinished)
    live = phase in (Phase.COLLECTING, Phase.CASTING)
    return BoxStatus(phase=phase, mode=setup.mode, turnout=tuple(turnout), unfinished=tuple(unfinished) if live else ())


async def count(connection: AsyncConnection, setup: PollSetup) -> PollCount:
    """The counts of what is stored: each subject's ballots and agreed sheets, or its counted rows."""
    numbers = await _numbers(connection, setup.key)
    trays = await read_trays(connection, setup)
    columns: defaultdict[str, list[Ballot]] = defaultdict(list)
    for subject, content in await connection.execute(_BALLOTS, _key(setup.key)):
        columns[subject].append(Ballot.from_content(setup.questions, content))
    counts = {}
    for box_subject in setup.subjects:
        subject = box_subject.subject
        tray = trays.get(subject, EMPTY_TRAY)
        rows = tray.counted or count_column(setup.policy, setup.questions, [*columns[subject], *tray.agreed])
        counts[subject] = SubjectCount(
            overall=rows.overall,
            dimensions=rows.dimensions,
            issued=box_subject.ballots if setup.mode is BallotMode.PAPER else numbers[subject].issued,
            returned=_returned(numbers[subject], tray),
        )
    if all(one.returned <= one.issued for one in counts.values()):
        return PollCount(opened=True, subjects=counts)
    unopened = {"overall": ItemCount(), "dimensions": {}}
    return PollCount(
        opened=False, subjects={subject: one.model_copy(update=unopened) for subject, one in counts.items()}
    )


async def close(connection: AsyncConnection, setup: PollSetup, row: PollRow) -> PollCount:
    """Count and publish, under the poll's exclusive lock; what was published before is told again."""
    if row.counts is not None:
        return PollCount.model_validate_json(row.counts)
    trays = await read_trays(connection, setup)
    if reasons := tuple(reason for tray in trays.values() for reason in tray.unfinished):
        raise refusals.unfinished(reasons)
    # All ballots become rows of this one transaction, sorted: in which order they were cast shows no more.
    await connection.execute(_REWRITE_BALLOTS, _key(setup.key))
    counted = await count(connection, setup)
    await connection.execute(_PUBLISH, {**_key(setup.key), "counts": counted.model_dump_json()})
    return counted


async def destroy(connection: AsyncConnection, poll: PollKey) -> None:
    """Destroy the ballots of a void poll, unread."""
    await connection.execute(_DROP_BALLOTS, _key(poll))
    await connection.execute(_DISCARD, _key(poll))


async def verify(connection: AsyncConnection, setup: PollSetup, row: PollRow) -> Verification:
    """Compare receipts, ballots and published counts, subject by subject."""
    numbers = await _numbers(connection, setup.key)
    faults: list[str] = []
    if row.phase is Phase.DISCARDED:
        faults = [f"测评 {setup.poll_id} 已作废，票箱中却还有票"] if any(n.ballots for n in numbers.values()) else []
        return Verification(cast=0, faults=tuple(faults))
    for subject in sorted(numbers.keys() | {subject.subject for subject in setup.subjects}):
        faults.extend(_number_faults(subject, numbers[subject]))
    recount = await count(connection, setup)
    published = PollCount.model_validate_json(row.counts) if row.counts is not None else None
    if published is not None:
        faults.extend(
            f"测评对象 {subject}：重新计票的结果与公布的不同"
            for subject in sorted(recount.subjects.keys() | published.subjects.keys())
            if recount.subjects.get(subject) != published.subjects.get(subject)
        )
        if recount.opened != published.opened:
            faults.append("收回与发出的关系与公布的不同")
    return Verification(cast=recount.cast, faults=tuple(faults))


def _number_faults(subject: str, numbers: _Numbers) -> list[str]:
    faults = []
    if numbers.tokens + numbers.forms != numbers.issued:
        faults.append(f"测评对象 {subject}：发出的票 {numbers.tokens + numbers.forms} 张，领票 {numbers.issued} 人")
    if numbers.strays:
        faults.append(f"测评对象 {subject}：有 {numbers.strays} 张票不是本次测评发出的")
    if numbers.receipts != numbers.ballots:
        faults.append(f"测评对象 {subject}：回执 {numbers.receipts} 张，票箱中有票 {numbers.ballots} 张")
    return faults
