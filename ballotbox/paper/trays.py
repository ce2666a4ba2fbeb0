"""Reading what was entered from paper: what is agreed, what a scrutineer decided, what is still missing or differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ballotbox.ballots import Ballot, CountedRows, Difference, Sheet
from ballotbox.database import key_of
from ballotbox.polls import PollKey, PollSetup
from domain.policy.document import BallotMode

_SHEETS = text(
    "SELECT subject, sheet_no, entry, person, content FROM ballotbox.paper_sheet "
    "WHERE town = :town AND poll_id = :poll ORDER BY subject, sheet_no, entry"
)
_ROWS = text(
    "SELECT subject, 0, entry, person, content FROM ballotbox.counted_rows "
    "WHERE town = :town AND poll_id = :poll ORDER BY subject, entry"
)
_DECISIONS = text(
    "SELECT subject, sheet_no, content FROM ballotbox.sheet_decision WHERE town = :town AND poll_id = :poll"
)
_ENTERED = text(
    "SELECT subject, sheet_no, content FROM ballotbox.paper_sheet "
    "WHERE town = :town AND poll_id = :poll AND entry = :entry AND person = :person ORDER BY sheet_no, subject"
)


class Entered(NamedTuple):
    """One entry of a sheet, or of a subject's counts."""

    person: str
    content: str


class PaperTray(NamedTuple):
    """All that was entered from paper for one subject. `agreed` and `counted` hold what two persons entered alike, and
    what a scrutineer decided."""

    sheets: int
    """Sheets entered at least once."""
    agreed: tuple[Ballot, ...]
    counted: CountedRows | None
    unfinished: tuple[str, ...]

    @property
    def returned(self) -> int:
        """Ballots that came back on paper."""
        return self.sheets + (self.counted.overall.returned if self.counted else 0)


EMPTY_TRAY = PaperTray(0, (), None, ())

Entries = defaultdict[str, defaultdict[int, dict[int, Entered]]]
"""By subject, sheet (0 for counts) and entry."""
Decisions = Mapping[tuple[str, int], str]
"""Contents by subject and sheet."""


async def read_trays(connection: AsyncConnection, setup: PollSetup) -> dict[str, PaperTray]:
    """What was entered from paper, by subject, with what is unfinished."""
    if setup.mode is BallotMode.PHONES:
        return {}
    sheets = await _entries(connection, setup.key, _SHEETS)
    rows = await _entries(connection, setup.key, _ROWS)
    decisions = await _decisions(connection, setup.key)
    names = [subject.subject for subject in setup.subjects]
    return {name: _tray(setup, name, sheets[name], rows[name][0], decisions) for name in names}


async def entered_by(connection: AsyncConnection, setup: PollSetup, entry: int, person: str) -> list[Sheet]:
    """One person's entries, by sheet."""
    rows = await connection.execute(_ENTERED, {**key_of(setup.key), "entry": entry, "person": person})
    return [Sheet(row.subject, row.sheet_no, Ballot.from_content(setup.questions, row.content)) for row in rows]


async def differences(connection: AsyncConnection, setup: PollSetup) -> list[Difference]:
    """The sheets whose two entries differ, by sheet."""
    decisions = await _decisions(connection, setup.key)
    found = []
    for subject, sheets in (await _entries(connection, setup.key, _SHEETS)).items():
        for number, entries in sheets.items():
            if len(entries) == 2 and entries[1].content != entries[2].content:
                one, two = _both(setup, entries)
                decided = decisions.get((subject, number))
                ballot = None if decided is None else Ballot.from_content(setup.questions, decided)
                found.append(Difference(subject, number, one, two, _differing_rows(setup, one, two), ballot))
    return sorted(found, key=lambda each: (each.sheet_no, each.subject))


async def _entries(connection: AsyncConnection, poll: PollKey, query: TextClause) -> Entries:
    found: Entries = defaultdict(lambda: defaultdict(dict))
    for subject, number, entry, person, content in await connection.execute(query, key_of(poll)):
        found[subject][number][entry] = Entered(person, content)
    return found


async def _decisions(connection: AsyncConnection, poll: PollKey) -> Decisions:
    rows = await connection.execute(_DECISIONS, key_of(poll))
    return {(row.subject, row.sheet_no): row.content for row in rows}


def _tray(
    setup: PollSetup,
    subject: str,
    sheets: Mapping[int, dict[int, Entered]],
    rows: dict[int, Entered],
    decisions: Decisions,
) -> PaperTray:
    unfinished: list[str] = []
    agreed: list[Ballot] = []
    for number, entries in sorted(sheets.items()):
        fault = _disagreement(f"测评对象 {subject} 第 {number} 号票", entries)
        if fault is None:
            agreed.append(Ballot.from_content(setup.questions, entries[1].content))
        elif _differ(entries) and (decided := decisions.get((subject, number))) is not None:
            agreed.append(Ballot.from_content(setup.questions, decided))
        else:
            rows_named = _differing_rows(setup, *_both(setup, entries)) if len(entries) == 2 else ()
            unfinished.append(fault + (f"（{'、'.join(rows_named)}）" if rows_named else ""))
    counted = None
    if rows:
        if fault := _disagreement(f"测评对象 {subject} 的票数", rows):
            unfinished.append(fault)
        else:
            counted = CountedRows.model_validate_json(rows[1].content)
        if sheets:
            unfinished.append(f"测评对象 {subject} 既逐张录入又汇总录入，只能用一种")
    return PaperTray(len(sheets), tuple(agreed), counted, tuple(unfinished))


def _disagreement(where: str, entries: Mapping[int, Entered]) -> str | None:
    if len(entries) < 2:
        return f"{where}只录入了一次"
    if entries[1].person == entries[2].person:  # two calls at the same moment pass the check on entering
        return f"{where}的两次录入是同一人"
    return f"{where}两次录入不一致" if _differ(entries) else None


def _differ(entries: Mapping[int, Entered]) -> bool:
    return len(entries) == 2 and entries[1].content != entries[2].content


def _both(setup: PollSetup, entries: Mapping[int, Entered]) -> tuple[Ballot, Ballot]:
    one, two = (Ballot.from_content(setup.questions, entries[entry].content) for entry in (1, 2))
    return one, two


def _differing_rows(setup: PollSetup, one: Ballot, two: Ballot) -> tuple[str, ...]:
    return tuple(question for question in setup.questions if one.rows[question] != two.rows[question])
