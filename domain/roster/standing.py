"""A town's policy and working days as they stand: later versions never change what cases began with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.acts import Actor, Command, Refusal, Role
from domain.calendar import WorkCalendar, YearTable
from domain.events import Event, Recorded
from domain.policy.document import Policy
from domain.roster.book import entry_date

OFFICIAL_SOURCE = "国务院办公厅放假安排（holidays 库）"
"""What a table's source says that the product brought along (`domain.official_holidays`)."""


class AdoptPolicy(Command, name="adopt_policy", by=(Role.STAFF, Role.PRESIDIUM)):
    """A policy is adopted; cycles that open from now on pin it."""

    policy: Policy
    note: str = ""


class LoadYearTable(Command, name="load_year_table", by=(Role.STAFF,)):
    """The rest days and 调休 working days of a year, as announced; loaded again, they replace the earlier table."""

    table: YearTable
    source: str = ""


class PolicyAdopted(Event, name="policy.adopted"):
    """A policy was adopted. The whole of it is kept, defaults written out."""

    policy: Policy
    version: str
    note: str
    on: date


class YearLoaded(Event, name="calendar.year_loaded"):
    """A year's table of rest days and working days was loaded."""

    table: YearTable
    source: str
    on: date


@dataclass(frozen=True)
class PolicyState:
    """The policies a town adopted, in their order."""

    adopted: tuple[PolicyAdopted, ...] = ()

    @property
    def current(self) -> Policy:
        """The one in force; the default policy before any was adopted."""
        return self.adopted[-1].policy if self.adopted else Policy()

    def version(self, version: str) -> Policy | None:
        """An adopted policy by its version."""
        return next((each.policy for each in reversed(self.adopted) if each.version == version), None)


class PolicyBook:
    """The book of the stream `policy`."""

    stream = "policy"
    commands: Sequence[type[Command]] = (AdoptPolicy,)

    def initial(self) -> PolicyState:
        """No policy adopted: the defaults hold."""
        return PolicyState()

    def decide(self, state: PolicyState, command: Command, actor: Actor, today: date) -> list[Event]:
        """The events of an entry. Raises `Refusal`."""
        on = entry_date(command, actor, today)
        if not isinstance(command, AdoptPolicy):
            raise Refusal("unknown_act", f"制度参数不办理“{command.act}”。")
        if state.adopted and state.current == command.policy:
            return []
        version = command.policy.version
        return [PolicyAdopted(policy=command.policy, version=version, note=command.note, on=on)]

    def evolve(self, state: PolicyState, recorded: Recorded) -> PolicyState:
        """The policies after an event."""
        if not isinstance(recorded.event, PolicyAdopted):
            raise ValueError(f"{recorded.event.type_name} is no event of the policy")
        return replace(state, adopted=(*state.adopted, recorded.event))


class CalendarBook:
    """The book of the stream `calendar`. Before any table is loaded, it says nothing of any year."""

    stream = "calendar"
    commands: Sequence[type[Command]] = (LoadYearTable,)

    def initial(self) -> WorkCalendar:
        """No table loaded."""
        return WorkCalendar()

    def decide(self, state: WorkCalendar, command: Command, actor: Actor, today: date) -> list[Event]:
        """The events of an entry. Raises `Refusal`."""
        on = entry_date(command, actor, today)
        if not isinstance(command, LoadYearTable):
            raise Refusal("unknown_act", f"工作日历不办理“{command.act}”。")
        if command.table in state.tables:
            return []
        return [YearLoaded(table=command.table, source=command.source, on=on)]

    def evolve(self, state: WorkCalendar, recorded: Recorded) -> WorkCalendar:
        """The calendar after an event."""
        if not isinstance(recorded.event, YearLoaded):
            raise ValueError(f"{recorded.event.type_name} is no event of the calendar")
        return state.with_table(recorded.event.table)
