"""Paper: every form, or every subject's counts, is entered twice by two persons; what differs is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ballotbox import refusals
from ballotbox.ballots import OVERALL, Ballot, CountedRows, Sheet
from ballotbox.polls import Phase, PollKey, PollSetup
from domain.policy.document import BallotMode
from domain.rules.counting import ItemCount, count_fault

_ENTER_SHEETS = text(
    "INSERT INTO ballotbox.paper_sheet (town, poll_id, subject, sheet_no, entry, person, content) "
    "SELECT :town, :poll, subject, sheet_no, :entry, :person, content "
    "FROM unnest(CAST(:subjects AS text[]), CAST(:numbers AS integer[]), CAST(:contents AS text[])) "
    "  AS entered (subject, sheet_no, content) ORDER BY subject, sheet_no "
    "ON CONFLICT (town, poll_id, subject, sheet_no, entry) "
    "DO UPDATE SET person = excluded.person, content = excluded.content"
)
_ENTER_ROWS = text(
    "INSERT INTO ballotbox.counted_rows (town, poll_id, subject, entry, person, content) "
    "SELECT :town, :poll, subject, :entry, :person, content "
    "FROM unnest(CAST(:subjects AS text[]), CAST(:contents AS text[])) AS entered (subject, content) ORDER BY subject "
    "ON CONFLICT (town, poll_id, subject, entry) DO UPDATE SET person = excluded.person, content = excluded.content"
)
_SAME_PERSON_SHEET = text(
    "SELECT s.subject, s.sheet_no FROM ballotbox.paper_sheet s "
    "JOIN unnest(CAST(:subjects AS text[]), CAST(:numbers AS integer[])) AS a (subject, sheet_no) "
    "  USING (subject, sheet_no) "
    "WHERE s.town = :town AND s.poll_id = :poll AND s.entry = 3 - :entry AND s.person = :person "
    "ORDER BY s.sheet_no, s.subject LIMIT 1"
)
_SAME_PERSON_ROWS = text(
    "SELECT subject FROM ballotbox.counted_rows "
    "WHERE town = :town AND poll_id = :poll AND subject = ANY(CAST(:subjects AS text[])) "
    "  AND entry = 3 - :entry AND person = :person ORDER BY subject LIMIT 1"
)
_SHEETS = text(
    "SELECT subject, sheet_no, entry, person, content FROM ballotbox.paper_sheet "
    "WHERE town = :town AND poll_id = :poll ORDER BY subject, sheet_no, entry"
)
_ROWS = text(
    "SELECT subject, 0, entry, person, content FROM ballotbox.counted_rows "
    "WHERE town = :town AND poll_id = :poll ORDER BY subject, entry"
)
_FORMS = text("SELECT subject, forms FROM ballotbox.paper_forms WHERE town = :town AND poll_id = :poll")
_DROP = (
    text("DELETE FROM ballotbox.paper_sheet WHERE town = :town AND poll_id = :poll"),
    text("DELETE FROM ballotbox.counted_rows WHERE town = :town AND poll_id = :poll"),
)


class _Entered(NamedTuple):
    """One entry of a sheet, or of a subject's counts."""

    person: str
    content: str


class PaperTray(NamedTuple):
    """All that was entered from paper for one subject. `agreed…` hold what two persons entered alike."""

    sheets: int
    """Sheets entered at least once."""
    agreed: tuple[Ballot, ...]
    counted: CountedRows | None
    unfinished: tuple[str, ...]


EMPTY_TRAY = PaperTray(0, (), None, ())


def _check_subjects(setup: PollSetup, names: Iterable[str]) -> None:
    known = {subject.subject for subject in setup.subjects}
    for name in names:
        if name not in known:
            raise refusals.unknown_subject(setup.poll_id, name)


async def enter_sheets(
    connection: AsyncConnection, setup: PollSetup, phase: Phase, entry: int, person: str, sheets: Sequence[Sheet]
) -> None:
    """Store one person's entry of sheets, under the poll's shared lock."""
    if setup.mode is BallotMode.PHONES:
        raise refusals.wrong_mode(setup.poll_id, "纸质票")
    if phase is Phase.CLOSED:
        raise refusals.closed(setup.poll_id)
    _check_subjects(setup, [sheet.subject for sheet in sheets])
    if len({(sheet.subject, sheet.sheet_no) for sheet in sheets}) < len(sheets):
        raise refusals.bad_ballot("同一张票在一次录入中出现了两次")
    if any(sheet.sheet_no < 1 for sheet in sheets):
        raise refusals.bad_ballot("票号应为正整数")
    contents = [sheet.ballot.content(setup.policy, setup.questions, paper=True) for sheet in sheets]
    entered = {
        "town": setup.town,
        "poll": setup.poll_id,
        "entry": entry,
        "person": person,
        "subjects": [sheet.subject for sheet in sheets],
        "numbers": [sheet.sheet_no for sheet in sheets],
    }
    if same := (await connection.execute(_SAME_PERSON_SHEET, entered)).one_or_none():
        raise refusals.same_person(f"测评对象 {same.subject} 第 {same.sheet_no} 号票")
    await connection.execute(_ENTER_SHEETS, {**entered, "contents": contents})


