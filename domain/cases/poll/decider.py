"""The process of a poll 民主测评: called, opened if enough came, closed, counted; or void, and never opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from domain.acts import Actor, Command, Refusal
from domain.cases.case import (
    CaseFacts,
    CaseKind,
    CloseBox,
    Context,
    Deadline,
    DiscardBox,
    Effect,
    OpenBox,
    TellCase,
)
from domain.cases.dates import business_date
from domain.cases.poll.commands import ClosePoll, ItemKind, OpenPoll, OpenPollCase, RecordCount, VoidPoll
from domain.cases.poll.counting import (
    attendance_of,
    counted_results,
    lacks_quorum,
    uncounted,
    void_results,
    void_subjects,
    with_issued,
)
from domain.cases.poll.events import Called, Closed, Counted, LackedQuorum, Opened, Voided
from domain.cases.poll.objections import (
    BallotsDestroyed,
    DecidePollObjection,
    DestroyBallots,
    ObjectToPoll,
    PollObjectionDecided,
    PollObjectionRaised,
    after,
    decided,
    destroyed,
    objected,
)
from domain.cases.poll.result import PollResult, PollStatus, TakePollResult, TakeRevoteResult, VoidReason
from domain.cases.poll.state import PollState, Stage
from domain.events import Event, Recorded


class PollDecider:
    """One meeting's ballot, for any number of subjects."""

    kind = CaseKind.POLL
    commands: Sequence[type[Command]] = (
        OpenPollCase,
        OpenPoll,
        ClosePoll,
        RecordCount,
        VoidPoll,
        ObjectToPoll,
        DecidePollObjection,
        DestroyBallots,
    )

    def initial(self) -> PollState:
        """The state before anything happened."""
        return PollState()

    def decide(self, state: PollState, command: Command, actor: Actor, context: Context) -> list[Event]:
        """The events of an act. Raises `Refusal`."""
        on = business_date(command, context, not_before=state.since)
        match command:
            case OpenPollCase():
                return [_called(state, command, on)]
            case OpenPoll():
                return [_opened(state, command, on, context)]
            case ClosePoll():
                _refuse_unless(state, "结束投票", Stage.OPEN, Stage.CLOSED)
                return [Closed(on=on)]
            case RecordCount():
                return _counted(state, command, on, context)
            case VoidPoll():
                _refuse_unless(state, "宣布作废", Stage.CALLED, Stage.OPEN, Stage.CLOSED)
                results = uncounted(state, PollStatus.VOID, state.attendance, state.opened_on or on)
                return [Voided(reason=VoidReason.DECLARED, explanation=command.reason, results=results, on=on)]
            case ObjectToPoll():
                return objected(state, command, actor, on)
            case DecidePollObjection():
                return decided(state, command, on)
            case DestroyBallots():
                return destroyed(state, on)
            case _:
                raise Refusal("unknown_act", f"测评不办理“{command.act}”。")

    def evolve(self, state: PollState, recorded: Recorded) -> PollState:
        """The state after an event."""
        match recorded.event:
            case Called() as event:
                return replace(
                    state,
                    poll_id=event.poll_id,
                    year=event.year,
                    day=event.day,
                    mode=event.mode,
                    revote=event.revote,
                    session=event.session,
                    with_dimensions=event.dimensions,
                    items=event.items,
                    since=event.on,
                )
            case Opened() as event:
                return replace(
                    state,
                    stage=Stage.OPEN,
                    since=event.on,
                    opened_on=event.on,
                    present=event.present,
                    attendance=event.attendance,
                )
            case Closed() as event:
                return replace(state, stage=Stage.CLOSED, since=event.on)
            case Counted() as event:
                return _over(state, Stage.COUNTED, event.results, event.on)
            case LackedQuorum() as event:
                return _over(replace(state, present=event.present), Stage.NO_QUORUM, event.results, event.on)
            case Voided() as event:
                return _over(state, Stage.VOID, event.results, event.on)
            case PollObjectionRaised() | PollObjectionDecided() | BallotsDestroyed() as event:
                return after(state, event)
            case event:
                raise ValueError(f"{event.type_name} is no event of a poll")

    def deadlines(self, state: PollState, context: Context) -> list[Deadline]:
        """None: a poll waits for people alone."""
        return []

    def pass_deadline(self, state: PollState, deadline: Deadline, context: Context) -> list[Event]:
        """Never comes."""
        raise ValueError(f"the poll waits for nothing, yet {deadline.key} came")

    def effects(self, state: PollState, recorded: Recorded) -> list[Effect]:
        """The box follows the poll; every case that put a subject to it is told what came of it."""
        match recorded.event:
            case Opened():
                return [OpenBox(poll_id=state.case_id)]
            case Closed():
                return [CloseBox(poll_id=state.case_id)]
            case Counted() as event:
                return _tell(state, event.results)
            case LackedQuorum() as event:
                return _tell(state, event.results)
            case Voided() as event:
                return [DiscardBox(poll_id=state.case_id), *_tell(state, event.results)]
            case _:
                return []

    def when_voided(self, state: PollState) -> list[Effect]:
        """A poll called by mistake: its box is never opened, nobody waits for its result. What was counted stands."""
        if state.stage.over or state.since is None:
            return []
        results = uncounted(state, PollStatus.VOID, state.attendance, state.opened_on or state.since)
        return [DiscardBox(poll_id=state.case_id), *_tell(state, results)]

    def facts(self, state: PollState) -> CaseFacts:
        """The case in a few words."""
        day = state.day.isoformat() if state.day is not None else ""
        return CaseFacts(
            stage=state.stage.value,
            year=state.year,
            subject=state.items[0].subject if len(state.items) == 1 else None,
            title=f"{'再次测评' if state.revote else '民主测评'} {day}（{len(state.items)} 个对象）",
            due=None if state.stage.over else state.day,
            open=not state.stage.over,
            outcome=state.outcome.value if state.outcome is not None else None,
        )


