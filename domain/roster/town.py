"""The town's own name, as pages and papers print it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from domain.acts import Actor, Command, Refusal, Role
from domain.events import Event, Recorded
from domain.roster.book import entry_date

TownName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class NameTown(Command, name="name_town", by=(Role.STAFF,)):
    """The town gets the name by which it is printed."""

    town_name: TownName


class TownNamed(Event, name="town.named"):
    """The town has this name from now on."""

    town_name: str
    on: date


@dataclass(frozen=True)
class TownState:
    """What is known of the town itself."""

    name: str | None = None
    """None before it was entered: settings, or the town's key, stand for it."""


class TownBook:
    """The book of the stream `town`."""

    stream = "town"
    commands: Sequence[type[Command]] = (NameTown,)

    def initial(self) -> TownState:
        """No name entered."""
        return TownState()

    def decide(self, state: TownState, command: Command, actor: Actor, today: date) -> list[Event]:
        """The events of an entry. Raises `Refusal`."""
        on = entry_date(command, actor, today)
        if not isinstance(command, NameTown):
            raise Refusal("unknown_act", f"本镇基本情况不办理“{command.act}”。")
        return [] if command.town_name == state.name else [TownNamed(town_name=command.town_name, on=on)]

    def evolve(self, state: TownState, recorded: Recorded) -> TownState:
        """The town after an event."""
        if not isinstance(recorded.event, TownNamed):
            raise ValueError(f"{recorded.event.type_name} is no event of the town")
        return replace(state, name=recorded.event.town_name)
