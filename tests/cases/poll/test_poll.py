"""A poll from the call to the count, and what it tells the cases that put their subjects to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.acts import Command
from domain.cases.appraisal import DECIDER as APPRAISAL
from domain.cases.appraisal.commands import OpenAppraisal, PutToPoll, SubmitReport
from domain.cases.case import CaseKind, CloseBox, DiscardBox, OpenBox, TellCase
from domain.cases.governance import Governed
from domain.cases.governance_commands import VoidCase
from domain.cases.poll import DECIDER
from domain.cases.poll import commands as do
from domain.cases.poll import events as did
from domain.cases.poll.result import PollResult, PollStatus, SubjectCount, TakePollResult, TakeRevoteResult, VoidReason
from domain.cases.poll.state import PollState, Stage
from domain.events import Event
from domain.policy.document import Policy
from domain.rules.counting import Attendance, ItemCount
from domain.rules.verdict import Outcome
from tests.cases.examples import LYS
from tests.cases.examples import counted as counted_result
from tests.cases.harness import Play

DAY = "2025-06-20"
CZS = do.PollItem(subject="czs", case_kind=do.ItemKind.APPRAISAL, case_id="2025-czs", entitled=60)
LYS_AGAIN = do.PollItem(subject="lys", case_kind=do.ItemKind.RECTIFICATION, case_id="2025-lys", entitled=60)
CALL = do.OpenPollCase(poll_id="p1", year=2025, date=date(2025, 6, 20), items=(CZS, LYS_AGAIN))


def called(*items: do.PollItem, policy: dict[str, Any] | None = None, session: bool = False) -> Play[PollState]:
    play = Play(DECIDER, case_id="2025-p1", policy=Policy.model_validate({"appraisal": policy or {}}))
    play.act("2025-06-16", CALL.model_copy(update={"items": items or CALL.items, "session": session}))
    return play


def count(passing: int, failing: int, *, issued: int, invalid: int = 0, returned: int | None = None) -> SubjectCount:
    overall = ItemCount(grades={"competent": passing, "incompetent": failing}, invalid=invalid)
    return SubjectCount(overall=overall, issued=issued, returned=overall.returned if returned is None else returned)


def counted(play: Play[PollState], present: int, **counts: SubjectCount) -> list[Event]:
    play.act(DAY, do.OpenPoll(present=present))
    play.act(DAY, do.ClosePoll())
    return play.tell(DAY, do.RecordCount(counts=counts))


def told(play: Play[PollState]) -> dict[str, PollResult]:
    """The result told to each case, by the case's stream."""
    results = {}
    for effect in play.effects:
        if isinstance(effect, TellCase):
            assert isinstance(effect.command, TakePollResult | TakeRevoteResult)
            assert effect.command.poll_id == effect.command.result.poll_id == "2025-p1"
            results[f"{effect.kind}-{effect.case_id}"] = effect.command.result
    return results


def test_a_poll_is_counted_and_every_case_is_told_in_its_own_words() -> None:
    play = called()
    counted(play, 55, czs=count(31, 20, issued=55, invalid=3), lys=count(30, 25, issued=55))
    assert play.effects[:2] == [OpenBox(poll_id="2025-p1"), CloseBox(poll_id="2025-p1")]
    commands = [effect.command for effect in play.effects if isinstance(effect, TellCase)]
    assert [type(command) for command in commands] == [TakePollResult, TakeRevoteResult]
    results = told(play)
    assert set(results) == {"appraisal-2025-czs", "rectification-2025-lys"}
    czs = results["appraisal-2025-czs"]
    assert czs.attendance is not None
    assert (czs.attendance.entitled, czs.attendance.present, czs.attendance.issued) == (60, 55, 55)
    assert (czs.status, czs.returned, czs.on) == (PollStatus.COUNTED, 54, date(2025, 6, 20))
    verdict = czs.verdict(play.policy.appraisal)
    assert (verdict.verdict, verdict.rate_printed) == (Outcome.PASS, "60.78%")
    assert (play.facts.outcome, play.facts.open) == ("counted", False)


