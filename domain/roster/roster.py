"""The book of a town's roster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.acts import Actor, Command
from domain.events import Event, Recorded
from domain.roster.commands import (
    AppointHead,
    DeclareRelative,
    EnterDeputy,
    EnterSubject,
    ImportRoster,
    RetireDeputy,
    RetireSubject,
    UndoRosterEntry,
    WithdrawRelative,
)
from domain.roster.entries import entries_of
from domain.roster.state import RosterState, evolve


class Roster:
    """The book of the stream `roster`."""

    stream = "roster"
    commands: Sequence[type[Command]] = (
        EnterDeputy,
        RetireDeputy,
        EnterSubject,
        RetireSubject,
        AppointHead,
        DeclareRelative,
        WithdrawRelative,
        ImportRoster,
        UndoRosterEntry,
    )

    def initial(self) -> RosterState:
        """An empty roster."""
        return RosterState()

    def decide(self, state: RosterState, command: Command, actor: Actor, today: date) -> list[Event]:
        """The events of an entry. Raises `Refusal`."""
        return entries_of(state, command, actor, today)

    def evolve(self, state: RosterState, recorded: Recorded) -> RosterState:
        """The roster after an event."""
        return evolve(state, recorded)
