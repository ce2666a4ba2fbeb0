"""Appraisals and polls that a year starts, and what it tells them of new heads."""

from __future__ import annotations

import pytest

from domain.acts import Command, Refusal
from domain.cases.case import CaseKind, TellCase
from domain.cases.cycle.commands import CallPoll, ChangeHead, OpenCycle, StartAppraisal
from domain.cases.poll.commands import ItemKind, PollItem
from domain.policy.document import BallotMode
from domain.roster.posts import Post, SubjectKind
from tests.cases.play import Town, day

C, APPRAISAL, POLL = CaseKind.CYCLE, CaseKind.APPRAISAL, CaseKind.POLL
CZS = Post(id="czs", name="财政所", kind=SubjectKind.STATION, responsible="王")
LYS = Post(id="lys", name="林业站", kind=SubjectKind.STATION, responsible="赵")


def opened() -> Town:
    town = Town()
    town.act("2025-01-06", C, "2025", OpenCycle(year=2025, subjects=(CZS, LYS), deputies=60))
    return town


def item(subject: str = "czs", kind: ItemKind = ItemKind.APPRAISAL) -> PollItem:
    return PollItem(subject=subject, case_kind=kind, case_id=f"2025-{subject}", entitled=60)


def call(*items: PollItem, poll_id: str = "june") -> CallPoll:
    return CallPoll(poll_id=poll_id, date=day("2025-06-20"), items=items)


def refused(town: Town, on: str, command: Command) -> str:
    with pytest.raises(Refusal) as refusal:
        town.act(on, C, "2025", command)
    return refusal.value.code


def heads_told(town: Town) -> list[tuple[str, str]]:
    return [
        (effect.kind.value, effect.command.responsible)  # type: ignore[attr-defined]
        for effect in town.effects
        if isinstance(effect, TellCase) and effect.command.act.startswith("replace_head")
    ]


def test_an_appraisal_is_a_case_under_the_head_of_its_day_and_the_year_is_in_process() -> None:
    town = opened()
    town.act("2025-03-01", C, "2025", ChangeHead(subject="czs", responsible="李", from_=day("2025-03-01")))
    town.act("2025-05-20", C, "2025", StartAppraisal(subject="czs"))
    (started,) = town.events(APPRAISAL, "2025-czs", "appraisal.opened")
    assert (started.subject.responsible, started.on) == ("李", day("2025-05-20"))
    assert town.facts(C, "2025").stage == "in_process"
    assert refused(town, "2025-05-21", StartAppraisal(subject="czs")) == "appraisal_exists"
    assert refused(town, "2025-05-21", StartAppraisal(subject="zz")) == "unknown_subject"


def test_a_poll_is_one_case_for_all_its_subjects() -> None:
    town = opened()
    for subject in ("czs", "lys"):
        town.act("2025-05-20", C, "2025", StartAppraisal(subject=subject))
    town.act("2025-06-10", C, "2025", call(item("czs"), item("lys")))
    (called,) = town.events(POLL, "2025-june", "poll.called")
    assert ([each.subject for each in called.items], called.day) == (["czs", "lys"], day("2025-06-20"))
    assert called.mode is BallotMode.PAPER
    assert refused(town, "2025-06-11", call(item("czs"))) == "poll_exists"


def test_a_poll_is_called_for_appraisals_that_began() -> None:
    assert refused(opened(), "2025-06-10", call(item("czs"))) == "appraisal_not_started"


def test_a_revote_is_called_for_a_rectification() -> None:
    town = opened()
    town.act("2025-09-10", C, "2025", call(item("czs", ItemKind.RECTIFICATION), poll_id="again"))
    assert town.facts(POLL, "2025-again").open


def test_running_cases_of_a_subject_are_told_of_its_new_head_when_the_day_comes() -> None:
    town = opened()
    town.act("2025-05-20", C, "2025", StartAppraisal(subject="czs"))
    town.act("2025-05-21", C, "2025", ChangeHead(subject="czs", responsible="李", from_=day("2025-06-01")))
    assert heads_told(town) == []
    town.until("2025-06-01")
    assert heads_told(town) == [("appraisal", "李"), ("rectification", "李")]


def test_a_change_of_the_past_is_told_at_once() -> None:
    town = opened()
    town.act("2025-05-20", C, "2025", StartAppraisal(subject="czs"))
    town.act("2025-06-02", C, "2025", ChangeHead(subject="czs", responsible="李", from_=day("2025-06-01")))
    assert heads_told(town) == [("appraisal", "李"), ("rectification", "李")]


def test_nobody_is_told_of_a_head_whose_post_is_not_appraised() -> None:
    town = opened()
    town.act("2025-06-02", C, "2025", ChangeHead(subject="czs", responsible="李", from_=day("2025-06-01")))
    assert heads_told(town) == []
