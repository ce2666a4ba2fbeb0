"""Extensions of a rectification: granted once, and the four reasons for a refusal, in their order."""

from __future__ import annotations

from datetime import date

import pytest

from domain.cases.rectification import commands as do
from domain.cases.rectification import events as did
from domain.rules.rectification import ExtensionRefusal
from tests.cases.rectification.plays import REPORT, Rectifying, reminded, served

WIDE = {"times": 1, "months": 6, "total_months": 6}


def dues(play: Rectifying) -> tuple[str, str]:
    """The due date in force, as counted and as rolled."""
    assert play.state.due is not None
    return play.state.due.unrolled.isoformat(), play.state.due.rolled.isoformat()


def refusals(play: Rectifying) -> list[ExtensionRefusal]:
    return [each.reason for each in play.of(did.ExtensionRefused)]


def test_an_extension_counts_from_the_unrolled_date() -> None:
    play = served("2026-11-30")
    assert dues(play) == ("2027-02-28", "2027-03-01")
    play.act("2027-03-01", do.AskExtension(months=1))
    assert dues(play) == ("2027-03-28", "2027-03-29")
    play.run_out()
    assert play.state.overdue_since == date(2027, 3, 30)


def test_the_old_due_date_no_longer_warns() -> None:
    play = served()
    play.act("2025-09-10", do.AskExtension())
    play.run_out()
    assert reminded(play) == ["2025-08-23", "2025-09-20", "2025-10-13", "2025-10-19", "2025-10-20"]
    assert [each.since for each in play.of(did.Overdue)] == [date(2025, 10, 21)]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ([("2025-09-23", 1, True)], ExtensionRefusal.AFTER_DUE_DATE),
        ([("2025-09-10", 1, True), ("2025-09-25", 1, True)], ExtensionRefusal.ALREADY_EXTENDED),
        ([("2025-09-10", 2, True)], ExtensionRefusal.BEYOND_CAP),
        ([("2025-09-10", 1, False)], ExtensionRefusal.NOT_AGREED),
        # several reasons at once: the first in the order is given
        ([("2025-09-10", 1, True), ("2025-10-21", 9, False)], ExtensionRefusal.AFTER_DUE_DATE),
        ([("2025-09-10", 1, True), ("2025-09-25", 9, False)], ExtensionRefusal.ALREADY_EXTENDED),
        ([("2025-09-10", 9, False)], ExtensionRefusal.BEYOND_CAP),
    ],
)
def test_a_refusal_is_recorded_with_its_reason(asked: list[tuple[str, int, bool]], reason: ExtensionRefusal) -> None:
    play = served()
    for day, months, agreed in asked:
        play.act(day, do.AskExtension(months=months, agreed=agreed))
    assert refusals(play) == [reason]
    assert len(play.of(did.ExtensionGranted)) == len(asked) - 1


def test_the_total_never_passes_six_months() -> None:
    play = served(extension=WIDE)
    play.act("2025-09-01", do.AskExtension(months=4))
    assert refusals(play) == [ExtensionRefusal.BEYOND_CAP]
    play.act("2025-09-02", do.AskExtension(months=3))
    assert dues(play) == ("2025-12-20", "2025-12-22")


def test_a_refused_extension_moves_nothing() -> None:
    play = served()
    play.act("2025-09-10", do.AskExtension(agreed=False))
    play.act("2025-09-11", do.AskExtension())
    assert dues(play) == ("2025-10-20", "2025-10-20")  # the one that was not agreed does not count as used


def test_an_extension_asked_for_in_time_and_entered_late_lifts_what_was_overdue() -> None:
    play = served()
    play.act("2025-09-25", do.AskExtension(on=date(2025, 9, 19)))
    assert play.state.overdue_since is None
    assert not play.state.handling_proposed
    play.run_out()
    assert [each.since for each in play.of(did.Overdue)] == [date(2025, 9, 23), date(2025, 10, 21)]
    assert play.state.overdue_since == date(2025, 10, 21)


def test_an_extension_while_the_report_is_in_counts_if_it_is_rejected() -> None:
    play = served()
    play.act("2025-09-12", REPORT)
    play.act("2025-09-15", do.AskExtension())
    play.act("2025-10-09", do.DecideOnReport(decision=do.ReportDecision.REJECT, reason="不实"))
    assert play.state.overdue_since is None
    play.run_out()
    assert reminded(play) == ["2025-08-23", "2025-10-13", "2025-10-19", "2025-10-20"]
    assert play.state.overdue_since == date(2025, 10, 21)
