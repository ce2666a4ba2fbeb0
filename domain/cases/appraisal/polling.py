"""Putting the subject to a poll, and what the poll's result means."""

from __future__ import annotations

from datetime import date

from domain.acts import Refusal
from domain.cases.appraisal import commands, events
from domain.cases.appraisal.events import Bar
from domain.cases.appraisal.state import AppraisalState
from domain.cases.case import Context
from domain.cases.poll.result import TakePollResult
from domain.cases.poll.standing import refuse_another, refuse_stranger
from domain.events import Event
from domain.policy.document import AppraisalPolicy, Order
from domain.rules.questions import poll_held_up
from domain.rules.verdict import Outcome


def bars(state: AppraisalState, policy: AppraisalPolicy) -> tuple[Bar, ...]:
    """Everything that keeps the subject from being put to a poll; empty where nothing does.

    Report and questions come before the poll in either order; what may come after it depends on `appraisal.order`.
    """
    if state.reported_on is None:
        return (Bar.NOT_REPORTED,)
    held_up = poll_held_up(policy, state.standings, state.unimplemented, waived=state.waived is not None)
    return tuple(Bar(reason.value) for reason in held_up)


def ready_since(state: AppraisalState, policy: AppraisalPolicy) -> date | None:
    """The date of the last act that a poll has to wait for; None before the report.

    A poll entered with an earlier date would have been held before it was allowed.
    """
    days = [state.reported_on, *(question.settled_on for question in state.questions.values())]
    if policy.order is Order.AFTER_IMPLEMENTATION and state.waived is None:
        days += [opinion.checked_on for opinion in state.opinions.values()]
    return max((day for day in days if day is not None), default=None)


def put_to_poll(state: AppraisalState, command: commands.PutToPoll, on: date, context: Context) -> list[Event]:
    """Put, or refused with the reasons; a refusal is a verdict and recorded as one."""
    if state.decided:
        raise Refusal("already_judged", "测评已有结果，不再重新测评。")
    if state.poll_id == command.poll_id:
        return []
    refuse_another(state.poll_id, state.past_polls, command.poll_id)
    if reasons := bars(state, context.policy.appraisal):
        return [events.PollRefused(poll_id=command.poll_id, reasons=reasons, on=on)]
    return [events.PutToPoll(poll_id=command.poll_id, responsible=_holder(state, command.responsible, on), on=on)]


def withdrawn_from_poll(state: AppraisalState, command: commands.WithdrawFromPoll, on: date) -> list[Event]:
    """The subject is taken out of the poll."""
    refuse_stranger(state.poll_id, command.poll_id, "无需撤出")
    return [events.WithdrawnFromPoll(poll_id=command.poll_id, reason=command.reason, on=on)]


def poll_judged(state: AppraisalState, command: TakePollResult, context: Context) -> list[Event]:
    """The verdict; a failure is criticised. Told again, nothing follows."""
    if command.poll_id in state.past_polls:
        return []
    refuse_stranger(state.poll_id, command.poll_id, "不登记其结果")
    on = command.result.on
    verdict = command.result.verdict(context.policy.appraisal)
    responsible = command.responsible or state.responsible_at_poll or _holder(state, None, on)
    judged = events.Judged(
        poll_id=command.poll_id, result=command.result, verdict=verdict, responsible=responsible, on=on
    )
    if verdict.verdict is not Outcome.FAIL:
        return [judged]
    return [judged, events.Criticised(responsible=responsible, on=on)]


def _holder(state: AppraisalState, named: str | None, on: date) -> str:
    if named is not None:
        return named
    return "" if state.holders is None else state.holders.on(on)
