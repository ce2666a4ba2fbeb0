"""The re-vote after an accepted report."""

from __future__ import annotations

from datetime import date

from domain.acts import Refusal
from domain.cases.case import Context
from domain.cases.poll.result import TakeRevoteResult
from domain.cases.poll.standing import refuse_another, refuse_stranger
from domain.cases.rectification import commands, events
from domain.cases.rectification.reporting import handling_proposed
from domain.cases.rectification.state import RectificationState, Report
from domain.events import Event
from domain.rules.rectification import proposal_for_handling
from domain.rules.verdict import Outcome as Verdicts


def put_to_revote(state: RectificationState, command: commands.PutToRevote, on: date) -> list[Event]:
    """The subject is put to a poll; put to the same one again, nothing changes."""
    if state.report is not Report.ACCEPTED:
        raise Refusal("not_accepted", "整改报告尚未通过，不能再次测评；请先审议整改报告。")
    if state.poll_id == command.poll_id:
        return []
    refuse_another(state.poll_id, state.past_polls, command.poll_id)
    return [events.PutToRevote(poll_id=command.poll_id, responsible=_holder(state, command.responsible, on), on=on)]


def withdrawn_from_revote(state: RectificationState, command: commands.WithdrawFromRevote, on: date) -> list[Event]:
    """The subject is taken out of the poll."""
    refuse_stranger(state.poll_id, command.poll_id, "无需撤出")
    return [events.WithdrawnFromRevote(poll_id=command.poll_id, reason=command.reason, on=on)]


def revote_judged(state: RectificationState, command: TakeRevoteResult, context: Context) -> list[Event]:
    """The verdict of the re-vote and what follows from it; told again, nothing does."""
    if command.poll_id in state.past_polls:
        return []
    refuse_stranger(state.poll_id, command.poll_id, "不登记其结果")
    on = command.result.on
    verdict = command.result.verdict(context.policy.appraisal)
    responsible = command.responsible or state.responsible_at_poll or _holder(state, None, on)
    judged = events.RevoteJudged(
        poll_id=command.poll_id, result=command.result, verdict=verdict, responsible=responsible, on=on
    )
    if not verdict.decides:
        return [judged]
    if not proposal_for_handling(second_failure=verdict.verdict is Verdicts.FAIL, overdue=False):
        return [judged, events.Closed(outcome=events.Outcome.CLOSED, on=on)]
    return [
        judged,
        handling_proposed(state, events.HandlingReason.SECOND_FAILURE, on),
        events.Closed(outcome=events.Outcome.SECOND_FAILURE, on=on),
    ]


def _holder(state: RectificationState, named: str | None, on: date) -> str:
    if named is not None:
        return named
    return "" if state.holders is None else state.holders.on(on)
