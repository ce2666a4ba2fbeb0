"""Appraisals as far as tests want them to have come."""

from __future__ import annotations

from typing import Any

from domain.cases.appraisal import DECIDER
from domain.cases.appraisal import commands as do
from domain.cases.appraisal.state import AppraisalState
from domain.cases.poll.result import PollResult, TakePollResult
from domain.policy.document import Policy
from tests.cases.examples import LYS
from tests.cases.harness import Play

Appraising = Play[AppraisalState]

REPORTED = "2025-06-02"


def opened(**policy: Any) -> Appraising:
    """Started. `policy`: keys of its section `appraisal`."""
    play = Play(DECIDER, policy=Policy.model_validate({"appraisal": policy}))
    play.act("2025-06-01", do.OpenAppraisal(year=2025, subject=LYS))
    return play


def reported(*, questions: int = 0, opinions: int = 0, **policy: Any) -> Appraising:
    """Report in, with so many questions q1… and opinions o1…"""
    play = opened(**policy)
    play.act(REPORTED, do.SubmitReport())
    for number in range(1, questions + 1):
        play.act(REPORTED, do.RaiseQuestion(question_id=f"q{number}"))
    for number in range(1, opinions + 1):
        play.act(REPORTED, do.ItemiseOpinion(opinion_id=f"o{number}"))
    return play


def implemented(play: Appraising, opinion_id: str, reported_on: str, checked_on: str) -> None:
    """An opinion implemented and found so."""
    play.act(reported_on, do.ReportImplementation(opinion_id=opinion_id))
    play.act(checked_on, do.CheckImplementation(opinion_id=opinion_id))


def polled(play: Appraising, result: PollResult) -> None:
    """Put to the poll of a result, on its day, and told the result."""
    play.act(result.on, do.PutToPoll(poll_id=result.poll_id))
    play.tell(result.on, TakePollResult(poll_id=result.poll_id, result=result))
