"""Questions, commitments, opinions: what is followed, and what bars what."""

from __future__ import annotations

from datetime import date

import pytest

from domain.acts import Command
from domain.cases.appraisal import commands as do
from domain.cases.appraisal import events as did
from domain.cases.appraisal.state import Stage
from tests.cases.appraisal.plays import REPORTED, Appraising, implemented, opened, polled, reported
from tests.cases.examples import LYS, counted
from tests.cases.harness import noon

COMMIT = do.CommitToQuestion(question_id="q1", measure="修好水渠", owner="赵永胜", due=date(2025, 9, 30))
KEPT = do.MarkCommitment(question_id="q1", kept=True)
BROKEN = do.MarkCommitment(question_id="q1", kept=False)


def committed_and_passed() -> Appraising:
    play = reported(questions=1)
    play.act("2025-06-04", COMMIT)
    polled(play, counted("2025-p1", "2025-06-20", passing=40, failing=20))
    return play


def test_a_commitment_does_not_hold_the_poll_up_and_is_followed_until_it_is_kept() -> None:
    play = committed_and_passed()
    assert play.facts.stage == Stage.FOLLOW_UP.value
    assert play.facts.due == date(2025, 9, 30)
    play.act("2025-09-20", KEPT)
    assert play.facts.stage == Stage.CLOSED.value
    assert not play.state.questions["q1"].late
    assert play.next_deadline() is None


def test_a_commitment_that_nobody_marks_is_recorded_as_due_and_keeps_the_case_open() -> None:
    play = committed_and_passed()
    play.run_out()
    assert [(each.question_id, each.due) for each in play.of(did.CommitmentDue)] == [("q1", date(2025, 9, 30))]
    assert play.facts.open
    assert play.facts.outcome == "pass"


def test_a_commitment_may_be_kept_late() -> None:
    play = committed_and_passed()
    play.act("2025-10-09", KEPT)
    assert play.state.questions["q1"].late
    assert not play.facts.open


def test_a_commitment_is_broken_only_once_its_due_date_is_past() -> None:
    play = committed_and_passed()
    assert play.refused("2025-09-30", BROKEN) == "not_due_yet"
    play.act("2025-10-01", BROKEN)
    assert play.state.questions["q1"].kept is False
    assert not play.facts.open


def test_an_open_question_bars_the_filing() -> None:
    play = reported(questions=2, opinions=1)
    play.act("2025-06-03", do.AnswerQuestion(question_id="q1"))
    assert play.refused("2025-06-04", do.FileOpinions()) == "open_questions"
    play.act("2025-06-04", COMMIT.model_copy(update={"question_id": "q2"}))
    play.act("2025-06-05", do.FileOpinions(number="镇纪备〔2025〕3 号"))
    assert play.state.filed_on == date(2025, 6, 5)
    assert play.state.stage is Stage.IMPLEMENTATION


def test_the_filing_is_due_five_working_days_after_the_report() -> None:
    play = reported(opinions=1)
    assert play.facts.due == date(2025, 6, 9)
    play.run_until(noon(date(2025, 6, 9)))
    assert not play.of(did.FilingOverdue)
    play.act("2025-06-10", do.FileOpinions())
    assert [each.due for each in play.of(did.FilingOverdue)] == [date(2025, 6, 9)]
    assert play.state.filing_overdue


def test_a_filing_in_time_that_is_entered_late_is_not_overdue() -> None:
    play = reported(opinions=1)
    play.act("2025-06-10", do.FileOpinions(on=date(2025, 6, 9)))
    assert not play.state.filing_overdue


def test_without_opinions_there_is_nothing_to_file() -> None:
    play = reported(questions=1)
    play.act("2025-06-03", do.AnswerQuestion(question_id="q1"))
    play.run_out()
    assert not play.of(did.FilingOverdue)
    assert play.state.stage is Stage.READY


def test_an_implementation_that_does_not_satisfy_is_to_be_done_again() -> None:
    play = reported(opinions=1)
    play.act("2025-06-06", do.FileOpinions())
    check = do.CheckImplementation(opinion_id="o1")
    assert play.refused("2025-06-10", check) == "implementation_not_reported"
    play.act("2025-06-10", do.ReportImplementation(opinion_id="o1"))
    play.act("2025-06-11", do.CheckImplementation(opinion_id="o1", satisfied=False))
    assert list(play.state.unimplemented) == ["o1"]
    implemented(play, "o1", "2025-06-13", "2025-06-16")
    assert list(play.state.unimplemented) == []
    assert play.refused("2025-06-17", check) == "already_checked"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (do.OpenAppraisal(year=2025, subject=LYS), "already_open"),
        (do.RaiseQuestion(question_id="q1"), "not_reported"),
        (do.ItemiseOpinion(opinion_id="o1"), "not_reported"),
        (do.FileOpinions(), "not_reported"),
        (do.AnswerQuestion(question_id="q1"), "unknown_question"),
        (do.ReportImplementation(opinion_id="o1"), "unknown_opinion"),
        (do.SubmitReport(on=date(2025, 5, 31)), "out_of_order"),
        (do.SubmitReport(on=date(2025, 6, 3)), "in_the_future"),
    ],
)
def test_before_the_report(command: Command, code: str) -> None:
    assert opened().refused(REPORTED, command) == code


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (do.SubmitReport(), "already_reported"),
        (do.RaiseQuestion(question_id="q1"), "question_exists"),
        (do.ItemiseOpinion(opinion_id="o1"), "opinion_exists"),
        (do.AnswerQuestion(question_id="q1"), "already_answered"),
        (COMMIT.model_copy(update={"question_id": "q2"}), "already_committed"),
        (do.AnswerQuestion(question_id="q2"), "already_committed"),
        (do.MarkCommitment(question_id="q1", kept=True), "no_commitment"),
        (COMMIT.model_copy(update={"question_id": "q3", "due": date(2025, 6, 4)}), "due_in_the_past"),
        (do.FileOpinions(on=date(2025, 6, 1)), "out_of_order"),
    ],
)
def test_after_the_report(command: Command, code: str) -> None:
    play = reported(questions=3, opinions=1)
    play.act("2025-06-03", do.AnswerQuestion(question_id="q1"))
    play.act("2025-06-03", COMMIT.model_copy(update={"question_id": "q2"}))
    assert play.refused("2025-06-05", command) == code


@pytest.mark.parametrize("command", [do.RaiseQuestion(question_id="q9"), do.ItemiseOpinion(opinion_id="o9")])
def test_after_the_filing_nothing_is_added(command: Command) -> None:
    play = reported(opinions=1)
    play.act("2025-06-06", do.FileOpinions())
    assert play.refused("2025-06-09", command) == "already_filed"
    assert play.refused("2025-06-09", do.FileOpinions()) == "already_filed"


def test_no_question_is_raised_once_the_poll_has_begun() -> None:
    play = reported()
    play.act("2025-06-03", do.PutToPoll(poll_id="2025-p1"))
    assert play.refused("2025-06-03", do.RaiseQuestion(question_id="q1")) == "poll_begun"
