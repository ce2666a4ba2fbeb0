"""Rectification: the dates example of the rules, extensions and their refusals, lights, reminders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Role
from domain.calendar import DueDate, WorkCalendar, add_months
from domain.official_holidays import official_calendar
from domain.policy.document import RectificationPolicy
from domain.rules.rectification import (
    HANDLING_ADDRESSEES,
    AfterReport,
    ExtensionRefusal,
    extension,
    filing_due,
    is_overdue,
    lights,
    months,
    overdue_since,
    plan_days,
    proposal_for_handling,
    reminders,
    revote,
)

DEFAULT = RectificationPolicy()
WEEKENDS = WorkCalendar(weekends_only=True)
SERVED = date(2026, 11, 30)
DUE = DueDate(unrolled=date(2027, 2, 28), rolled=date(2027, 3, 1))


def policy(**keys: Any) -> RectificationPolicy:
    return RectificationPolicy.model_validate(keys)


def extended(
    rules: RectificationPolicy = DEFAULT,
    *,
    served_on: date = SERVED,
    due: DueDate = DUE,
    so_far: int = 0,
    asked_on: date = date(2027, 2, 1),
    by_months: int = 1,
    agreed: bool = True,
) -> DueDate | ExtensionRefusal:
    return extension(rules, served_on, due, so_far, asked_on, by_months, agreed, WEEKENDS)


def test_the_dates_of_the_rules() -> None:
    assert months(DEFAULT, SERVED, WEEKENDS) == DUE
    assert extended() == DueDate(unrolled=date(2027, 3, 28), rolled=date(2027, 3, 29))


def test_an_extension_counts_from_the_unrolled_date() -> None:
    """From the rolled 1 March it would be 1 April."""
    new = extended()
    assert isinstance(new, DueDate)
    assert new.rolled == date(2027, 3, 29)


@pytest.mark.parametrize(
    ("asked_on", "result"),
    [
        (date(2027, 3, 1), date(2027, 3, 29)),  # on the due date in force, which has rolled
        (date(2027, 3, 2), ExtensionRefusal.AFTER_DUE_DATE),
    ],
)
def test_asked_on_or_before_the_due_date_in_force(asked_on: date, result: date | ExtensionRefusal) -> None:
    got = extended(asked_on=asked_on)
    assert (got.rolled if isinstance(got, DueDate) else got) == result


@pytest.mark.parametrize(
    ("late", "used", "too_long", "agreed", "reason"),
    [
        (True, True, True, False, ExtensionRefusal.AFTER_DUE_DATE),
        (False, True, True, False, ExtensionRefusal.ALREADY_EXTENDED),
        (False, False, True, False, ExtensionRefusal.BEYOND_CAP),
        (False, False, False, False, ExtensionRefusal.NOT_AGREED),
    ],
)
def test_refusals_are_tested_in_this_order(
    late: bool, used: bool, too_long: bool, agreed: bool, reason: ExtensionRefusal
) -> None:
    got = extended(
        asked_on=date(2027, 6, 1) if late else SERVED,
        so_far=int(used),
        by_months=2 if too_long else 1,
        agreed=agreed,
    )
    assert got is reason
    assert reason.label


@pytest.mark.parametrize(
    ("rules", "so_far", "served_on", "due", "result"),
    [
        # six months already: one more passes the cap
        ({"months": 6}, 0, date(2025, 1, 10), date(2025, 7, 10), ExtensionRefusal.BEYOND_CAP),
        ({"months": 5}, 0, date(2025, 1, 10), date(2025, 6, 10), date(2025, 7, 10)),
        # many extensions allowed: the total still ends at six months from service
        ({"extension": {"times": 9}}, 2, date(2025, 1, 10), date(2025, 6, 10), date(2025, 7, 10)),
        ({"extension": {"times": 9}}, 3, date(2025, 1, 10), date(2025, 7, 10), ExtensionRefusal.BEYOND_CAP),
        ({"extension": {"times": 0}}, 0, date(2025, 1, 10), date(2025, 4, 10), ExtensionRefusal.ALREADY_EXTENDED),
        ({"extension": {"total_months": 3}}, 0, date(2025, 1, 10), date(2025, 4, 10), ExtensionRefusal.BEYOND_CAP),
    ],
)
def test_the_cap(
    rules: dict[str, Any], so_far: int, served_on: date, due: date, result: date | ExtensionRefusal
) -> None:
    in_force = DueDate(unrolled=due, rolled=due)
    got = extended(policy(**rules), served_on=served_on, due=in_force, so_far=so_far, asked_on=served_on)
    assert (got.unrolled if isinstance(got, DueDate) else got) == result


def test_less_than_a_month_is_no_extension() -> None:
    with pytest.raises(ValueError, match="at least a month"):
        extended(by_months=0)


def test_the_plan_and_the_filing() -> None:
    assert plan_days(DEFAULT, date(2025, 6, 20), WEEKENDS).rolled == date(2025, 7, 7)
    assert filing_due(DEFAULT, date(2025, 6, 2), WEEKENDS) == date(2025, 6, 9)
    assert filing_due(DEFAULT, date(2025, 9, 26), official_calendar([2025])) == date(2025, 10, 10)


@pytest.mark.parametrize(
    ("today", "done", "light"),
    [
        (date(2025, 9, 14), False, "green"),
        (date(2025, 9, 15), False, "yellow"),
        (date(2025, 9, 22), False, "yellow"),
        (date(2025, 9, 23), False, "red"),
        (date(2025, 9, 23), True, "green"),
    ],
)
def test_lights(today: date, done: bool, light: str) -> None:
    assert lights(DEFAULT, date(2025, 9, 22), today, done) == light


def test_reminders_are_those_of_the_due_date_in_force() -> None:
    assert [day for day, _ in reminders(DEFAULT, date(2025, 9, 22))] == [
        date(2025, 8, 23),
        date(2025, 9, 15),
        date(2025, 9, 21),
        date(2025, 9, 22),
    ]
    after_extension = reminders(DEFAULT, date(2025, 10, 20), not_before=date(2025, 9, 25))
    assert after_extension == [(date(2025, 10, 13), 7), (date(2025, 10, 19), 1), (date(2025, 10, 20), 0)]


def test_overdue_is_the_day_after() -> None:
    due = date(2025, 9, 22)
    assert overdue_since(due) == date(2025, 9, 23)
    assert [is_overdue(due, day) for day in (due, overdue_since(due))] == [False, True]


@pytest.mark.parametrize(
    ("on", "accepted", "revotes", "follows"),
    [
        (True, True, 0, AfterReport.REVOTE),
        (True, True, 1, AfterReport.CLOSED),
        (False, True, 0, AfterReport.CLOSED),
        (True, False, 0, AfterReport.RESUMES),
    ],
)
def test_what_follows_a_report(on: bool, accepted: bool, revotes: int, follows: AfterReport) -> None:
    assert revote(policy(revote=on), accepted, revotes) is follows


@pytest.mark.parametrize(
    ("second_failure", "overdue", "proposed"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_handling_is_proposed_after_a_second_failure_or_overdue(
    second_failure: bool, overdue: bool, proposed: bool
) -> None:
    assert proposal_for_handling(second_failure, overdue) is proposed
    assert HANDLING_ADDRESSEES == (Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE)


@given(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(0, 9),
)
def test_no_chain_of_extensions_passes_six_months(served_on: date, first: int, step: int, times: int) -> None:
    rules = policy(months=first, extension={"times": times, "months": step})
    due = months(rules, served_on, WEEKENDS)
    so_far = 0
    while isinstance(
        new := extension(rules, served_on, due, so_far, due.rolled, step, agreed=True, calendar=WEEKENDS), DueDate
    ):
        assert new.unrolled > due.unrolled
        due, so_far = new, so_far + 1
    assert so_far <= times
    assert due.unrolled <= add_months(served_on, 6)
    assert due.rolled - due.unrolled <= timedelta(days=2)
