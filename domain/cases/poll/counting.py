"""From who came and what was counted to each subject's result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import ValidationError

from domain.acts import Refusal
from domain.cases.poll.commands import OpenPoll, PollItem
from domain.cases.poll.result import PollResult, PollStatus, SubjectCount, VoidReason
from domain.cases.poll.state import PollState
from domain.policy.document import AppraisalPolicy
from domain.rules.appraisal import before_opening, more_returned_than_issued
from domain.rules.counting import Attendance, attendance_fault, count_fault
from domain.rules.flipping import could_flip


def attendance_of(state: PollState, command: OpenPoll) -> dict[str, Attendance]:
    """Who could vote on each subject.

    A recused deputy who is present is not counted for that subject. Raises `Refusal` for impossible numbers.
    """
    issued = command.issued or {}
    known = {item.subject for item in state.items}
    if unknown := sorted(set(issued) - known):
        raise Refusal("unknown_subject", f"发出票数中的 {'、'.join(unknown)} 不在本次测评中；请只填写本次测评的对象。")
    return {item.subject: _attendance(item, command.present, issued.get(item.subject)) for item in state.items}


def _attendance(item: PollItem, present: int, issued: int | None) -> Attendance:
    deputies = item.entitled + item.recused
    if present > deputies:
        raise Refusal(
            "impossible_attendance",
            f"{item.subject}：实到 {present} 人多于应到 {deputies} 人（含回避 {item.recused} 人）；请核对签到人数。",
        )
    voters = min(present, item.entitled)
    ballots = voters if issued is None else issued
    if fault := attendance_fault(item.entitled, voters, ballots):
        raise Refusal("impossible_attendance", f"{item.subject}：{fault}；请核对签到和发票数。")
    return Attendance(entitled=item.entitled, present=voters, issued=ballots)


def lacks_quorum(state: PollState, policy: AppraisalPolicy, attendance: Attendance) -> bool:
    """Whether too few of those entitled to vote on a subject are present."""
    return before_opening(policy, attendance, None, in_session=state.session) is not None


def uncounted(
    state: PollState, status: PollStatus, attendance: Mapping[str, Attendance], on: date
) -> dict[str, PollResult]:
    """Every subject's result where nothing is counted."""
    return {item.subject: _result(state, status, attendance.get(item.subject), on) for item in state.items}


def _result(state: PollState, status: PollStatus, attendance: Attendance | None, on: date) -> PollResult:
    return PollResult(poll_id=state.case_id, status=status, on=on, attendance=attendance, in_session=state.session)


def with_issued(state: PollState, counts: Mapping[str, SubjectCount]) -> dict[str, Attendance]:
    """The attendance with the ballots that the box issued. Raises `Refusal` where the counts cannot be this poll's."""
    expected = {item.subject for item in state.items}
    if set(counts) != expected:
        strange = "、".join(sorted(set(counts) ^ expected))
        raise Refusal("wrong_subjects", f"计票结果的对象与本次测评不符（{strange}）；请核对票箱。")
    attendance = {}
    for subject, count in counts.items():
        present = state.attendance[subject]
        try:
            attendance[subject] = Attendance(entitled=present.entitled, present=present.present, issued=count.issued)
        except ValidationError as error:
            fault = attendance_fault(present.entitled, present.present, count.issued)
            raise Refusal("impossible_attendance", f"{subject}：{fault}；请核对签到和发票数。") from error
    return attendance


def void_subjects(attendance: Mapping[str, Attendance], counts: Mapping[str, SubjectCount]) -> list[str]:
    """The subjects with more ballots returned than issued."""
    return [
        subject for subject, count in counts.items() if more_returned_than_issued(attendance[subject], count.returned)
    ]


def void_results(
    state: PollState, attendance: Mapping[str, Attendance], counts: Mapping[str, SubjectCount], on: date
) -> dict[str, PollResult]:
    """Every subject's result in a poll that is void by its numbers: issued and returned, and nothing else."""
    void = uncounted(state, PollStatus.VOID, attendance, on)
    return {
        subject: result.model_copy(update={"returned": counts[subject].returned}) for subject, result in void.items()
    }


def counted_results(
    state: PollState,
    policy: AppraisalPolicy,
    attendance: Mapping[str, Attendance],
    counts: Mapping[str, SubjectCount],
    on: date,
) -> dict[str, PollResult]:
    """Every subject's result in a counted poll.

    One for whom too few were present has none of its figures kept; one whose ballots were too few to be opened, or of
    whom so many envelopes were set aside that the verdict could be another, is void for itself.

    Raises `Refusal` for counts that no such poll can give.
    """
    results = {}
    for item in state.items:
        subject = item.subject
        count, present = counts[subject], attendance[subject]
        if not count.opened:
            short = lacks_quorum(state, policy, present)
            results[subject] = (
                _result(state, PollStatus.NO_QUORUM, present, on)
                if short
                else _void(state, present, count, VoidReason.TOO_FEW, on)
            )
            continue
        if count.overall.returned != count.returned:
            raise Refusal(
                "impossible_count",
                f"{subject}：综合评价 {count.overall.returned} 票与收回 {count.returned} 票不符；请重新核对计票。",
            )
        if fault := count_fault(policy, count.overall, count.dimensions):
            raise Refusal("impossible_count", f"{subject}：{fault}；请重新核对计票。")
        if lacks_quorum(state, policy, present):
            results[subject] = _result(state, PollStatus.NO_QUORUM, present, on)
            continue
        if could_flip(policy, present, count.overall, count.dimensions, set_aside=count.set_aside):
            results[subject] = _void(state, present, count, VoidReason.SET_ASIDE, on)
            continue
        results[subject] = _result(state, PollStatus.COUNTED, present, on).model_copy(
            update={
                "returned": count.returned,
                "overall": count.overall,
                "dimensions": count.dimensions,
                "set_aside": count.set_aside,
            }
        )
    return results


def _void(state: PollState, present: Attendance, count: SubjectCount, reason: VoidReason, on: date) -> PollResult:
    void = _result(state, PollStatus.VOID, present, on)
    return void.model_copy(update={"returned": count.returned, "set_aside": count.set_aside, "reason": reason})
