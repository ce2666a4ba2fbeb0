"""Entering paper: one of the two persons' entries of sheets or counts, and a scrutineer's decision between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ballotbox import refusals
from ballotbox.ballots import OVERALL, Ballot, CountedRows, Sheet
from ballotbox.database import key_of
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
_BOTH_ENTRIES = text(
    "SELECT entry, person, content FROM ballotbox.paper_sheet "
    "WHERE town = :town AND poll_id = :poll AND subject = :subject AND sheet_no = :number"
)
_DECIDE = text(
    "INSERT INTO ballotbox.sheet_decision (town, poll_id, subject, sheet_no, scrutineer, content) "
    "VALUES (:town, :poll, :subject, :number, :scrutineer, :content) "
    "ON CONFLICT (town, poll_id, subject, sheet_no) "
    "DO UPDATE SET scrutineer = excluded.scrutineer, content = excluded.content"
)
_DROP = (
    text("DELETE FROM ballotbox.sheet_decision WHERE town = :town AND poll_id = :poll"),
    text("DELETE FROM ballotbox.paper_sheet WHERE town = :town AND poll_id = :poll"),
    text("DELETE FROM ballotbox.counted_rows WHERE town = :town AND poll_id = :poll"),
)


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


async def decide(
    connection: AsyncConnection,
    setup: PollSetup,
    phase: Phase,
    subject: str,
    sheet_no: int,
    marks: Ballot,
    scrutineer: str,
) -> None:
    """Store what a scrutineer reads on a sheet whose two entries differ, under the poll's exclusive lock."""
    if setup.mode is BallotMode.PHONES:
        raise refusals.wrong_mode(setup.poll_id, "纸质票")
    if phase is Phase.CLOSED:
        raise refusals.closed(setup.poll_id)
    _check_subjects(setup, [subject])
    where = f"测评对象 {subject} 第 {sheet_no} 号票"
    sheet = {**key_of(setup.key), "subject": subject, "number": sheet_no}
    entries = (await connection.execute(_BOTH_ENTRIES, sheet)).all()
    if len({entry.entry for entry in entries}) < 2 or len({entry.content for entry in entries}) < 2:
        raise refusals.no_difference(where)
    if scrutineer in {entry.person for entry in entries}:
        raise refusals.own_entry(where)
    content = marks.content(setup.policy, setup.questions, paper=True)
    await connection.execute(_DECIDE, {**sheet, "scrutineer": scrutineer, "content": content})


async def destroy(connection: AsyncConnection, poll: PollKey) -> None:
    """Forget everything that was entered from paper."""
    for statement in _DROP:
        await connection.execute(statement, key_of(poll))