def test_below_the_quorum_the_poll_does_not_open() -> None:
    play = called()
    [event] = play.act(DAY, do.OpenPoll(present=30))
    assert isinstance(event, did.LackedQuorum)
    assert OpenBox(poll_id="2025-p1") not in play.effects
    results = told(play)
    assert {result.status for result in results.values()} == {PollStatus.NO_QUORUM}
    verdict = results["appraisal-2025-czs"].verdict(play.policy.appraisal)
    assert (verdict.verdict, verdict.present, verdict.rate) == (Outcome.NO_QUORUM, 30, None)
    assert (play.facts.outcome, play.facts.open) == ("no_quorum", False)


@pytest.mark.parametrize(("policy", "session"), [({"quorum": "two_thirds"}, False), ({}, True)])
@pytest.mark.parametrize(("present", "stage"), [(40, Stage.NO_QUORUM), (41, Stage.OPEN)])
def test_two_thirds_of_61_are_41(policy: dict[str, Any], session: bool, present: int, stage: Stage) -> None:
    play = called(CZS.model_copy(update={"entitled": 61}), policy=policy, session=session)
    play.act(DAY, do.OpenPoll(present=present))
    assert play.state.stage is stage


def test_in_session_the_verdict_keeps_to_the_same_quorum() -> None:
    play = called(CZS, LYS_AGAIN.model_copy(update={"entitled": 40, "recused": 20}), session=True)
    counted(play, 35, czs=count(35, 0, issued=35), lys=count(35, 0, issued=35))
    results = told(play)
    assert results["appraisal-2025-czs"].status is PollStatus.NO_QUORUM
    assert results["appraisal-2025-czs"].overall is None
    lys = results["rectification-2025-lys"]
    assert lys.verdict(play.policy.appraisal).verdict is Outcome.PASS


@pytest.mark.parametrize(("in_session", "verdict"), [(False, Outcome.PASS), (True, Outcome.NO_QUORUM)])
def test_a_counted_result_is_judged_by_the_quorum_of_its_meeting(in_session: bool, verdict: Outcome) -> None:
    result = counted_result("2025-p1", DAY, passing=36, failing=0)
    attendance = Attendance(entitled=61, present=40, issued=40)
    result = result.model_copy(update={"attendance": attendance, "in_session": in_session})
    assert result.verdict(Policy().appraisal).verdict is verdict


def test_a_recused_deputy_who_is_present_is_not_counted_for_that_subject() -> None:
    play = called(CZS.model_copy(update={"entitled": 59, "recused": 1}), LYS_AGAIN)
    play.act(DAY, do.OpenPoll(present=60))
    czs, lys = play.state.attendance["czs"], play.state.attendance["lys"]
    assert (czs.entitled, czs.present, czs.issued) == (59, 59, 59)
    assert (lys.entitled, lys.present, lys.issued) == (60, 60, 60)


def test_more_returned_than_issued_for_one_subject_voids_the_whole_poll() -> None:
    play = called()
    unopened = SubjectCount(overall=ItemCount(), issued=55, returned=55)
    counted(play, 55, czs=unopened.model_copy(update={"returned": 56}), lys=unopened)
    [voided] = play.of(did.Voided)
    assert voided.reason is VoidReason.MORE_RETURNED_THAN_ISSUED
    assert DiscardBox(poll_id="2025-p1") in play.effects
    results = told(play)
    assert [result.returned for result in results.values()] == [56, 55]
    for result in results.values():
        verdict = result.verdict(play.policy.appraisal)
        assert (verdict.verdict, verdict.issued, verdict.rate, verdict.passing) == (Outcome.VOID, 55, None, None)
        assert result.overall is None
    assert play.facts.outcome == "void"


