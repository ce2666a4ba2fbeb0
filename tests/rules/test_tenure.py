"""Who held a post, and for how many months of a year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy.document import VetoPolicy
from domain.rules.tenure import HeadChange, Tenure, head_on, months_held, part_year_months, tenures_of

POLICY = VetoPolicy()


def held(since: date | None, until: date | None, person: str = "李") -> Tenure:
    return Tenure(subject="C", person=person, since=since, until=until)


@pytest.mark.parametrize(
    ("tenures", "months"),
    [
        ([held(None, None)], 12),
        ([held(date(2024, 5, 1), date(2026, 2, 1))], 12),
        ([held(None, date(2025, 6, 30))], 6),
        ([held(None, date(2025, 6, 29))], 5),
        ([held(date(2025, 7, 1), None)], 6),
        ([held(date(2025, 7, 2), None)], 5),
        ([held(date(2025, 3, 15), date(2025, 9, 14))], 6),
        ([held(date(2025, 2, 15), date(2025, 8, 14))], 6),
        ([held(date(2025, 2, 15), date(2025, 8, 13))], 5),
        ([held(None, date(2025, 3, 31)), held(date(2025, 10, 1), None)], 6),
        ([held(None, date(2025, 3, 15)), held(date(2025, 3, 16), date(2025, 6, 30))], 6),  # one after the other
        ([held(None, date(2025, 3, 15)), held(date(2025, 9, 17), None)], 5),  # 2 and 15 days, 3 and 15 days
        ([held(None, date(2025, 3, 15)), held(date(2025, 9, 16), None)], 6),  # 15 and 16 days make a month
        ([held(None, date(2025, 8, 31)), held(date(2025, 3, 1), None)], 12),  # overlapping
        ([held(date(2026, 1, 1), None)], 0),
        ([held(None, date(2024, 12, 31))], 0),
        ([], 0),
    ],
)
def test_months_held(tenures: list[Tenure], months: int) -> None:
    assert months_held(tenures, "C", "李", 2025) == months


def test_two_heads_may_both_answer_or_nobody() -> None:
    first_half, second_half = held(None, date(2025, 6, 30)), held(date(2025, 7, 1), None, "赵")
    assert part_year_months(POLICY, [first_half, second_half], "C", 2025) == ("李", "赵")
    thirds = [held(None, date(2025, 4, 30)), held(date(2025, 5, 1), date(2025, 8, 31), "赵")]
    assert part_year_months(POLICY, thirds, "C", 2025) == ()
    assert part_year_months(VetoPolicy(part_year_months=4), thirds, "C", 2025) == ("李", "赵")
    assert part_year_months(POLICY, [first_half], "D", 2025) == ()


def test_changes_of_heads_become_tenures() -> None:
    changes = [
        HeadChange(subject="C", person="李"),
        HeadChange(subject="C", person="赵", since=date(2025, 8, 1)),
        HeadChange(subject="D", person="孙"),
        HeadChange(subject="C", person=None, since=date(2026, 1, 1)),
        HeadChange(subject="C", person="钱", since=date(2026, 3, 1)),
    ]
    tenures = tenures_of(changes)
    assert tenures == (
        held(None, date(2025, 7, 31)),
        held(date(2025, 8, 1), date(2025, 12, 31), "赵"),
        held(date(2026, 3, 1), None, "钱"),
        Tenure(subject="D", person="孙"),
    )
    heads = {day: head_on(tenures, "C", day) for day in (date(2025, 7, 31), date(2025, 8, 1), date(2026, 2, 1))}
    assert list(heads.values()) == ["李", "赵", None]
    assert head_on(tenures, "D", date(1990, 1, 1)) == "孙"


def test_of_two_changes_on_one_day_the_later_one_holds() -> None:
    day = date(2025, 8, 1)
    changes = [HeadChange(subject="C", person=person, since=day) for person in ("赵", "钱")]
    assert tenures_of(changes) == (held(day, None, "钱"),)


@given(st.dates(date(2025, 1, 1), date(2025, 12, 31)))
def test_the_months_of_two_heads_never_exceed_the_year(day: date) -> None:
    changes = [HeadChange(subject="C", person="李"), HeadChange(subject="C", person="赵", since=day)]
    tenures = tenures_of(changes)
    months = [months_held(tenures, "C", person, 2025) for person in ("李", "赵")]
    assert sum(months) in (11, 12)
    assert all(head_on(tenures, "C", each) is not None for each in (day, date(2025, 1, 1), date(2025, 12, 31)))
