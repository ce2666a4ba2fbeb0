"""Policies adopted, calendars loaded, and the last places of years before the town began."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import Actor, Command, Refusal, Role
from domain.calendar import YearTable
from domain.policy.document import Policy
from domain.roster.book import Book, read
from domain.roster.books import CALENDAR, HISTORY, POLICY
from domain.roster.history import EnterHistory, SignHistory
from domain.roster.standing import AdoptPolicy, LoadYearTable
from domain.rules.veto import HistoryRow
from tests.cases.play import OTHER_STAFF, STAFF, Town, day


def enter(town: Town, book: Book[Any], command: Command, actor: Actor = STAFF) -> int:
    """How many events the entry made."""
    return len(town.enter("2025-01-02", book, command, actor))


def refused(town: Town, book: Book[Any], command: Command, actor: Actor = STAFF) -> str:
    with pytest.raises(Refusal) as refusal:
        enter(town, book, command, actor)
    return refusal.value.code


def row(year: int, subject: str = "c", person: str = "丙") -> HistoryRow:
    return HistoryRow(year=year, subject=subject, person=person)


def test_the_default_policy_holds_until_one_is_adopted_and_each_stays_known_by_its_version() -> None:
    town = Town()
    first = Policy.model_validate({"appraisal": {"pass_rate": "2/3"}})
    second = Policy.model_validate({"appraisal": {"pass_rate": "70%"}})
    assert read(POLICY, town.stream("policy")).current == Policy()
    assert [enter(town, POLICY, AdoptPolicy(policy=each)) for each in (first, first, second)] == [1, 0, 1]
    state = read(POLICY, town.stream("policy"))
    assert state.current == second
    assert state.version(first.version) == first
    assert state.version("0" * 16) is None


def test_a_calendar_loaded_again_replaces_that_years_table() -> None:
    town = Town()
    wrong = YearTable(year=2025, rest_days=(day("2025-05-05"),))
    right = YearTable(year=2025, rest_days=(day("2025-05-01"),), working_days=(day("2025-04-27"),))
    assert [enter(town, CALENDAR, LoadYearTable(table=each)) for each in (wrong, right, right)] == [1, 1, 0]
    calendar = read(CALENDAR, town.stream("calendar"))
    worked = [calendar.is_working_day(day(each)) for each in ("2025-04-27", "2025-05-01", "2025-05-05")]
    assert worked == [True, False, True]


def test_history_counts_once_a_second_person_signed_it() -> None:
    town = Town()
    enter(town, HISTORY, EnterHistory(rows=(row(2024), row(2023))))
    assert read(HISTORY, town.stream("history")).rows == ()
    assert refused(town, HISTORY, SignHistory(version=0)) == "same_person"
    behind = Actor(id="p", role=Role.PRESIDIUM, on_behalf_of=STAFF.id)
    assert refused(town, HISTORY, SignHistory(version=0), behind) == "same_person"
    enter(town, HISTORY, SignHistory(version=0), OTHER_STAFF)
    assert read(HISTORY, town.stream("history")).rows == (row(2023), row(2024))
    assert refused(town, HISTORY, SignHistory(version=0), OTHER_STAFF) == "nothing_to_sign"


def test_history_is_entered_once_and_mended_only_with_a_reason_and_two_signatures() -> None:
    town = Town()
    enter(town, HISTORY, EnterHistory(rows=(row(2023), row(2024))))
    enter(town, HISTORY, SignHistory(version=0), OTHER_STAFF)
    assert refused(town, HISTORY, EnterHistory(rows=(row(2024, "d", "丁"),))) == "already_entered"
    enter(town, HISTORY, EnterHistory(rows=(row(2024, "d", "丁"),), correction="原件核对有误"))
    assert row(2024) in read(HISTORY, town.stream("history")).rows
    enter(town, HISTORY, SignHistory(version=2), OTHER_STAFF)
    assert read(HISTORY, town.stream("history")).rows == (row(2023), row(2024, "d", "丁"))


def test_history_holds_no_year_to_come() -> None:
    assert refused(Town(), HISTORY, EnterHistory(rows=(row(2026),))) == "year_ahead"
