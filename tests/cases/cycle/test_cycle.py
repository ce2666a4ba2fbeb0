"""A town's year: it starts its cases, hears their outcomes, changes heads, and closes."""

from __future__ import annotations

from datetime import date

import pytest

from domain.acts import SYSTEM, Actor, Command, Refusal, Role
from domain.cases.case import CaseKind
from domain.cases.cycle.commands import (
    ChangeHead,
    CloseCycle,
    OpenCycle,
    RecordOutcome,
    RegisterProposal,
    StartAssessment,
)
from domain.cases.proposal.commands import DecideStep, Decision, WithdrawProposal
from domain.roster.posts import Post, SubjectKind
from domain.rules.proposal import Step
from tests.cases.play import STAFF, Town, day

C, P, A = CaseKind.CYCLE, CaseKind.PROPOSAL, CaseKind.ASSESSMENT
POSTS = (
    Post(id="czs", name="财政所", kind=SubjectKind.STATION, responsible="王"),
    Post(id="lys", name="林业站", kind=SubjectKind.STATION, responsible="赵"),
)


def opened() -> Town:
    town = Town()
    town.act("2025-01-06", C, "2025", OpenCycle(year=2025, subjects=POSTS, deputies=58))
    return town


def with_proposal() -> Town:
    town = opened()
    town.act("2025-01-08", C, "2025", RegisterProposal(proposal_id="p1", village="科村", title="硬化文化广场"))
    return town


def refused(town: Town, on: str, command: Command, actor: Actor = STAFF) -> str:
    with pytest.raises(Refusal) as refusal:
        town.act(on, C, "2025", command, actor)
    return refusal.value.code


def head(town: Town, on: str, subject: str = "czs") -> str:
    return str(town.state(C, "2025").holder(subject, day(on)))


def test_a_year_begins_with_prior_supervision_and_goes_through_its_parts() -> None:
    town = opened()
    assert (town.facts(C, "2025").stage, town.facts(C, "2025").open) == ("prior", True)
    town.act("2025-12-01", C, "2025", StartAssessment(not_assessed=("lys",)))
    assert town.facts(C, "2025").stage == "post"
    town.act("2025-12-02", C, "2025", RegisterProposal(proposal_id="p9", village="科村", title="修路"))
    assert town.facts(C, "2025").stage == "post", "a late proposal does not set the year back"


def test_a_registered_proposal_is_a_case_with_the_deputies_of_the_year() -> None:
    town = with_proposal()
    state = town.state(P, "2025-p1")
    assert (state.deputies, state.village, state.title, state.since) == (58, "科村", "硬化文化广场", day("2025-01-08"))
    again = RegisterProposal(proposal_id="p1", village="别村", title="别的")
    assert refused(town, "2025-01-09", again) == "proposal_exists"


def test_the_cycle_hears_what_came_of_a_case() -> None:
    town = with_proposal()
    assert [case.undecided for case in town.state(C, "2025").cases.values()] == [True]
    town.act("2025-01-10", P, "2025-p1", WithdrawProposal(reason="不做了"))
    (case,) = town.state(C, "2025").cases.values()
    assert (case.outcome, case.open, case.undecided) == ("withdrawn", False, False)


def test_an_outcome_told_twice_is_recorded_once() -> None:
    town = with_proposal()
    told = RecordOutcome(kind=P, case_id="2025-p1", outcome="approved", open=True)
    assert (len(town.act("2025-02-10", C, "2025", told, SYSTEM)), town.act("2025-02-10", C, "2025", told, SYSTEM)) == (
        1,
        [],
    )
    assert refused(town, "2025-02-10", told) == "not_allowed"


def test_a_year_with_undecided_cases_is_closed_only_with_a_reason_and_names_them() -> None:
    town = with_proposal()
    assert refused(town, "2025-12-31", CloseCycle()) == "cases_open"
    town.act("2025-12-31", C, "2025", CloseCycle(reason="跨年办理"))
    (closed,) = town.events(C, "2025", "cycle.closed")
    assert closed.still_open == ("proposal-2025-p1",)
    assert (town.facts(C, "2025").stage, town.facts(C, "2025").open) == ("closed", False)
    assert refused(town, "2025-12-31", StartAssessment()) == "closed"


