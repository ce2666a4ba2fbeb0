"""A rectification from the notice to its end: the paths of rules.md and of the one-year scenario."""

from __future__ import annotations

from datetime import date

import pytest

from domain.acts import Command, Role
from domain.cases.poll.result import PollStatus, TakeRevoteResult
from domain.cases.rectification import DECIDER
from domain.cases.rectification import commands as do
from domain.cases.rectification import events as did
from domain.cases.rectification.state import Stage
from domain.rules.rectification import ExtensionRefusal
from domain.rules.verdict import Outcome
from tests.cases.examples import FAILED, LYS, counted, uncounted
from tests.cases.harness import Play, noon
from tests.cases.rectification.plays import (
    ACCEPT,
    PLAN,
    REJECT,
    REPORT,
    SERVED,
    accepted,
    reminded,
    revote,
    served,
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_a_year_at_lys_ends_well_after_an_extension() -> None:
    play = served()
    play.act("2025-07-01", PLAN)
    play.act("2025-09-10", do.AskExtension(months=1))
    play.act("2025-09-25", do.AskExtension(months=1))
    play.act("2025-10-15", REPORT)
    play.act("2025-10-16", ACCEPT)
    revote(play, counted("2025-p2", "2025-10-24", passing=36, failing=24))
    play.run_out()

    state = play.state
    assert state.plan_due is not None
    assert state.first_due is not None
    assert (state.served_on, state.plan_due.rolled) == (day("2025-06-20"), day("2025-07-07"))
    assert (state.first_due.rolled, state.extended_due) == (day("2025-09-22"), day("2025-10-20"))
    refused = [(each.on, each.reason) for each in state.refused_extensions]
    assert refused == [(day("2025-09-25"), ExtensionRefusal.ALREADY_EXTENDED)]
    assert reminded(play) == ["2025-08-23", "2025-09-20", "2025-10-13"]
    assert state.overdue_since is None
    assert not state.handling_proposed
    assert state.revote is not None
    assert (state.revote.verdict, state.revote.rate_printed) == (Outcome.PASS, "60.00%")
    assert (state.outcome, state.stage, play.facts.open) == (did.Outcome.CLOSED, Stage.CLOSED, False)


def test_nobody_at_bmdt_answers_and_handling_is_proposed() -> None:
    play = served()
    play.run_out()
    assert reminded(play) == ["2025-08-23", "2025-09-15", "2025-09-21", "2025-09-22"]
    assert [each.due for each in play.of(did.PlanOverdue)] == [day("2025-07-07")]
    assert [each.since for each in play.of(did.Overdue)] == [day("2025-09-23")]
    [proposed] = play.of(did.HandlingProposed)
    assert proposed.reason is did.HandlingReason.OVERDUE
    assert proposed.to == (Role.PARTY_COMMITTEE, Role.DISCIPLINE_OFFICE)
    assert proposed.responsible == "赵永胜"
    assert play.facts.model_dump(include={"stage", "outcome", "open", "due"}) == {
        "stage": "overdue",
        "outcome": "overdue",
        "open": True,
        "due": day("2025-09-22"),
    }


def test_reminders_go_to_the_person_the_staff_and_the_discipline_office() -> None:
    play = served()
    play.run_until(noon(day("2025-08-23")))
    [sent] = play.of(did.ReminderSent)
    assert sent.to == (Role.HEAD, Role.STAFF, Role.DISCIPLINE_OFFICE)
    assert (sent.days_before, sent.due) == (30, day("2025-09-22"))


def test_reminders_whose_hour_is_past_when_the_notice_is_entered_are_skipped() -> None:
    play = Play(DECIDER)
    play.tell(SERVED, do.OpenRectification(year=2025, subject=LYS, failed=FAILED))
    play.act("2025-09-15", do.ServeNotice(on=day(SERVED)))
    play.run_out()
    assert reminded(play) == ["2025-09-21", "2025-09-22"]  # of 09-15 the hour was 08:00


def test_a_report_ends_the_reminders() -> None:
    play = served()
    play.act("2025-09-01", REPORT)
    play.run_until(noon(day("2025-12-01")))
    assert reminded(play) == ["2025-08-23"]
    assert play.state.overdue_since is None
    assert play.state.stage is Stage.REPORTED


def test_a_report_rejected_in_time_counts_as_not_handed_in() -> None:
    play = served()
    play.act("2025-09-12", REPORT)
    play.act("2025-09-18", REJECT)
    assert play.state.stage is Stage.RECTIFYING
    play.run_out()
    assert reminded(play) == ["2025-08-23", "2025-09-21", "2025-09-22"]  # the one of 09-15 went by while it was in
    assert play.state.overdue_since == day("2025-09-23")


def test_after_a_rejection_a_new_report_may_be_accepted() -> None:
    play = served()
    play.act("2025-09-12", REPORT)
    play.act("2025-09-18", REJECT)
    play.act("2025-09-22", REPORT)
    play.act("2025-09-26", ACCEPT)
    play.run_out()
    assert play.state.overdue_since is None
    assert play.state.stage is Stage.AWAITING_REVOTE


def test_a_report_rejected_after_the_due_date_is_overdue_at_once() -> None:
    play = served()
    play.act("2025-09-20", REPORT)
    events = play.act("2025-10-09", REJECT)
    assert [type(event) for event in events] == [did.ReportDecided, did.Overdue, did.HandlingProposed]
    assert play.state.overdue_since == day("2025-09-23")
    play.run_out()
    assert len(play.of(did.Overdue)) == 1
    assert reminded(play) == ["2025-08-23", "2025-09-15"]


def test_a_rejection_dated_in_time_and_entered_late_is_overdue_at_once() -> None:
    play = served()
    play.act("2025-09-15", REPORT)
    events = play.act("2025-09-25", REJECT.model_copy(update={"on": day("2025-09-19")}))
    assert [type(event) for event in events] == [did.ReportDecided, did.Overdue, did.HandlingProposed]
    play.run_out()
    assert [each.since for each in play.of(did.Overdue)] == [day("2025-09-23")]


def test_a_late_report_is_taken_but_the_delay_and_the_proposal_stay() -> None:
    play = served()
    play.act("2025-10-08", REPORT)
    assert play.facts.outcome == "overdue"
    play.act("2025-10-10", ACCEPT)
    revote(play, counted("2025-p2", "2025-10-24", passing=40, failing=20))
    play.run_out()
    assert play.state.overdue_since == day("2025-09-23")
    assert play.state.handling == (did.HandlingReason.OVERDUE,)
    assert play.facts.outcome == "closed"
    assert not play.facts.open


def test_a_late_report_that_is_rejected_proposes_nothing_anew() -> None:
    play = served()
    play.act("2025-10-08", REPORT)
    play.act("2025-10-10", REJECT)
    assert len(play.of(did.Overdue)) == 1
    assert play.state.handling == (did.HandlingReason.OVERDUE,)
    assert play.state.stage is Stage.OVERDUE


def test_a_report_handed_in_in_time_and_entered_late_lifts_what_was_overdue() -> None:
    play = served()
    play.act("2025-09-24", REPORT.model_copy(update={"on": day("2025-09-22")}))
    assert [each.since for each in play.of(did.OverdueLifted)] == [day("2025-09-23")]
    assert play.state.overdue_since is None
    assert not play.state.handling_proposed
    play.act("2025-09-26", REJECT)
    assert play.state.overdue_since == day("2025-09-23")


def test_a_second_failure_is_proposed_for_handling_and_ends_the_case() -> None:
    play = accepted()
    revote(play, counted("2025-p2", "2025-09-25", passing=35, failing=25))
    [proposed] = play.of(did.HandlingProposed)
    assert (proposed.reason, proposed.on) == (did.HandlingReason.SECOND_FAILURE, day("2025-09-25"))
    assert play.facts.outcome == "second_failure"
    assert play.state.stage is Stage.SECOND_FAILURE
    assert not play.facts.open
    assert play.refused("2025-09-26", REPORT) == "ended"


def test_a_second_failure_after_a_delay_has_both_proposals() -> None:
    play = served()
    play.act("2025-10-08", REPORT)
    play.act("2025-10-10", ACCEPT)
    revote(play, counted("2025-p2", "2025-10-24", passing=35, failing=25))
    assert play.state.handling == (did.HandlingReason.OVERDUE, did.HandlingReason.SECOND_FAILURE)
    assert play.facts.outcome == "second_failure"


@pytest.mark.parametrize(
    ("status", "verdict"), [(PollStatus.NO_QUORUM, Outcome.NO_QUORUM), (PollStatus.VOID, Outcome.VOID)]
)
def test_a_revote_that_decides_nothing_leaves_room_for_another(status: PollStatus, verdict: Outcome) -> None:
    play = accepted()
    revote(play, uncounted("2025-p2", "2025-09-25", status, present=20))
    assert play.state.revote is not None
    assert play.state.revote.verdict is verdict
    assert play.state.stage is Stage.AWAITING_REVOTE
    assert play.refused("2025-09-26", do.PutToRevote(poll_id="2025-p2")) == "poll_used"
    revote(play, counted("2025-p3", "2025-09-30", passing=36, failing=24))
    assert play.facts.outcome == "closed"


def test_without_a_revote_an_accepted_report_closes_the_case() -> None:
    play = accepted(revote=False)
    assert play.facts.outcome == "closed"
    assert not play.facts.open
    assert play.next_deadline() is None


def test_a_revote_waits_for_an_accepted_report() -> None:
    play = served()
    assert play.refused("2025-07-01", do.PutToRevote(poll_id="2025-p2")) == "not_accepted"
    play.act("2025-07-02", REPORT)
    assert play.refused("2025-07-03", do.PutToRevote(poll_id="2025-p2")) == "not_accepted"


def test_a_result_is_taken_once_and_only_from_the_poll_it_was_put_to() -> None:
    play = accepted()
    result = counted("2025-p2", "2025-09-25", passing=36, failing=24)
    play.act("2025-09-25", do.PutToRevote(poll_id="2025-p1"))
    told = TakeRevoteResult(poll_id="2025-p2", result=result)
    assert play.refused("2025-09-25", told) == "not_put_to_poll"
    assert play.refused("2025-09-25", do.PutToRevote(poll_id="2025-p2")) == "poll_pending"
    play.act("2025-09-25", do.WithdrawFromRevote(poll_id="2025-p1", reason="误召集"))
    play.act("2025-09-25", do.PutToRevote(poll_id="2025-p2"))
    assert play.act("2025-09-25", do.PutToRevote(poll_id="2025-p2")) == []
    play.tell("2025-09-25", told)
    assert play.tell("2025-09-25", told) == []
    assert len(play.of(did.RevoteJudged)) == 1


def test_the_plan_may_come_late() -> None:
    play = served()
    play.act("2025-07-10", PLAN)
    assert play.state.plan_overdue
    assert play.refused("2025-07-11", PLAN) == "already_submitted"


def test_a_plan_handed_in_in_time_and_entered_late_is_not_overdue() -> None:
    play = served()
    play.act("2025-07-10", PLAN.model_copy(update={"on": day("2025-07-07")}))
    assert not play.state.plan_overdue


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (PLAN, "not_served"),
        (do.AskExtension(), "not_served"),
        (REPORT, "not_served"),
        (ACCEPT, "not_served"),
        (do.OpenRectification(year=2025, subject=LYS, failed=FAILED), "already_open"),
        (do.ServeNotice(on=date(2025, 6, 19)), "out_of_order"),
        (do.ServeNotice(on=date(2025, 6, 21)), "in_the_future"),
    ],
)
def test_before_the_notice_nothing_else_can_be_done(command: Command, code: str) -> None:
    play = Play(DECIDER)
    play.tell(SERVED, do.OpenRectification(year=2025, subject=LYS, failed=FAILED))
    assert play.refused(SERVED, command) == code


