"""Prior supervision: the steps, the votes and their quorums, the time limits."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WorkCalendar
from domain.policy.document import ProposalPolicy
from domain.rules.proposal import (
    STEPS,
    Step,
    VillageForm,
    VoteOutcome,
    Votes,
    deputies_vote,
    may_return_to,
    next_step,
    posting_until,
    reminders,
    step_due,
    village_quorum,
    village_vote,
    vote_fault,
)

WEEKENDS = WorkCalendar(weekends_only=True)
APPROVED, REJECTED, NO_QUORUM = VoteOutcome.APPROVED, VoteOutcome.REJECTED, VoteOutcome.NO_QUORUM


def votes(in_favour: int, against: int = 0, abstain: int = 0) -> Votes:
    return Votes(in_favour=in_favour, against=against, abstain=abstain)


def test_the_order_of_the_steps() -> None:
    way: list[Step | None] = [Step.LEAD_REVIEW]
    while way[-1] is not None:
        way.append(next_step(way[-1]))
    assert way == [
        "lead_review",
        "party_preliminary",
        "deputies",
        "village_meeting",
        "final_approval",
        None,
    ]
    assert may_return_to(Step.LEAD_REVIEW) == ()
    assert may_return_to(Step.DEPUTIES) == (Step.LEAD_REVIEW, Step.PARTY_PRELIMINARY)
    assert all(step.label for step in STEPS)


@pytest.mark.parametrize(
    ("cast", "present", "outcome"),
    [
        (votes(45, 8, 2), None, APPROVED),
        (votes(30, 20, 5), None, REJECTED),  # half of all 60 is not more than half
        (votes(31), None, APPROVED),
        (votes(30), None, NO_QUORUM),
        (votes(30), 30, NO_QUORUM),
        (votes(30), 31, REJECTED),
        (votes(31), 60, APPROVED),
        (votes(0), 60, REJECTED),
    ],
)
def test_the_deputies_decide_by_more_than_half_of_all(cast: Votes, present: int | None, outcome: VoteOutcome) -> None:
    assert deputies_vote(60, cast, present) is outcome


@pytest.mark.parametrize(
    ("form", "entitled", "present", "in_favour", "outcome"),
    [
        ("representatives", 30, 24, 20, APPROVED),
        ("representatives", 30, 20, 11, APPROVED),
        ("representatives", 30, 20, 10, REJECTED),  # half of those present
        ("representatives", 30, 19, 19, NO_QUORUM),
        ("representatives", 31, 20, 20, NO_QUORUM),
        ("representatives", 31, 21, 11, APPROVED),
        ("assembly", 1000, 501, 251, APPROVED),
        ("assembly", 1000, 500, 500, NO_QUORUM),
        ("assembly", 1000, 502, 251, REJECTED),
        ("households", 300, 200, 101, APPROVED),
        ("households", 300, 199, 199, NO_QUORUM),
        ("households", 300, 200, 100, REJECTED),
    ],
)
def test_the_village_decides_by_more_than_half_of_those_present(
    form: str, entitled: int, present: int, in_favour: int, outcome: VoteOutcome
) -> None:
    assert village_vote(VillageForm(form), entitled, present, votes(in_favour)) is outcome


def test_where_nobody_counted_heads_the_votes_are_those_present() -> None:
    assert village_vote(VillageForm.REPRESENTATIVES, 30, None, votes(11, 5, 4)) is APPROVED
    assert village_vote(VillageForm.REPRESENTATIVES, 30, None, votes(11, 5, 3)) is NO_QUORUM


def test_an_empty_village_decides_nothing() -> None:
    for form in VillageForm:
        assert village_vote(form, 0, 0, votes(0)) is NO_QUORUM


@pytest.mark.parametrize(
    ("entitled", "present", "cast", "words"),
    [
        (30, 31, votes(1), "到会 31 多于应到 30"),
        (30, 24, votes(20, 5), "票数 25 多于到会 24"),
        (30, None, votes(20, 11), "票数 31 多于应到 30"),
        (30, 24, votes(20, 4), None),
    ],
)
def test_impossible_votes(entitled: int, present: int | None, cast: Votes, words: str | None) -> None:
    assert vote_fault(entitled, present, cast) == words


def test_votes_as_files_write_them() -> None:
    assert Votes.model_validate({"for": 45, "against": 8, "abstain": 2}) == votes(45, 8, 2)
    assert Votes.model_validate(votes(45, 8, 2).model_dump(mode="json")) == votes(45, 8, 2)


def test_the_time_limit_of_a_step_runs_from_the_decision_before() -> None:
    policy = ProposalPolicy()
    due = step_due(policy, date(2025, 1, 8), WEEKENDS)
    assert due == date(2025, 1, 22)
    assert reminders(policy, due) == [(date(2025, 1, 19), 3), (date(2025, 1, 21), 1), (due, 0)]
    assert step_due(ProposalPolicy(step_days=1), date(2025, 1, 10), WEEKENDS) == date(2025, 1, 13)


def test_a_village_decision_stays_posted() -> None:
    assert posting_until(date(2025, 2, 5)) == date(2025, 2, 20)


@given(st.sampled_from(list(VillageForm)), st.integers(1, 3000), st.integers(0, 3000))
def test_the_quorum_of_a_village(form: VillageForm, entitled: int, present: int) -> None:
    reached = 2 * present > entitled if form is VillageForm.ASSEMBLY else 3 * present >= 2 * entitled
    assert (present >= village_quorum(form, entitled)) is reached


@given(st.integers(1, 200), st.integers(0, 200), st.integers(0, 200))
def test_more_votes_for_never_turn_an_approval(deputies: int, in_favour: int, against: int) -> None:
    if deputies_vote(deputies, votes(in_favour, against)) is APPROVED:
        assert deputies_vote(deputies, votes(in_favour + 1, against)) is APPROVED