def test_a_case_that_outlives_its_year_goes_on() -> None:
    town = with_proposal()
    town.act("2025-01-09", C, "2025", CloseCycle(reason="跨年办理"))
    town.act("2025-01-10", P, "2025-p1", DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE))
    town.act("2025-01-13", P, "2025-p1", WithdrawProposal(reason="不做了"))
    assert town.facts(P, "2025-p1").outcome == "withdrawn"


def test_an_approved_proposal_under_way_does_not_hold_the_year() -> None:
    town = with_proposal()
    town.act("2025-02-10", C, "2025", RecordOutcome(kind=P, case_id="2025-p1", outcome="approved", open=True), SYSTEM)
    town.act("2025-12-31", C, "2025", CloseCycle())
    assert town.events(C, "2025", "cycle.closed")[0].still_open == ()


def test_heads_change_on_their_day() -> None:
    town = opened()
    town.act("2025-07-20", C, "2025", ChangeHead(subject="czs", responsible="李", from_=day("2025-08-01")))
    town.act("2025-07-21", C, "2025", ChangeHead(subject="czs", responsible="孙", from_=day("2025-10-01")))
    assert [head(town, on) for on in ("2025-07-31", "2025-08-01", "2025-10-01")] == ["王", "李", "孙"]
    assert head(town, "2025-10-01", "lys") == "赵"


def test_a_change_that_lies_ahead_takes_effect_at_the_beginning_of_its_day() -> None:
    town = opened()
    town.act("2025-07-20", C, "2025", ChangeHead(subject="czs", responsible="李", from_=day("2025-08-01")))
    (key,) = town.deadlines(C, "2025")
    assert key.startswith("head:czs:2025-08-01")
    town.until("2025-08-01")
    assert [event.responsible for event in town.events(C, "2025", "cycle.head_took_over")] == ["李"]
    assert town.deadlines(C, "2025") == []


def test_a_change_of_the_past_waits_for_nothing_and_is_entered_once() -> None:
    town = opened()
    change = ChangeHead(subject="czs", responsible="李", from_=day("2025-07-01"))
    assert (len(town.act("2025-07-20", C, "2025", change)), town.act("2025-07-20", C, "2025", change)) == (1, [])
    assert town.deadlines(C, "2025") == []


def test_the_assessment_begins_with_the_heads_of_its_day_and_once() -> None:
    town = opened()
    town.act("2025-07-20", C, "2025", ChangeHead(subject="czs", responsible="李", from_=day("2025-07-01")))
    town.act("2025-12-01", C, "2025", StartAssessment(not_assessed=("lys",)))
    state = town.state(A, "2025")
    assert ({each.id: each.responsible for each in state.subjects.values()}, state.assessed) == (
        {"czs": "李", "lys": "赵"},
        ("czs",),
    )
    assert refused(town, "2025-12-02", StartAssessment()) == "assessment_exists"


@pytest.mark.parametrize(
    "command",
    [
        ChangeHead(subject="zz", responsible="李", from_=date(2025, 7, 1)),
        StartAssessment(not_assessed=("zz",)),
    ],
)
def test_subjects_that_the_year_does_not_know_are_refused(command: Command) -> None:
    assert refused(opened(), "2025-07-20", command) == "unknown_subject"


def test_a_year_names_no_subject_twice() -> None:
    with pytest.raises(ValueError, match="重复"):
        OpenCycle(year=2025, subjects=(POSTS[0], POSTS[0]), deputies=60)


def test_a_village_registers_its_own_proposal_and_starts_no_assessment() -> None:
    village = Actor(id="v", role=Role.VILLAGE)
    town = opened()
    command = RegisterProposal(proposal_id="p1", village="科村", title="硬化文化广场")
    assert town.act("2025-01-08", C, "2025", command, village) != []
    assert refused(town, "2025-12-01", StartAssessment(), village) == "not_allowed"
