"""Corrected entries of a rectification: every date that follows from them is computed anew."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import JsonValue

from domain.acts import Actor, Refusal, Role
from domain.cases.case import CaseKind
from domain.cases.governance import GovernedState
from domain.cases.governance_commands import ConfirmCorrection, ProposeCorrection
from domain.cases.rectification import commands as do
from domain.cases.rectification.state import RectificationState
from domain.cases.registry import GOVERNED
from tests.cases.examples import FAILED, LYS
from tests.cases.harness import Play
from tests.cases.rectification.plays import REPORT, SERVED

SECOND = Actor(id="staff-2", role=Role.STAFF)
NOTICE = 1


def served() -> Play[GovernedState[Any]]:
    play = Play(GOVERNED[CaseKind.RECTIFICATION])
    play.tell(SERVED, do.OpenRectification(year=2025, subject=LYS, failed=FAILED))
    play.act(SERVED, do.ServeNotice())
    return play


def correct(play: Play[GovernedState[Any]], day: str, version: int, **changes: JsonValue) -> RectificationState:
    play.act(day, ProposeCorrection(version=version, changes=changes, reason="登记有误"))
    play.act_now(ConfirmCorrection(proposal_version=len(play.recorded) - 1), actor=SECOND)
    state: RectificationState = play.state.inner
    return state


def test_a_notice_served_later_moves_every_date() -> None:
    play = served()
    play.act("2025-09-10", do.AskExtension())
    state = correct(play, "2025-09-11", NOTICE, on="2025-06-30")
    assert state.plan_due is not None
    assert state.first_due is not None
    assert state.plan_due.rolled == date(2025, 7, 15)
    assert state.first_due.rolled == date(2025, 9, 30)
    assert state.extended_due == date(2025, 10, 30)
    assert not state.plan_overdue  # the plan's due date that passed is not the one in force


def test_what_ran_overdue_by_a_wrong_date_is_not_overdue() -> None:
    play = served()
    play.act("2025-09-24", do.AskExtension())  # refused: after the due date
    state = correct(play, "2025-09-25", NOTICE, on="2025-06-30")
    assert state.overdue_since is None
    assert not state.handling_proposed
    play.run_out()
    assert play.state.inner.overdue_since == date(2025, 10, 1)


def test_a_report_found_to_have_come_late_runs_overdue() -> None:
    play = served()
    play.act("2025-09-25", REPORT.model_copy(update={"on": date(2025, 9, 22)}))
    report = next(each.version for each in play.recorded if each.event.type_name == "rectification.report_submitted")
    state = correct(play, "2025-09-26", report, on="2025-09-24")
    assert state.overdue_since == date(2025, 9, 23)


def test_a_report_taken_as_in_time_and_found_to_have_come_late_runs_overdue_then() -> None:
    play = served()
    play.act("2025-09-22", REPORT)
    report = len(play.recorded) - 1
    assert correct(play, "2025-09-26", report, on="2025-09-24").overdue_since is None
    play.run_out()
    assert play.state.inner.overdue_since == date(2025, 9, 23)
    assert play.state.inner.handling_proposed


def test_an_extension_that_would_not_have_been_granted_bars_the_correction() -> None:
    play = served()
    play.act("2025-09-20", do.AskExtension())
    with pytest.raises(Refusal) as raised:
        correct(play, "2025-09-21", NOTICE, on="2025-05-12")
    assert raised.value.code == "inconsistent"