def test_acts_out_of_turn_are_refused() -> None:
    play = served()
    assert play.refused("2025-07-01", do.ServeNotice()) == "already_served"
    assert play.refused("2025-07-01", ACCEPT) == "no_report"
    play.act("2025-07-02", REPORT)
    assert play.refused("2025-07-02", REPORT) == "report_in"
    no_reason = do.DecideOnReport(decision=do.ReportDecision.REJECT)
    assert play.refused("2025-07-02", no_reason) == "reason_missing"
    assert play.refused("2025-07-02", ACCEPT.model_copy(update={"on": day("2025-07-01")})) == "out_of_order"
    play.act("2025-07-03", ACCEPT)
    assert play.refused("2025-07-03", REPORT) == "already_accepted"
    assert play.refused("2025-07-03", do.AskExtension()) == "already_accepted"


def test_handling_is_proposed_for_whoever_holds_the_post_when_it_is_overdue() -> None:
    play = served()
    play.tell("2025-08-01", do.ReplaceHeadInRectification(responsible="钱进", from_=day("2025-09-01")))
    play.tell("2025-08-01", do.ReplaceHeadInRectification(responsible="孙立", from_=day("2025-10-01")))
    again = do.ReplaceHeadInRectification(responsible="孙立", from_=day("2025-10-01"))
    assert play.tell("2025-08-02", again) == []
    play.run_out()
    [proposed] = play.of(did.HandlingProposed)
    assert proposed.responsible == "钱进"
