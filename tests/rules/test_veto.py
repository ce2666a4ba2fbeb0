"""The veto: the table of the rules under every setting, and the years that do not count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy.document import VetoPolicy
from domain.rules.tenure import Tenure
from domain.rules.veto import HistoryRow, SubjectYear, UnitFlag, Veto, VetoFindings, YearRecord, vetoes

DEFAULT = VetoPolicy()
SETTINGS = {
    "unit_and_person": VetoPolicy(),
    "person": VetoPolicy.model_validate({"follows": "person"}),
    "unit": VetoPolicy.model_validate({"follows": "unit"}),
    "bridged": VetoPolicy.model_validate({"missing_year": "bridged"}),
}


def year(number: int, *subjects: SubjectYear, annulled: bool = False) -> YearRecord:
    return YearRecord(year=number, published_on=date(number, 12, 20), annulled=annulled, subjects=subjects)


def last(subject: str = "C") -> SubjectYear:
    return SubjectYear(subject=subject, last=True)


def not_last(subject: str = "C") -> SubjectYear:
    return SubjectYear(subject=subject)


def not_assessed(subject: str = "C") -> SubjectYear:
    return SubjectYear(subject=subject, assessed=False)


def veto(person: str, subject: str, *years: int) -> Veto:
    return Veto(person=person, subject=subject, years=years)


class Facts(NamedTuple):
    records: list[YearRecord]
    tenures: list[Tenure]


ONE_HEAD = Facts([year(2024, last()), year(2025, last()), year(2026, last())], [Tenure(subject="C", person="李")])
NEW_HEAD = Facts(
    ONE_HEAD.records,
    [
        Tenure(subject="C", person="李", until=date(2025, 12, 31)),
        Tenure(subject="C", person="赵", since=date(2026, 1, 1)),
    ],
)
MOVED = Facts(
    [
        year(2024, last("C"), not_last("D")),
        year(2025, not_last("C"), last("D")),
        year(2026, not_last("C"), last("D")),
    ],
    [
        Tenure(subject="C", person="张", until=date(2024, 12, 31)),
        Tenure(subject="D", person="张", since=date(2025, 1, 1)),
        Tenure(subject="C", person="孙", since=date(2025, 1, 1)),
        Tenure(subject="D", person="孙", until=date(2024, 12, 31)),
    ],
)
MISSED = Facts(
    [year(2023, last()), year(2024, last()), year(2025, not_assessed()), year(2026, last())],
    [Tenure(subject="C", person="李")],
)
THREE = veto("李", "C", 2024, 2025, 2026)


@pytest.mark.parametrize(
    ("facts", "setting", "expected"),
    [
        (ONE_HEAD, "unit_and_person", [THREE]),
        (ONE_HEAD, "person", [THREE]),
        (ONE_HEAD, "unit", [THREE]),
        (ONE_HEAD, "bridged", [THREE]),
        (NEW_HEAD, "unit_and_person", []),
        (NEW_HEAD, "person", []),
        (NEW_HEAD, "unit", [veto("赵", "C", 2024, 2025, 2026)]),
        (NEW_HEAD, "bridged", []),
        (MOVED, "unit_and_person", []),
        (MOVED, "person", [veto("张", "D", 2024, 2025, 2026)]),
        (MOVED, "unit", []),
        (MOVED, "bridged", []),
        (MISSED, "unit_and_person", []),
        (MISSED, "person", []),
        (MISSED, "unit", []),
        (MISSED, "bridged", [veto("李", "C", 2023, 2024, 2026)]),
    ],
)
def test_the_table_of_the_rules(facts: Facts, setting: str, expected: list[Veto]) -> None:
    found = vetoes(SETTINGS[setting], facts.records, facts.tenures, [], 2026)
    assert list(found.vetoes) == expected


def test_a_unit_whose_heads_changed_is_flagged() -> None:
    found = vetoes(DEFAULT, NEW_HEAD.records, NEW_HEAD.tenures, [], 2026)
    assert found.unit_flagged == (UnitFlag(subject="C", years=(2024, 2025, 2026)),)
    assert vetoes(DEFAULT, ONE_HEAD.records, ONE_HEAD.tenures, [], 2026).unit_flagged == ()


@pytest.mark.parametrize(
    ("streak", "number", "expected"),
    [
        (3, 2025, []),
        (3, 2026, [THREE]),
        (3, 2027, [veto("李", "C", 2025, 2026, 2027)]),
        (2, 2025, [veto("李", "C", 2024, 2025)]),
        (1, 2024, [veto("李", "C", 2024)]),
        (5, 2027, []),
    ],
)
def test_a_further_year_last_vetoes_again_with_its_last_years(streak: int, number: int, expected: list[Veto]) -> None:
    records = [*ONE_HEAD.records, year(2027, last())]
    policy = VetoPolicy(streak=streak)
    assert list(vetoes(policy, records, ONE_HEAD.tenures, [], number).vetoes) == expected


def test_later_years_do_not_change_what_an_earlier_one_brought() -> None:
    records = [*ONE_HEAD.records, year(2027, not_last())]
    assert vetoes(DEFAULT, records, ONE_HEAD.tenures, [], 2026).vetoes == (THREE,)


@pytest.mark.parametrize(
    "middle",
    [
        year(2025, last(), annulled=True),
        year(2025, not_assessed()),
        year(2025, SubjectYear(subject="C", too_small=True)),
        year(2025, not_last("X")),  # the subject is not in that year at all
    ],
)
@pytest.mark.parametrize(("setting", "expected"), [("unit_and_person", []), ("bridged", [(2023, 2024, 2026)])])
def test_a_missing_year_breaks_or_is_bridged(middle: YearRecord, setting: str, expected: list[tuple[int, ...]]) -> None:
    records = [year(2023, last()), year(2024, last()), middle, year(2026, last())]
    found = vetoes(SETTINGS[setting], records, ONE_HEAD.tenures, [], 2026)
    assert [each.years for each in found.vetoes] == expected


def test_a_year_without_any_record_is_missing_too() -> None:
    records = [year(2023, last()), year(2024, last()), year(2026, last())]
    assert vetoes(DEFAULT, records, ONE_HEAD.tenures, [], 2026).vetoes == ()
    assert vetoes(SETTINGS["bridged"], records, ONE_HEAD.tenures, [], 2026).vetoes != ()


@pytest.mark.parametrize("setting", list(SETTINGS))
def test_a_year_not_last_breaks_under_every_setting(setting: str) -> None:
    records = [year(2023, last()), year(2024, last()), year(2025, not_last()), year(2026, last())]
    assert vetoes(SETTINGS[setting], records, ONE_HEAD.tenures, [], 2026) == VetoFindings()


@pytest.mark.parametrize("setting", list(SETTINGS))
@pytest.mark.parametrize("undecided_year", [2024, 2025, 2026])
def test_no_veto_rests_on_an_undecided_last_place(setting: str, undecided_year: int) -> None:
    undecided = SubjectYear(subject="C", undecided=True)
    records = [year(n, undecided if n == undecided_year else last()) for n in (2023, 2024, 2025, 2026)]
    found = vetoes(SETTINGS[setting], records, ONE_HEAD.tenures, [], 2026)
    assert found == VetoFindings()


@pytest.mark.parametrize("setting", list(SETTINGS))
def test_an_annulled_year_brings_no_veto(setting: str) -> None:
    records = [year(2024, last()), year(2025, last()), year(2026, last(), annulled=True)]
    assert vetoes(SETTINGS[setting], records, ONE_HEAD.tenures, [], 2026) == VetoFindings()


@pytest.mark.parametrize(
    ("moved_on", "expected"),
    [
        (date(2026, 7, 1), ["李"]),  # six months each: both answer for 2026, only 李 for the years before
        (date(2026, 6, 30), []),
    ],
)
def test_part_of_a_year(moved_on: date, expected: list[str]) -> None:
    tenures = [
        Tenure(subject="C", person="李", until=date.fromordinal(moved_on.toordinal() - 1)),
        Tenure(subject="C", person="赵", since=moved_on),
    ]
    found = vetoes(DEFAULT, ONE_HEAD.records, tenures, [], 2026)
    assert [each.person for each in found.vetoes] == expected


def test_two_heads_who_both_answer_every_year_are_both_vetoed() -> None:
    """Six months each in one year; with a streak of one both have answered for all of it."""
    tenures = [
        Tenure(subject="C", person="李", until=date(2026, 6, 30)),
        Tenure(subject="C", person="赵", since=date(2026, 7, 1)),
    ]
    found = vetoes(VetoPolicy(streak=1), [year(2026, last())], tenures, [], 2026)
    assert [each.person for each in found.vetoes] == ["李", "赵"]


def test_under_unit_the_head_on_the_day_of_publication_is_vetoed_and_a_vacant_post_is_flagged() -> None:
    tenures = [
        Tenure(subject="C", person="李", until=date(2026, 12, 19)),
        Tenure(subject="C", person="赵", since=date(2026, 12, 20)),
    ]
    assert [each.person for each in vetoes(SETTINGS["unit"], ONE_HEAD.records, tenures, [], 2026).vetoes] == ["赵"]
    vacant = vetoes(SETTINGS["unit"], ONE_HEAD.records, tenures[:1], [], 2026)
    assert vacant.vetoes == ()
    assert [flag.subject for flag in vacant.unit_flagged] == ["C"]


def test_under_person_a_head_of_several_is_last_with_any_of_them_and_vetoed_once() -> None:
    tenures = [Tenure(subject="C", person="李"), Tenure(subject="D", person="李")]
    records = [
        year(2024, last("C"), not_last("D")),
        year(2025, not_last("C"), last("D")),
        year(2026, last("C"), last("D")),
    ]
    found = vetoes(SETTINGS["person"], records, tenures, [], 2026)
    assert found.vetoes == (veto("李", "C", 2024, 2025, 2026),)


def test_history_is_remembered_with_who_answered_then() -> None:
    history = [HistoryRow(year=n, subject="C", person="李") for n in (2022, 2023)]
    records = [year(2024, last())]
    for setting in ("unit_and_person", "person", "unit"):
        assert vetoes(SETTINGS[setting], records, ONE_HEAD.tenures, history, 2024).vetoes == (
            veto("李", "C", 2022, 2023, 2024),
        )
    others = [HistoryRow(year=n, subject="C", person="王") for n in (2022, 2023)]
    found = vetoes(DEFAULT, records, ONE_HEAD.tenures, others, 2024)
    assert found.vetoes == ()
    assert [flag.subject for flag in found.unit_flagged] == ["C"]


def test_history_of_another_subject_says_that_this_one_was_not_last() -> None:
    history = [
        HistoryRow(year=2021, subject="C", person="李"),
        HistoryRow(year=2022, subject="C", person="李"),
        HistoryRow(year=2023, subject="D", person="王"),
    ]
    records = [year(2024, last())]
    assert vetoes(SETTINGS["bridged"], records, ONE_HEAD.tenures, history, 2024).vetoes == ()
    unheld = history[:2]  # nothing at all is known of 2023: it was not assessed
    assert vetoes(SETTINGS["bridged"], records, ONE_HEAD.tenures, unheld, 2024).vetoes != ()


def test_a_recorded_year_wins_over_history() -> None:
    history = [HistoryRow(year=n, subject="C", person="李") for n in (2022, 2023, 2024)]
    assert vetoes(DEFAULT, [year(2024, not_last())], ONE_HEAD.tenures, history, 2024).vetoes == ()


def test_a_year_without_a_record_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="2027"):
        vetoes(DEFAULT, ONE_HEAD.records, ONE_HEAD.tenures, [], 2027)


PLACES = {"last": last(), "not_last": not_last(), "missing": not_assessed()}


@given(st.lists(st.sampled_from(list(PLACES)), min_size=1, max_size=12), st.integers(1, 4))
def test_with_one_head_for_ever_all_who_are_followed_agree(places: Sequence[str], streak: int) -> None:
    records = [year(2000 + index, PLACES[place]) for index, place in enumerate(places)]
    final = records[-1].year

    def found(**keys: Any) -> tuple[Veto, ...]:
        policy = VetoPolicy.model_validate({"streak": streak, **keys})
        return vetoes(policy, records, ONE_HEAD.tenures, [], final).vetoes

    expected = len(places) >= streak and all(place == "last" for place in places[-streak:])
    assert bool(found()) is expected
    assert found() == found(follows="person") == found(follows="unit")
    assessed = [place for place in places if place != "missing"]
    bridged = places[-1] == "last" and len(assessed) >= streak and all(p == "last" for p in assessed[-streak:])
    assert bool(found(missing_year="bridged")) is bridged