def test_a_subject_too_few_voted_on_is_void_for_itself() -> None:
    play = called()
    unopened = SubjectCount(overall=ItemCount(), issued=55, returned=2, opened=False)
    counted(play, 55, czs=unopened, lys=count(36, 19, issued=55))
    results = told(play)
    czs, lys = results["appraisal-2025-czs"], results["rectification-2025-lys"]
    assert (czs.status, czs.reason, czs.returned, czs.overall) == (PollStatus.VOID, VoidReason.TOO_FEW, 2, None)
    assert czs.verdict(play.policy.appraisal).verdict is Outcome.VOID
    assert lys.verdict(play.policy.appraisal).verdict is Outcome.PASS
    assert play.facts.outcome == "counted"


@pytest.mark.parametrize(("passing", "status"), [(35, PollStatus.VOID), (50, PollStatus.COUNTED)])
def test_envelopes_set_aside_void_a_subject_when_they_could_have_turned_it(passing: int, status: PollStatus) -> None:
    play = called()
    unread = count(passing, 54 - passing, issued=55, invalid=6, returned=60).model_copy(update={"set_aside": 6})
    counted(play, 60, czs=unread.model_copy(update={"issued": 60}), lys=count(36, 19, issued=60))
    czs = told(play)["appraisal-2025-czs"]
    assert (czs.status, czs.set_aside) == (status, 6)
    assert czs.reason is (VoidReason.SET_ASIDE if status is PollStatus.VOID else None)


@pytest.mark.parametrize(("returned", "marked"), [(60, False), (55, True)])
def test_a_verdict_that_the_missing_ballots_could_turn_is_marked(returned: int, marked: bool) -> None:
    play = called()
    passing = 36 if returned == 60 else 35
    counted(play, 60, czs=count(passing, returned - passing, issued=60), lys=count(36, 19, issued=60))
    verdict = told(play)["appraisal-2025-czs"].verdict(play.policy.appraisal)
    assert verdict.verdict is Outcome.PASS
    assert verdict.unreturned_could_flip is marked


def test_a_box_that_may_not_be_opened_voids_the_whole_poll() -> None:
    play = called()
    unopened = SubjectCount(overall=ItemCount(), issued=55, returned=50, opened=False)
    play.act(DAY, do.OpenPoll(present=55))
    play.act(DAY, do.ClosePoll())
    play.tell(DAY, do.RecordCount(counts={"czs": unopened, "lys": unopened}, unopened=VoidReason.MINIMUM_PATH))
    [voided] = play.of(did.Voided)
    assert voided.reason is VoidReason.MINIMUM_PATH
    assert "票箱不予开启" in voided.explanation
    assert {result.status for result in told(play).values()} == {PollStatus.VOID}
    assert DiscardBox(poll_id="2025-p1") in play.effects


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_poll_is_declared_void_at_any_time_before_the_count(steps: int) -> None:
    play = called()
    for command in [do.OpenPoll(present=55), do.ClosePoll()][:steps]:
        play.act(DAY, command)
    play.act(DAY, do.VoidPoll(reason="票箱故障"))
    assert play.effects[steps] == DiscardBox(poll_id="2025-p1")
    verdicts = {result.verdict(play.policy.appraisal).verdict for result in told(play).values()}
    assert verdicts == {Outcome.VOID}
    assert play.refused(DAY, do.OpenPoll(present=55)) == "wrong_stage"


def test_a_poll_called_by_mistake_leaves_no_box_and_nobody_waiting() -> None:
    governed = Play(Governed(DECIDER), case_id="2025-p1")
    governed.act("2025-06-16", CALL)
    governed.act(DAY, do.OpenPoll(present=55))
    governed.act(DAY, VoidCase(reason="日期错误"))
    following = governed.effects[1:]
    assert following[0] == DiscardBox(poll_id="2025-p1")
    told_void = {effect.case_id for effect in following if isinstance(effect, TellCase) and effect.kind != "cycle"}
    assert told_void == {"2025-czs", "2025-lys"}


