"""Corrections (更正): two persons sign, what follows is derived anew, nothing recorded is rewritten."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.case import CaseKind, fold
from domain.cases.governance_commands import AppointDelegate, ConfirmCorrection, DeclineCorrection, ProposeCorrection
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.cases.registry import GOVERNED
from domain.rules.proposal import Step, Votes
from tests.cases.play import OTHER_STAFF, STAFF, Town, day

P = CaseKind.PROPOSAL
ID = "2025-p1"


def at_deputies() -> Town:
    """Versions: 0 submitted, 1 lead review on the 10th, 2 party's resolution on the 15th."""
    town = Town({"proposal": {"step_days": 10, "reminders": []}})
    opening = SubmitProposal(proposal_id="p1", year=2025, village="科村", title="硬化文化广场", deputies=60)
    town.act("2025-01-08", P, ID, opening)
    town.act("2025-01-10", P, ID, DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE))
    town.act("2025-01-15", P, ID, DecideStep(step=Step.PARTY_PRELIMINARY, decision=Decision.APPROVE))
    return town


def propose(town: Town, on: str, version: int, changes: dict[str, Any], actor: Actor = STAFF) -> int:
    town.act(on, P, ID, ProposeCorrection(version=version, changes=changes, reason="录入错误"), actor)
    return town.stream(f"proposal-{ID}")[-1].version


def correct(town: Town, on: str, version: int, changes: dict[str, Any]) -> None:
    proposed = propose(town, on, version, changes)
    town.act(on, P, ID, ConfirmCorrection(proposal_version=proposed), OTHER_STAFF)


def refused(town: Town, on: str, command: Command, actor: Actor = STAFF) -> str:
    with pytest.raises(Refusal) as refusal:
        town.act(on, P, ID, command, actor)
    return refusal.value.code


def test_one_person_alone_corrects_nothing() -> None:
    town = at_deputies()
    proposed = propose(town, "2025-01-16", 2, {"on": "2025-01-14"})
    assert refused(town, "2025-01-16", ConfirmCorrection(proposal_version=proposed)) == "same_person"
    assert town.facts(P, ID).due == day("2025-01-29")


@pytest.mark.parametrize(
    ("proposer", "confirmer"),
    [
        (Actor(id="a", role=Role.STAFF), Actor(id="b", role=Role.PRESIDIUM, on_behalf_of="a")),
        (Actor(id="b", role=Role.STAFF, on_behalf_of="a"), Actor(id="a", role=Role.PRESIDIUM)),
    ],
)
def test_a_delegate_is_no_second_person(proposer: Actor, confirmer: Actor) -> None:
    town = at_deputies()
    delegation = AppointDelegate(
        principal="a", delegate="b", from_=day("2025-01-01"), until=day("2025-12-31"), reason="出差"
    )
    town.act("2025-01-15", P, ID, delegation)
    proposed = propose(town, "2025-01-16", 2, {"on": "2025-01-14"}, proposer)
    assert refused(town, "2025-01-16", ConfirmCorrection(proposal_version=proposed), confirmer) == "same_person"


def test_a_corrected_date_moves_the_due_date_that_was_computed_from_it() -> None:
    town = at_deputies()
    correct(town, "2025-01-16", 2, {"on": "2025-01-13"})
    assert town.facts(P, ID).due == day("2025-01-27")
    assert any(key.startswith("overdue:deputies:2025-01-27") for key in town.deadlines(P, ID))


def test_the_event_itself_stays_as_it_was_recorded() -> None:
    town = at_deputies()
    correct(town, "2025-01-16", 2, {"on": "2025-01-13"})
    assert town.events(P, ID)[2].on == day("2025-01-15")
    (corrected,) = town.events(P, ID, "governance.corrected")
    assert corrected.changes[2]["on"] == "2025-01-13"
    assert corrected.changes[2]["limit"]["due"] == "2025-01-27"


def test_corrected_votes_decide_anew() -> None:
    town = at_deputies()
    town.act("2025-01-24", P, ID, DecideStep(step=Step.DEPUTIES, votes=Votes(in_favour=45, against=8)))
    correct(town, "2025-01-25", 3, {"votes": {"in_favour": 30, "against": 23, "abstain": 0}})
    facts = town.facts(P, ID)
    assert (facts.stage, facts.outcome, facts.due) == ("rejected", "rejected", None)


