"""A stream without a process: who may write what into it, and what it then says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Generic, Protocol, TypeVar

from domain.acts import Actor, Command, Refusal
from domain.events import Event, Recorded

S = TypeVar("S")


class Book(Protocol, Generic[S]):
    """The decider of a stream without a process. All methods are pure; a refusal leaves no trace."""

    stream: str
    """Name of the stream in the town's log."""
    commands: Sequence[type[Command]]

    def initial(self) -> S:
        """What the stream says before anything is written."""
        ...

    def decide(self, state: S, command: Command, actor: Actor, today: date) -> list[Event]:
        """The events of an act; an empty list when it says nothing new. Raises `Refusal`."""
        ...

    def evolve(self, state: S, recorded: Recorded) -> S:
        """What the stream says after an event."""
        ...


def read(book: Book[S], events: Sequence[Recorded]) -> S:
    """What the stream says after all its events."""
    state = book.initial()
    for recorded in events:
        state = book.evolve(state, recorded)
    return state


def entry_date(command: Command, actor: Actor, today: date) -> date:
    """The business date of an entry by somebody who may make it. Raises `Refusal` `not_allowed` or `in_the_future`."""
    if actor.role not in command.by:
        raise Refusal("not_allowed", f"角色 {actor.role.value} 无权办理“{command.act}”；请由有权的人员办理。")
    day = command.on or today
    if day > today:
        raise Refusal("in_the_future", f"日期 {day.isoformat()} 在今天（{today.isoformat()}）之后；请填写实际日期。")
    return day