async def enter_rows(
    connection: AsyncConnection,
    setup: PollSetup,
    phase: Phase,
    entry: int,
    person: str,
    rows: Mapping[str, CountedRows],
) -> None:
    """Store one person's entry of counts, under the poll's shared lock."""
    if setup.mode is not BallotMode.PAPER:
        raise refusals.wrong_mode(setup.poll_id, "汇总录入的纸质票")
    if phase is Phase.CLOSED:
        raise refusals.closed(setup.poll_id)
    _check_subjects(setup, rows)
    entered = {
        "town": setup.town,
        "poll": setup.poll_id,
        "entry": entry,
        "person": person,
        "subjects": list(rows),
    }
    if same := (await connection.execute(_SAME_PERSON_ROWS, entered)).one_or_none():
        raise refusals.same_person(f"测评对象 {same.subject} 的票数")
    contents = [_canonical(setup, subject, counted).model_dump_json() for subject, counted in rows.items()]
    await connection.execute(_ENTER_ROWS, {**entered, "contents": contents})


def _canonical(setup: PollSetup, subject: str, rows: CountedRows) -> CountedRows:
    """The counts with everything written out in the poll's order, so that equal counts are equal texts."""
    if fault := count_fault(setup.policy, rows.overall, rows.dimensions):
        raise refusals.bad_ballot(f"测评对象 {subject} 的{fault}")
    asked = [question for question in setup.questions if question != OVERALL]
    if strange := sorted(set(rows.dimensions) - set(asked)):
        raise refusals.bad_ballot(f"本次测评没有测评项目 {'、'.join(strange)}")

    def item(given: ItemCount) -> ItemCount:
        return given.model_copy(update={"grades": {key: given.grades.get(key, 0) for key in setup.policy.grade_keys}})

    dimensions = {question: item(rows.dimensions.get(question, rows.overall)) for question in asked}
    return CountedRows(overall=item(rows.overall), dimensions=dimensions)


async def read_trays(connection: AsyncConnection, setup: PollSetup) -> dict[str, PaperTray]:
    """What was entered from paper, by subject, with what is unfinished."""
    if setup.mode is BallotMode.PHONES:
        return {}
    key = {"town": setup.town, "poll": setup.poll_id}
    sheets = await _entries(connection, setup.key, _SHEETS)
    rows = await _entries(connection, setup.key, _ROWS)
    forms: dict[str, int] = {row.subject: row.forms for row in await connection.execute(_FORMS, key)}
    trays = {}
    for subject in setup.subjects:
        name = subject.subject
        limit = forms.get(name, 0) if setup.mode is BallotMode.MIXED else None
        trays[name] = _tray(setup, name, sheets[name], rows[name][0], limit)
    return trays


async def destroy(connection: AsyncConnection, poll: PollKey) -> None:
    """Forget everything that was entered from paper."""
    for statement in _DROP:
        await connection.execute(statement, {"town": poll.town, "poll": poll.poll_id})


Entries = defaultdict[str, defaultdict[int, dict[int, _Entered]]]
"""By subject, sheet (0 for counts) and entry."""


async def _entries(connection: AsyncConnection, poll: PollKey, query: TextClause) -> Entries:
    found: Entries = defaultdict(lambda: defaultdict(dict))
    rows = await connection.execute(query, {"town": poll.town, "poll": poll.poll_id})
    for subject, number, entry, person, content in rows:
        found[subject][number][entry] = _Entered(person, content)
    return found


def _tray(
    setup: PollSetup,
    subject: str,
    sheets: Mapping[int, dict[int, _Entered]],
    rows: dict[int, _Entered],
    limit: int | None,
) -> PaperTray:
    unfinished: list[str] = []
    agreed: list[Ballot] = []
    for number, entries in sorted(sheets.items()):
        where = f"测评对象 {subject} 第 {number} 号票"
        if fault := _disagreement(where, entries):
            differing = _differing_rows(setup, entries)
            unfinished.append(fault + (f"（{'、'.join(differing)}）" if differing else ""))
        else:
            agreed.append(Ballot.from_content(setup.questions, entries[1].content))
    counted = None
    if rows:
        if fault := _disagreement(f"测评对象 {subject} 的票数", rows):
            unfinished.append(fault)
        else:
            counted = CountedRows.model_validate_json(rows[1].content)
        if sheets:
            unfinished.append(f"测评对象 {subject} 既逐张录入又汇总录入，只能用一种")
    if limit is not None and len(sheets) > limit:
        unfinished.append(f"测评对象 {subject} 录入纸质票 {len(sheets)} 张，多于发出的 {limit} 张，请监票人核对")
    return PaperTray(len(sheets), tuple(agreed), counted, tuple(unfinished))


def _disagreement(where: str, entries: Mapping[int, _Entered]) -> str | None:
    if len(entries) < 2:
        return f"{where}只录入了一次"
    if entries[1].person == entries[2].person:  # two calls at the same moment pass the check on entering
        return f"{where}的两次录入是同一人"
    return None if entries[1].content == entries[2].content else f"{where}两次录入不一致"


def _differing_rows(setup: PollSetup, entries: Mapping[int, _Entered]) -> list[str]:
    if len(entries) < 2:
        return []
    one, two = (Ballot.from_content(setup.questions, entries[entry].content) for entry in (1, 2))
    return [question for question in setup.questions if one.rows[question] != two.rows[question]]