def test_decisions_after_a_vote_that_failed_in_truth_have_no_effect_any_more() -> None:
    town = at_deputies()
    town.act("2025-01-17", P, ID, DecideStep(step=Step.DEPUTIES, votes=Votes(in_favour=45)))
    later = DecideStep.model_validate(
        {
            "step": "village_meeting",
            "form": "representatives",
            "entitled": 30,
            "present": 24,
            "votes": {"for": 20},
        }
    )
    town.act("2025-01-20", P, ID, later)
    assert town.facts(P, ID).stage == "final_approval"
    correct(town, "2025-01-21", 3, {"votes": {"in_favour": 10, "against": 40, "abstain": 0}})
    assert town.facts(P, ID).stage == "rejected"
    assert [step.step for step in town.state(P, ID).steps][-1] is Step.DEPUTIES


def test_an_overdue_notice_that_rested_on_a_wrong_date_does_not_stand() -> None:
    town = at_deputies()
    town.until("2025-01-31")
    assert len(town.state(P, ID).overdue) == 1
    correct(town, "2025-01-31", 2, {"on": "2025-01-20"})
    assert town.state(P, ID).overdue == ()
    assert town.facts(P, ID).due == day("2025-02-03")
    town.until("2025-02-04")
    assert [late.due for late in town.state(P, ID).overdue] == [day("2025-02-03")]


def test_a_second_correction_of_the_same_event_keeps_the_first() -> None:
    town = at_deputies()
    correct(town, "2025-01-16", 0, {"title": "硬化文化广场（一期）"})
    correct(town, "2025-01-17", 0, {"text": "附图"})
    state = town.state(P, ID)
    assert (state.title, state.text) == ("硬化文化广场（一期）", "附图")


def test_a_correction_can_itself_be_corrected_back() -> None:
    town = at_deputies()
    before = town.state(P, ID)
    correct(town, "2025-01-16", 2, {"on": "2025-01-13"})
    correct(town, "2025-01-17", 2, {"on": "2025-01-15"})
    assert town.state(P, ID) == before
    assert town.facts(P, ID).due == day("2025-01-29")


def test_a_case_read_from_its_stream_is_the_corrected_one() -> None:
    town = at_deputies()
    correct(town, "2025-01-16", 2, {"on": "2025-01-13"})
    again = fold(GOVERNED[P], town.stream(f"proposal-{ID}"))
    assert again.inner == town.state(P, ID)


@pytest.mark.parametrize(
    ("version", "changes", "code"),
    [
        (99, {"on": "2025-01-14"}, "unknown_event"),
        (2, {"colour": "red"}, "unknown_field"),
        (2, {"on": "2025-01-15"}, "nothing_to_correct"),
        (2, {"on": "yesterday"}, "unfit_value"),
        (2, {"on": "2025-01-17"}, "in_the_future"),
        (0, {"year": 2024}, "identity"),
        (0, {"proposal_id": "p2"}, "identity"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(version: int, changes: dict[str, Any], code: str) -> None:
    command = ProposeCorrection(version=version, changes=changes, reason="录入错误")
    assert refused(at_deputies(), "2025-01-16", command) == code


def test_what_governs_the_case_is_not_corrected() -> None:
    town = at_deputies()
    proposed = propose(town, "2025-01-16", 2, {"on": "2025-01-14"})
    command = ProposeCorrection(version=proposed, changes={"reason": "别的"}, reason="录入错误")
    assert refused(town, "2025-01-16", command) == "unknown_event"


def test_a_correction_is_confirmed_or_declined_once() -> None:
    town = at_deputies()
    proposed = propose(town, "2025-01-16", 2, {"on": "2025-01-14"})
    town.act("2025-01-16", P, ID, DeclineCorrection(proposal_version=proposed, reason="原记录无误"), OTHER_STAFF)
    late = ConfirmCorrection(proposal_version=proposed)
    assert refused(town, "2025-01-16", late, OTHER_STAFF) == "unknown_correction"
    assert town.facts(P, ID).due == day("2025-01-29")
