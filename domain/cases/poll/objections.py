"""After the count: objections to it, and the destruction of the ballots once they are decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pydantic import Field

from domain.acts import Actor, Command, Refusal, Role
from domain.cases.poll.state import PollObjection, PollState, Stage
from domain.events import Event


class ObjectToPoll(Command, name="object_to_poll", by=(Role.DEPUTY, Role.SCRUTINEER, Role.STAFF)):
    """A deputy or a scrutineer objects to a counted poll: an envelope set aside, a doubt about the count."""

    objection_id: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class DecidePollObjection(Command, name="decide_poll_objection", by=(Role.PRESIDIUM, Role.STAFF)):
    """An objection is decided. Upheld, the poll is held again as a new one; this one's count stays in the records."""

    objection_id: str
    upheld: bool
    reason: str = Field(min_length=1)


class DestroyBallots(Command, name="destroy_ballots", by=(Role.STAFF, Role.SCRUTINEER)):
    """The objections are over: envelopes and shares of the box's key are destroyed. Again: nothing new."""


class PollObjectionRaised(Event, name="poll.objection_raised"):
    """Somebody objected to the count."""

    objection_id: str
    reason: str
    on: date


class PollObjectionDecided(Event, name="poll.objection_decided"):
    """An objection was decided."""

    objection_id: str
    upheld: bool
    reason: str
    on: date


class BallotsDestroyed(Event, name="poll.ballots_destroyed"):
    """Envelopes and shares are destroyed: nobody can open anything of this poll again."""

    on: date


def objected(state: PollState, command: ObjectToPoll, actor: Actor, on: date) -> list[Event]:
    """The events of an objection. Raises `Refusal` before the count, and once the ballots are destroyed."""
    _refuse_unless_counted(state, "提出异议")
    if actor.role is Role.STAFF and actor.on_behalf_of is None:
        raise Refusal("whose_objection", "异议由代表或监票人提出；工作人员代录时请写明代谁提出。")
    if state.destroyed_on is not None:
        raise Refusal("ballots_destroyed", f"票和密钥已于 {state.destroyed_on.isoformat()} 销毁，异议期已过。")
    if command.objection_id in state.objections:
        raise Refusal("objection_taken", f"异议编号 {command.objection_id} 已经用过；请另编一号。")
    return [PollObjectionRaised(objection_id=command.objection_id, reason=command.reason, on=on)]


def decided(state: PollState, command: DecidePollObjection, on: date) -> list[Event]:
    """The events of a decision. Raises `Refusal` for an objection that is unknown or decided."""
    objection = state.objections.get(command.objection_id)
    if objection is None:
        raise Refusal("unknown_objection", f"本次测评没有编号为 {command.objection_id} 的异议。")
    if objection.upheld is not None:
        raise Refusal("objection_decided", f"异议 {command.objection_id} 已经决定。")
    return [
        PollObjectionDecided(objection_id=command.objection_id, upheld=command.upheld, reason=command.reason, on=on)
    ]


def destroyed(state: PollState, on: date) -> list[Event]:
    """The events of the destruction. Raises `Refusal` while an objection is not decided."""
    _refuse_unless_counted(state, "销毁票和密钥")
    if pending := [key for key, objection in state.objections.items() if objection.upheld is None]:
        raise Refusal("objections_pending", f"异议 {'、'.join(pending)} 尚未决定，不能销毁票和密钥。")
    return [] if state.destroyed_on is not None else [BallotsDestroyed(on=on)]


def after(state: PollState, event: PollObjectionRaised | PollObjectionDecided | BallotsDestroyed) -> PollState:
    """The poll after one of these events."""
    match event:
        case PollObjectionRaised():
            objection = PollObjection(event.reason)
        case PollObjectionDecided():
            objection = replace(state.objections[event.objection_id], upheld=event.upheld)
        case BallotsDestroyed():
            return replace(state, destroyed_on=event.on, since=event.on)
    return replace(state, objections={**state.objections, event.objection_id: objection}, since=event.on)


def _refuse_unless_counted(state: PollState, what: str) -> None:
    if state.stage is not Stage.COUNTED:
        raise Refusal("wrong_stage", f"本次测评{state.stage.label}，不能{what}。")
