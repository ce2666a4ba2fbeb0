"""The poll of an appraisal: what holds it up, its verdicts, and what a failure starts."""

from __future__ import annotations

from datetime import date

import pytest

from domain.cases.appraisal import commands as do
from domain.cases.appraisal import events as did
from domain.cases.appraisal.events import Bar
from domain.cases.appraisal.state import Stage
from domain.cases.case import CaseKind, StartCase
from domain.cases.poll.result import PollStatus, TakePollResult
from domain.cases.rectification.commands import OpenRectification
from domain.rules.counting import ItemCount
from domain.rules.verdict import Outcome
from tests.cases.appraisal.plays import REPORTED, Appraising, implemented, opened, polled, reported
from tests.cases.examples import LYS, counted, uncounted

POLL = do.PutToPoll(poll_id="2025-p1")
PASS = counted("2025-p1", "2025-06-20", passing=36, failing=24)
FAIL = counted("2025-p1", "2025-06-20", passing=35, failing=25)


def refused_for(play: Appraising, day: str = "2025-06-20") -> tuple[Bar, ...]:
    """The reasons with which the poll is refused; empty where it is not."""
    [event] = play.act(day, POLL)
    return event.reasons if isinstance(event, did.PollRefused) else ()


def test_a_pass_closes_the_case() -> None:
    play = reported()
    polled(play, PASS)
    [judged] = play.of(did.Judged)
    assert (judged.verdict.verdict, judged.verdict.rate_printed) == (Outcome.PASS, "60.00%")
    assert judged.responsible == "赵永胜"
    assert (play.facts.outcome, play.facts.open) == ("pass", False)
    assert play.effects == []


def test_a_failure_is_criticised_and_starts_the_rectification() -> None:
    play = reported()
    polled(play, FAIL)
    [judged] = play.of(did.Judged)
    [criticised] = play.of(did.Criticised)
    assert (judged.verdict.rate_printed, criticised.responsible) == ("58.33%", "赵永胜")
    opening = OpenRectification(year=2025, subject=LYS, failed=judged.verdict, on=date(2025, 6, 20))
    assert play.effects == [StartCase(kind=CaseKind.RECTIFICATION, case_id="2025-lys", opening=opening)]
    assert (play.facts.outcome, play.facts.open, play.state.criticised) == ("fail", False, True)


def test_without_a_report_there_is_no_poll() -> None:
    play = opened()
    assert refused_for(play) == (Bar.NOT_REPORTED,)
    assert play.state.verdict is not None
    assert play.state.verdict.verdict is Outcome.REFUSED
    assert (play.facts.outcome, play.facts.open) == (None, True)


def test_every_bar_is_named() -> None:
    play = reported(questions=1, opinions=1)
    assert refused_for(play) == (Bar.OPEN_QUESTIONS, Bar.UNIMPLEMENTED_OPINIONS)
    assert all(bar.label for bar in Bar)


def test_an_opinion_holds_the_poll_up_until_it_is_implemented_and_checked() -> None:
    play = reported(opinions=2)
    play.act("2025-06-06", do.FileOpinions())
    implemented(play, "o1", "2025-06-10", "2025-06-11")
    assert refused_for(play, "2025-06-12") == (Bar.UNIMPLEMENTED_OPINIONS,)
    play.act("2025-06-13", do.ReportImplementation(opinion_id="o2"))
    assert refused_for(play, "2025-06-14") == (Bar.UNIMPLEMENTED_OPINIONS,)
    play.act("2025-06-16", do.CheckImplementation(opinion_id="o2"))
    polled(play, PASS)
    assert play.facts.outcome == "pass"


def test_a_late_filing_is_overdue_and_holds_no_poll_up() -> None:
    play = reported(opinions=1)
    implemented(play, "o1", "2025-06-10", "2025-06-11")
    polled(play, PASS)
    assert (play.facts.outcome, play.facts.open, play.state.filing_overdue) == ("pass", True, True)
    play.act("2025-06-23", do.FileOpinions())
    assert not play.facts.open


def test_the_presidium_may_waive_the_implementation_after_a_refusal() -> None:
    play = reported(opinions=1)
    play.act("2025-06-06", do.FileOpinions())
    assert refused_for(play) == (Bar.UNIMPLEMENTED_OPINIONS,)
    play.act("2025-06-20", do.WaiveImplementation(reason="工程须待冬季"))
    polled(play, PASS)
    assert play.state.waived == "工程须待冬季"
    assert (play.facts.outcome, play.facts.open) == ("pass", False)


def test_a_waiver_does_not_stand_for_an_answer() -> None:
    play = reported(questions=1, opinions=1)
    play.act("2025-06-10", do.WaiveImplementation(reason="工程须待冬季"))
    assert refused_for(play) == (Bar.OPEN_QUESTIONS,)


