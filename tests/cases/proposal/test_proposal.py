"""Prior supervision: each body in its turn, votes, returns, time limits, withdrawal, amendment."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import Actor, Refusal, Role
from domain.cases.case import CaseKind
from domain.cases.proposal.commands import (
    AmendProposal,
    CompleteProposal,
    DecideStep,
    Decision,
    ReportProgress,
    SubmitProposal,
    WithdrawProposal,
)
from domain.cases.proposal.events import StepOutcome
from domain.cases.proposal.stages import Stage
from domain.rules.proposal import Step, VillageForm, Votes
from tests.cases.play import STAFF, Town, day

P = CaseKind.PROPOSAL
ID = "2025-p1"
APPROVE, RETURN, REJECT = Decision.APPROVE, Decision.RETURN, Decision.REJECT


def submitted(town: Town | None = None, deputies: int = 60) -> Town:
    town = town or Town()
    opening = SubmitProposal(proposal_id="p1", year=2025, village="唐家会村", title="修建防渗渠", deputies=deputies)
    town.act("2025-01-08", P, ID, opening)
    return town


def decide(town: Town, on: str, step: Step, actor: Actor = STAFF, **fields: Any) -> StepOutcome:
    (event,) = town.act(on, P, ID, DecideStep(step=step, **fields), actor)
    outcome: StepOutcome = event.decision  # type: ignore[attr-defined]
    return outcome


def at_deputies(town: Town | None = None, deputies: int = 60) -> Town:
    town = submitted(town, deputies)
    decide(town, "2025-01-10", Step.LEAD_REVIEW, decision=APPROVE)
    decide(town, "2025-01-15", Step.PARTY_PRELIMINARY, decision=APPROVE)
    return town


def at_village(town: Town | None = None) -> Town:
    town = at_deputies(town)
    decide(town, "2025-01-24", Step.DEPUTIES, votes=Votes(in_favour=45, against=8, abstain=2))
    return town


def approved() -> Town:
    town = at_village()
    decide(
        town,
        "2025-02-05",
        Step.VILLAGE_MEETING,
        form=VillageForm.REPRESENTATIVES,
        entitled=30,
        present=24,
        votes=Votes(in_favour=20, against=3, abstain=1),
    )
    decide(town, "2025-02-10", Step.FINAL_APPROVAL, decision=APPROVE)
    return town


def refused(town: Town, on: str, command: Any, actor: Actor = STAFF) -> str:
    town.until(on)
    before = len(town.log)
    with pytest.raises(Refusal) as refusal:
        town.act(on, P, ID, command, actor)
    assert len(town.log) == before
    return refusal.value.code


def test_a_proposal_approved_by_every_body_is_carried_out_and_reported_until_done() -> None:
    town = approved()
    assert town.facts(P, ID).stage == "in_progress"
    assert (town.facts(P, ID).outcome, town.facts(P, ID).open, town.facts(P, ID).due) == ("approved", True, None)
    town.act("2025-05-01", P, ID, ReportProgress(text="开工", percent=30))
    town.act("2025-09-01", P, ID, CompleteProposal(text="完工验收"))
    state = town.state(P, ID)
    assert [(report.percent, report.on) for report in state.progress] == [
        (30, day("2025-05-01")),
        (100, day("2025-09-01")),
    ]
    assert (town.facts(P, ID).stage, town.facts(P, ID).open, town.facts(P, ID).outcome) == (
        "completed",
        False,
        "approved",
    )


def test_the_village_decision_is_posted_for_fifteen_days() -> None:
    (voted,) = [e for e in approved().events(P, ID, "proposal.step_decided") if e.step is Step.VILLAGE_MEETING]
    assert voted.posted_until == day("2025-02-20")


def test_more_than_half_of_all_deputies_approve_and_exactly_half_do_not() -> None:
    assert decide(at_deputies(), "2025-01-24", Step.DEPUTIES, votes=Votes(in_favour=31)) is StepOutcome.APPROVE
    town = at_deputies()
    rejected = decide(town, "2025-01-24", Step.DEPUTIES, votes=Votes(in_favour=30, against=20, abstain=5))
    assert rejected is StepOutcome.REJECT
    assert (town.facts(P, ID).stage, town.facts(P, ID).outcome, town.facts(P, ID).open) == (
        "rejected",
        "rejected",
        False,
    )
    assert town.deadlines(P, ID) == []


def test_a_meeting_without_quorum_decides_nothing_and_the_time_limit_runs_on() -> None:
    town = at_deputies()
    due = town.facts(P, ID).due
    outcome = decide(town, "2025-01-20", Step.DEPUTIES, present=30, votes=Votes(in_favour=30))
    assert outcome is StepOutcome.NO_QUORUM
    assert (town.facts(P, ID).stage, town.facts(P, ID).due) == ("deputies", due)
    assert town.events(P, ID, "proposal.step_decided")[-1].limit.due == due
    assert decide(town, "2025-01-22", Step.DEPUTIES, votes=Votes(in_favour=40)) is StepOutcome.APPROVE


@pytest.mark.parametrize(
    ("form", "entitled", "present", "in_favour", "outcome"),
    [
        (VillageForm.REPRESENTATIVES, 30, 19, 19, StepOutcome.NO_QUORUM),
        (VillageForm.REPRESENTATIVES, 30, 20, 11, StepOutcome.APPROVE),
        (VillageForm.REPRESENTATIVES, 30, 20, 10, StepOutcome.REJECT),
        (VillageForm.ASSEMBLY, 400, 200, 200, StepOutcome.NO_QUORUM),
        (VillageForm.ASSEMBLY, 400, 201, 101, StepOutcome.APPROVE),
        (VillageForm.HOUSEHOLDS, 90, 59, 59, StepOutcome.NO_QUORUM),
        (VillageForm.HOUSEHOLDS, 90, 60, 31, StepOutcome.APPROVE),
    ],
)
def test_a_village_meets_in_one_of_three_forms(
    form: VillageForm, entitled: int, present: int, in_favour: int, outcome: StepOutcome
) -> None:
    votes = Votes(in_favour=in_favour, against=present - in_favour)
    town = at_village()
    figures: dict[str, Any] = {"form": form, "entitled": entitled, "present": present, "votes": votes}
    assert decide(town, "2025-02-05", Step.VILLAGE_MEETING, **figures) is outcome


def test_a_return_sends_the_proposal_back_and_restarts_the_time_limit() -> None:
    town = submitted()
    assert town.facts(P, ID).due == day("2025-01-22")
    decide(town, "2025-01-10", Step.LEAD_REVIEW, decision=APPROVE)
    decide(town, "2025-01-15", Step.PARTY_PRELIMINARY, decision=RETURN, to=Stage.LEAD_REVIEW, reason="预算不清")
    assert (town.facts(P, ID).stage, town.facts(P, ID).due) == ("lead_review", day("2025-01-29"))
    decide(town, "2025-01-17", Step.LEAD_REVIEW, decision=APPROVE)
    assert (town.facts(P, ID).stage, town.facts(P, ID).due) == ("party_preliminary", day("2025-01-31"))


def test_a_return_names_an_earlier_step_and_a_reason() -> None:
    town = at_deputies()
    later = DecideStep(step=Step.DEPUTIES, decision=RETURN, to=Stage.FINAL_APPROVAL, reason="不清")
    assert refused(town, "2025-01-20", later) == "bad_return"
    nowhere = DecideStep(step=Step.DEPUTIES, decision=RETURN, reason="不清")
    assert refused(town, "2025-01-20", nowhere) == "bad_return"
    silent = DecideStep(step=Step.DEPUTIES, decision=RETURN, to=Stage.LEAD_REVIEW)
    assert refused(town, "2025-01-20", silent) == "reason_missing"
    assert decide(town, "2025-01-20", Step.DEPUTIES, decision=RETURN, to=Stage.LEAD_REVIEW, reason="不清") is (
        StepOutcome.RETURN
    )


def test_the_first_body_returns_to_the_village_which_must_amend_before_it_goes_on() -> None:
    town = submitted()
    decide(town, "2025-01-10", Step.LEAD_REVIEW, decision=RETURN, to=Stage.DRAFT, reason="缺预算")
    assert (town.facts(P, ID).stage, town.facts(P, ID).due) == ("draft", day("2025-01-24"))
    again = DecideStep(step=Step.LEAD_REVIEW, decision=APPROVE)
    assert refused(town, "2025-01-13", again) == "awaiting_amendment"
    town.act("2025-01-14", P, ID, AmendProposal(text="附预算表"))
    assert (town.facts(P, ID).stage, town.state(P, ID).text) == ("lead_review", "附预算表")


def test_a_rejection_takes_a_reason_and_ends_the_proposal() -> None:
    town = submitted()
    assert refused(town, "2025-01-10", DecideStep(step=Step.LEAD_REVIEW, decision=REJECT)) == "reason_missing"
    decide(town, "2025-01-10", Step.LEAD_REVIEW, decision=REJECT, reason="不合规划")
    assert town.facts(P, ID).open is False
    assert refused(town, "2025-01-13", DecideStep(step=Step.LEAD_REVIEW, decision=APPROVE)) == "already_decided"


def test_a_step_not_decided_in_time_is_overdue_and_stays_open() -> None:
    town = submitted()
    town.until("2025-01-22")
    assert town.state(P, ID).overdue == ()
    town.until("2025-01-23")
    assert [(late.step, late.due) for late in town.state(P, ID).overdue] == [(Stage.LEAD_REVIEW, day("2025-01-22"))]
    assert (town.facts(P, ID).stage, town.deadlines(P, ID)) == ("lead_review", [])
    decide(town, "2025-01-24", Step.LEAD_REVIEW, decision=APPROVE)
    assert town.facts(P, ID).due == day("2025-02-07")


def test_a_decision_made_in_time_and_entered_late_was_not_overdue() -> None:
    town = submitted()
    town.act("2025-01-25", P, ID, DecideStep(step=Step.LEAD_REVIEW, decision=APPROVE, on=day("2025-01-22")))
    assert town.events(P, ID, "proposal.step_overdue") != []
    assert town.state(P, ID).overdue == ()


def test_reminders_come_before_the_due_date_and_those_already_past_are_skipped() -> None:
    town = submitted(Town({"proposal": {"step_days": 10, "reminders": [30, 3, 1, 0]}}))
    town.until("2025-01-23")
    sent = [(event.days_before, event.on) for event in town.events(P, ID, "proposal.reminder_sent")]
    assert sent == [(3, day("2025-01-19")), (1, day("2025-01-21")), (0, day("2025-01-22"))]


def test_no_reminder_comes_for_a_step_that_was_decided() -> None:
    town = submitted()
    decide(town, "2025-01-20", Step.LEAD_REVIEW, decision=APPROVE)
    town.until("2025-01-23")
    assert [event.days_before for event in town.events(P, ID, "proposal.reminder_sent")] == [3]


def test_each_time_limit_has_its_own_timers_even_when_two_end_on_one_day() -> None:
    town = submitted()
    decide(town, "2025-01-10", Step.LEAD_REVIEW, decision=APPROVE)
    first = set(town.deadlines(P, ID))
    decide(town, "2025-01-10", Step.PARTY_PRELIMINARY, decision=RETURN, to=Stage.LEAD_REVIEW, reason="补充")
    decide(town, "2025-01-10", Step.LEAD_REVIEW, decision=APPROVE)
    assert first.isdisjoint(town.deadlines(P, ID))


def test_bodies_act_in_their_order_only() -> None:
    town = submitted()
    early = DecideStep(step=Step.FINAL_APPROVAL, decision=APPROVE)
    assert refused(town, "2025-01-10", early) == "not_this_step"
    assert refused(town, "2025-01-10", ReportProgress(text="开工", percent=1)) == "not_in_progress"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "votes_missing"),
        ({"votes": Votes(in_favour=50, against=11)}, "impossible_votes"),
        ({"votes": Votes(in_favour=40), "present": 39}, "impossible_votes"),
        ({"votes": Votes(in_favour=40), "decision": REJECT}, "contradicts_votes"),
    ],
)
def test_a_vote_with_missing_or_impossible_figures_is_refused(fields: dict[str, Any], code: str) -> None:
    assert refused(at_deputies(), "2025-01-24", DecideStep(step=Step.DEPUTIES, **fields)) == code


def test_a_village_vote_needs_its_form_and_who_is_entitled() -> None:
    command = DecideStep(step=Step.VILLAGE_MEETING, votes=Votes(in_favour=20))
    assert refused(at_village(), "2025-02-05", command) == "meeting_missing"


def test_a_step_without_a_meeting_takes_a_decision_and_no_votes() -> None:
    assert refused(submitted(), "2025-01-10", DecideStep(step=Step.LEAD_REVIEW)) == "decision_missing"
    command = DecideStep(step=Step.LEAD_REVIEW, decision=APPROVE, votes=Votes(in_favour=1))
    assert refused(submitted(), "2025-01-10", command) == "no_vote_here"


def test_acts_are_neither_in_the_future_nor_before_the_last_one() -> None:
    town = submitted()
    tomorrow = DecideStep(step=Step.LEAD_REVIEW, decision=APPROVE, on=day("2025-01-11"))
    assert refused(town, "2025-01-10", tomorrow) == "in_the_future"
    before = DecideStep(step=Step.LEAD_REVIEW, decision=APPROVE, on=day("2025-01-07"))
    assert refused(town, "2025-01-10", before) == "out_of_order"


def test_a_village_withdraws_its_proposal_while_it_is_undecided() -> None:
    town = at_deputies()
    town.act("2025-01-20", P, ID, WithdrawProposal(reason="资金另有来源"))
    assert (town.facts(P, ID).stage, town.facts(P, ID).outcome, town.facts(P, ID).open) == (
        "withdrawn",
        "withdrawn",
        False,
    )
    assert refused(approved(), "2025-02-11", WithdrawProposal(reason="不做了")) == "already_decided"


def test_an_amended_proposal_starts_again_with_the_first_body() -> None:
    town = at_deputies()
    town.act("2025-01-20", P, ID, AmendProposal(title="修建防渗渠（二期）"))
    assert (town.facts(P, ID).stage, town.facts(P, ID).due) == ("lead_review", day("2025-02-03"))
    assert town.state(P, ID).title == "修建防渗渠（二期）"
    assert refused(town, "2025-01-21", AmendProposal()) == "nothing_amended"


@pytest.mark.parametrize(
    ("role", "step", "allowed"),
    [
        (Role.TOWN_LEADER, Step.LEAD_REVIEW, True),
        (Role.PARTY_COMMITTEE, Step.LEAD_REVIEW, False),
        (Role.VILLAGE, Step.LEAD_REVIEW, False),
    ],
)
def test_a_body_decides_at_its_own_step_only(role: Role, step: Step, *, allowed: bool) -> None:
    actor = Actor(id="x", role=role)
    command = DecideStep(step=step, decision=APPROVE)
    if allowed:
        assert submitted().act("2025-01-10", P, ID, command, actor) != []
    else:
        assert refused(submitted(), "2025-01-10", command, actor) == "not_this_body"


def test_a_deputy_alone_decides_nothing() -> None:
    deputy = Actor(id="d1", role=Role.DEPUTY)
    assert (
        refused(submitted(), "2025-01-10", DecideStep(step=Step.LEAD_REVIEW, decision=APPROVE), deputy) == "not_allowed"
    )
