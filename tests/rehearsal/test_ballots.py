"""The ballots of a rehearsal, counted as every ballot is, give the figures that the scenario states."""

from __future__ import annotations

from ballotbox.ballots import OVERALL
from ballotbox.counts import count_column
from domain.policy.document import Policy
from domain.rules.counting import ItemCount
from rehearsal.ballots import ballots_of, counted_rows
from rehearsal.scenario.polls import RevotePoll

POLICY = Policy().appraisal
QUESTIONS = (OVERALL, *POLICY.dimension_keys)
FIGURES = RevotePoll.model_validate(
    {
        "date": "2025-06-20",
        "present": 55,
        "overall": {"excellent": 12, "competent": 19, "basically_competent": 10, "abstain": 4, "invalid": 3},
        "dimensions": {"integrity": {"excellent": 40, "incompetent": 7, "invalid": 1}},
    }
)


def count(excellent: int, competent: int, basically: int, incompetent: int, abstain: int, invalid: int) -> ItemCount:
    grades = dict(zip(POLICY.grade_keys, (excellent, competent, basically, incompetent), strict=True))
    return ItemCount(grades=grades, abstain=abstain, invalid=invalid)


def test_ballots_count_to_the_figures_and_dimensions_left_out_follow_the_overall_item() -> None:
    ballots = ballots_of(FIGURES, POLICY, QUESTIONS)
    assert len(ballots) == 48
    counted = count_column(POLICY, QUESTIONS, ballots)
    assert counted.overall == count(12, 19, 10, 0, 4, 3)
    assert counted.dimensions["integrity"] == count(40, 0, 0, 7, 0, 1)
    assert counted.dimensions["style"] == counted.overall


def test_rows_entered_as_paper_say_the_same() -> None:
    rows = counted_rows(FIGURES, POLICY)
    assert rows.overall == count(12, 19, 10, 0, 4, 3)
    assert rows.dimensions == {"integrity": count(40, 0, 0, 7, 0, 1)}