def _over(state: PollState, stage: Stage, results: dict[str, PollResult], on: date) -> PollState:
    return replace(state, stage=stage, results=results, since=on)


def _called(state: PollState, command: OpenPollCase, on: date) -> Called:
    if state.since is not None:
        raise Refusal("already_open", f"测评 {state.poll_id} 已经召集。")
    subjects = [item.subject for item in command.items]
    if twice := sorted({subject for subject in subjects if subjects.count(subject) > 1}):
        raise Refusal("subject_twice", f"测评对象 {'、'.join(twice)} 重复；每个对象在一次测评中只能列一次。")
    return Called(
        poll_id=command.poll_id,
        year=command.year,
        day=command.date,
        mode=command.mode,
        revote=command.revote,
        items=command.items,
        dimensions=command.dimensions,
        session=command.session,
        on=on,
    )


def _opened(state: PollState, command: OpenPoll, on: date, context: Context) -> Opened | LackedQuorum:
    _refuse_unless(state, "开始投票", Stage.CALLED)
    attendance = attendance_of(state, command)
    # Each subject has its own 应到, so a meeting may be large enough for one and too small for another; such a one is
    # told `no_quorum` with the count.
    if all(lacks_quorum(state, context.policy.appraisal, each) for each in attendance.values()):
        results = uncounted(state, PollStatus.NO_QUORUM, attendance, on)
        return LackedQuorum(present=command.present, results=results, on=on)
    return Opened(present=command.present, attendance=attendance, on=on)


def _counted(state: PollState, command: RecordCount, on: date, context: Context) -> list[Event]:
    if state.stage is Stage.COUNTED or state.stage is Stage.VOID:
        return []  # the box answers again after recovery; what it said first is recorded
    _refuse_unless(state, "登记计票结果", Stage.CLOSED)
    held_on = state.opened_on or on
    attendance = with_issued(state, command.counts)
    if void := void_subjects(attendance, command.counts):
        reason = VoidReason.MORE_RETURNED_THAN_ISSUED
        explanation = f"{'、'.join(void)}：{reason.label}，本次测评全部作废，须重新测评。"
        results = void_results(state, attendance, command.counts, held_on)
        return [Voided(reason=reason, explanation=explanation, results=results, on=on)]
    if command.unopened is not None:
        explanation = f"{command.unopened.label}，票箱不予开启，本次测评全部作废，须重新测评。"
        results = void_results(state, attendance, command.counts, held_on)
        return [Voided(reason=command.unopened, explanation=explanation, results=results, on=on)]
    results = counted_results(state, context.policy.appraisal, attendance, command.counts, held_on)
    return [Counted(results=results, on=on)]


def _tell(state: PollState, results: dict[str, PollResult]) -> list[Effect]:
    effects: list[Effect] = []
    for item in state.items:
        result = results[item.subject]
        command: Command
        if item.case_kind is ItemKind.APPRAISAL:
            command = TakePollResult(poll_id=state.case_id, result=result)
        else:
            command = TakeRevoteResult(poll_id=state.case_id, result=result)
        effects.append(TellCase(kind=item.case_kind.case_kind, case_id=item.case_id, command=command))
    return effects


def _refuse_unless(state: PollState, what: str, *stages: Stage) -> None:
    if state.stage not in stages:
        raise Refusal("wrong_stage", f"本次测评{state.stage.label}，不能{what}。")