def test_on_the_same_day_the_implementation_is_followed_after_the_poll() -> None:
    play = reported(opinions=1, order="same_day")
    polled(play, counted("2025-p1", REPORTED, passing=40, failing=20))
    assert play.state.stage is Stage.FOLLOW_UP
    play.act("2025-06-06", do.FileOpinions())
    implemented(play, "o1", "2025-08-01", "2025-08-04")
    assert (play.state.stage, play.facts.open) == (Stage.CLOSED, False)


def test_on_the_same_day_an_open_question_holds_the_poll_up() -> None:
    play = reported(questions=1, order="same_day")
    assert refused_for(play, REPORTED) == (Bar.OPEN_QUESTIONS,)
    play.act(REPORTED, do.AnswerQuestion(question_id="q1"))
    assert refused_for(play, REPORTED) == ()


def test_a_failure_on_the_same_day_keeps_the_case_open_for_its_opinions() -> None:
    play = reported(opinions=1, order="same_day")
    polled(play, counted("2025-p1", REPORTED, passing=35, failing=25))
    assert [type(effect) for effect in play.effects] == [StartCase]
    assert (play.facts.outcome, play.facts.open) == ("fail", True)


@pytest.mark.parametrize(
    ("status", "verdict"), [(PollStatus.NO_QUORUM, Outcome.NO_QUORUM), (PollStatus.VOID, Outcome.VOID)]
)
def test_after_a_poll_that_decided_nothing_a_new_one_may_follow(status: PollStatus, verdict: Outcome) -> None:
    play = reported()
    polled(play, uncounted("2025-p0", "2025-06-10", status, present=20))
    [judged] = play.of(did.Judged)
    assert (judged.verdict.verdict, judged.verdict.rate) == (verdict, None)
    assert (play.state.stage, play.facts.outcome) == (Stage.READY, None)
    assert play.refused("2025-06-11", do.PutToPoll(poll_id="2025-p0")) == "poll_used"
    polled(play, PASS)
    assert play.facts.outcome == "pass"


def test_without_valid_ballots_nothing_is_decided() -> None:
    play = reported()
    polled(play, counted("2025-p1", "2025-06-20", passing=0, failing=0, invalid=60))
    assert play.state.verdict is not None
    assert (play.state.verdict.verdict, play.state.verdict.rate) == (Outcome.NO_VALID_BALLOTS, None)
    assert play.facts.open


def test_a_dimension_below_the_line_is_a_warning_and_no_failure() -> None:
    weak = ItemCount(grades={"competent": 20, "incompetent": 40})
    play = reported()
    polled(play, counted("2025-p1", "2025-06-20", passing=40, failing=20, dimensions={"integrity": weak}))
    assert play.state.verdict is not None
    assert play.state.verdict.verdict is Outcome.PASS
    assert play.state.verdict.dimension_warnings == ("integrity",)


def test_a_result_is_taken_once_and_only_from_the_poll_it_was_put_to() -> None:
    play = reported()
    told = TakePollResult(poll_id="2025-p1", result=PASS)
    assert play.refused("2025-06-20", told) == "not_put_to_poll"
    play.act("2025-06-20", do.PutToPoll(poll_id="2025-p9"))
    assert play.refused("2025-06-20", POLL) == "poll_pending"
    play.act("2025-06-20", do.WithdrawFromPoll(poll_id="2025-p9", reason="误召集"))
    play.act("2025-06-20", POLL)
    assert play.act("2025-06-20", POLL) == []
    play.tell("2025-06-20", told)
    assert play.tell("2025-06-20", told) == []
    assert play.refused("2025-06-21", do.PutToPoll(poll_id="2025-p2")) == "already_judged"
    assert len(play.of(did.Judged)) == 1


def test_a_poll_is_not_dated_before_what_it_had_to_wait_for() -> None:
    play = reported(opinions=1)
    play.act("2025-06-06", do.FileOpinions())
    implemented(play, "o1", "2025-06-18", "2025-06-19")
    assert play.refused("2025-06-20", POLL.model_copy(update={"on": date(2025, 6, 18)})) == "out_of_order"


@pytest.mark.parametrize(
    ("from_", "named", "responsible"),
    [
        ("2025-06-20", None, "钱进"),
        ("2025-06-21", None, "赵永胜"),
        ("2025-06-21", "孙立", "孙立"),
    ],
)
def test_the_verdict_names_whoever_holds_the_post_on_the_day(from_: str, named: str | None, responsible: str) -> None:
    play = reported()
    play.tell("2025-06-10", do.ReplaceHead(responsible="钱进", from_=date.fromisoformat(from_)))
    play.act("2025-06-20", POLL.model_copy(update={"responsible": named}))
    play.tell("2025-06-20", TakePollResult(poll_id="2025-p1", result=FAIL))
    assert play.state.responsible == responsible
    [effect] = play.effects
    assert isinstance(effect, StartCase)
    assert isinstance(effect.opening, OpenRectification)
    assert effect.opening.subject.responsible == responsible
