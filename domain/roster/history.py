"""The last places of the years before the town began with the product (`veto.history`): entered once, signed by two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from pydantic import Field

from domain.acts import Actor, Command, Refusal, Role
from domain.events import Event, Recorded
from domain.roster.book import entry_date
from domain.rules.veto import HistoryRow
from domain.signatures import same_person


class EnterHistory(Command, name="enter_history", by=(Role.STAFF,)):
    """Last places of earlier years, of whole years; the first of two signatures.

    Years that were signed before can be entered again only to mend them, with the reason (`correction`).
    """

    rows: tuple[HistoryRow, ...] = Field(min_length=1)
    correction: str | None = None


class SignHistory(Command, name="sign_history", by=(Role.STAFF, Role.PRESIDIUM, Role.DISCIPLINE_OFFICE)):
    """Another person signs what was entered as the event `version`; it counts from now on."""

    version: int = Field(ge=0)


class HistoryEntered(Event, name="history.entered"):
    """Last places were entered by one person; they do not count yet."""

    rows: tuple[HistoryRow, ...]
    correction: str | None
    on: date


class HistorySigned(Event, name="history.signed"):
    """A second person signed: the rows of the event `version` count, for whole years."""

    version: int
    on: date


@dataclass(frozen=True)
class Entry:
    """Rows that wait for their second signature."""

    rows: tuple[HistoryRow, ...]
    entered_by: Actor


@dataclass(frozen=True)
class HistoryState:
    """The history after its events. `rows` are those that two persons signed."""

    rows: tuple[HistoryRow, ...] = ()
    unsigned: dict[int, Entry] = field(default_factory=dict)

    @property
    def years(self) -> frozenset[int]:
        """The years that were signed."""
        return frozenset(row.year for row in self.rows)


class History:
    """The book of the stream `history`."""

    stream = "history"
    commands: Sequence[type[Command]] = (EnterHistory, SignHistory)

    def initial(self) -> HistoryState:
        """Nothing known of earlier years."""
        return HistoryState()

    def decide(self, state: HistoryState, command: Command, actor: Actor, today: date) -> list[Event]:
        """The events of an entry. Raises `Refusal`."""
        on = entry_date(command, actor, today)
        match command:
            case EnterHistory():
                return [_entered(state, command, on, today)]
            case SignHistory():
                return [_signed(state, command, actor, on)]
            case _:
                raise Refusal("unknown_act", f"往年末位记录不办理“{command.act}”。")

    def evolve(self, state: HistoryState, recorded: Recorded) -> HistoryState:
        """The history after an event."""
        match recorded.event:
            case HistoryEntered() as event:
                entry = Entry(event.rows, recorded.metadata.actor)
                return replace(state, unsigned={**state.unsigned, recorded.version: entry})
            case HistorySigned(version=version):
                signed = state.unsigned[version].rows
                years = {row.year for row in signed}
                kept = tuple(row for row in state.rows if row.year not in years)
                rows = tuple(sorted((*kept, *signed), key=lambda row: row.year))
                unsigned = {key: entry for key, entry in state.unsigned.items() if key != version}
                return replace(state, rows=rows, unsigned=unsigned)
            case _:
                raise ValueError(f"{recorded.event.type_name} is no event of the history")


def _entered(state: HistoryState, command: EnterHistory, on: date, today: date) -> HistoryEntered:
    if ahead := sorted({row.year for row in command.rows if row.year > today.year}):
        raise Refusal("year_ahead", f"{'、'.join(map(str, ahead))} 年尚未到来；请核对年份。")
    again = sorted({row.year for row in command.rows} & state.years)
    if again and not command.correction:
        raise Refusal(
            "already_entered", f"{'、'.join(map(str, again))} 年的末位记录已由两人签署；如需更正请写明理由重新录入。"
        )
    return HistoryEntered(rows=command.rows, correction=command.correction, on=on)


def _signed(state: HistoryState, command: SignHistory, actor: Actor, on: date) -> HistorySigned:
    entry = state.unsigned.get(command.version)
    if entry is None:
        raise Refusal("nothing_to_sign", f"没有待签署的往年末位记录（第 {command.version} 号事件）；它可能已经签署。")
    if same_person(actor, entry.entered_by):
        raise Refusal("same_person", "往年末位记录须由两人签署，录入人不能自己签署；请由另一人签署。")
    return HistorySigned(version=command.version, on=on)