def test_a_counted_poll_is_not_declared_void() -> None:
    play = called()
    counted(play, 55, czs=count(31, 20, issued=55), lys=count(30, 25, issued=55))
    assert play.refused(DAY, do.VoidPoll(reason="结果不理想")) == "wrong_stage"


def test_the_box_answers_again_and_nothing_changes() -> None:
    play = called()
    counts = {"czs": count(31, 20, issued=55), "lys": count(30, 25, issued=55)}
    counted(play, 55, **counts)
    assert play.tell(DAY, do.RecordCount(counts=counts)) == []
    assert len(play.of(did.Counted)) == 1


def test_closing_is_tried_again_while_the_box_cannot_be_counted() -> None:
    play = called()
    play.act(DAY, do.OpenPoll(present=55))
    play.act(DAY, do.ClosePoll())
    play.act(DAY, do.ClosePoll())
    assert play.effects.count(CloseBox(poll_id="2025-p1")) == 2


def test_without_valid_ballots_a_poll_is_counted_and_decides_nothing() -> None:
    play = called(CZS)
    counted(play, 55, czs=count(0, 0, issued=55, invalid=50))
    verdict = told(play)["appraisal-2025-czs"].verdict(play.policy.appraisal)
    assert (verdict.verdict, verdict.invalid, verdict.rate) == (Outcome.NO_VALID_BALLOTS, 50, None)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (CALL, "already_open"),
        (do.OpenPoll(present=61), "impossible_attendance"),
        (do.OpenPoll(present=55, issued={"czs": 56}), "impossible_attendance"),
        (do.OpenPoll(present=55, issued={"xyz": 55}), "unknown_subject"),
        (do.ClosePoll(), "wrong_stage"),
        (do.RecordCount(counts={}), "wrong_stage"),
        (do.OpenPoll(present=55, on=date(2025, 6, 15)), "out_of_order"),
        (do.OpenPoll(present=55, on=date(2025, 6, 21)), "in_the_future"),
    ],
)
def test_what_a_called_poll_refuses(command: Command, code: str) -> None:
    assert called().refused(DAY, command) == code


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({"czs": count(31, 20, issued=55)}, "wrong_subjects"),
        ({"czs": count(31, 20, issued=56), "lys": count(30, 25, issued=55)}, "impossible_attendance"),
        ({"czs": count(31, 20, issued=55, returned=52), "lys": count(30, 25, issued=55)}, "impossible_count"),
        (
            {
                "czs": SubjectCount(overall=ItemCount(grades={"brilliant": 1}), issued=55, returned=1),
                "lys": count(30, 25, issued=55),
            },
            "impossible_count",
        ),
    ],
)
def test_counts_that_cannot_be_of_this_poll_are_refused(counts: dict[str, SubjectCount], code: str) -> None:
    play = called()
    play.act(DAY, do.OpenPoll(present=55))
    play.act(DAY, do.ClosePoll())
    assert play.refused(DAY, do.RecordCount(counts=counts)) == code
    assert play.facts.open


def test_a_subject_stands_in_a_poll_once() -> None:
    play = Play(DECIDER, case_id="2025-p1")
    assert play.refused("2025-06-16", CALL.model_copy(update={"items": (CZS, CZS)})) == "subject_twice"


def test_what_a_poll_tells_is_what_the_appraisal_takes() -> None:
    item = CZS.model_copy(update={"subject": "lys", "case_id": "2025-lys"})
    appraisal = Play(APPRAISAL)
    appraisal.act("2025-06-02", OpenAppraisal(year=2025, subject=LYS))
    appraisal.act("2025-06-02", SubmitReport())
    appraisal.act(DAY, PutToPoll(poll_id="2025-p1"))
    poll = called(item)
    counted(poll, 60, lys=count(35, 25, issued=60))
    [effect] = [effect for effect in poll.effects if isinstance(effect, TellCase)]
    assert (effect.kind, effect.case_id) == (CaseKind.APPRAISAL, appraisal.case_id)
    appraisal.tell(DAY, effect.command)
    assert appraisal.facts.outcome == "fail"
