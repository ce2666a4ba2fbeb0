"""The last entry into the roster can be taken back whole, and only while it is the last."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.acts import Command, Refusal
from domain.events import Metadata, Recorded
from domain.roster.books import ROSTER
from domain.roster.commands import Deputy, EnterDeputy, ImportRoster, UndoRosterEntry
from domain.roster.posts import Post, SubjectKind
from domain.roster.state import RosterState
from tests.cases.play import STAFF, day

WANG, LI = Deputy(id="d1", name="王秀英", group="一组"), Deputy(id="d2", name="李文", group="二组")
POST = Post(id="czs", name="财政所", kind=SubjectKind.STATION, responsible="陈润田")


def enter(state: RosterState, command: Command, command_id: str) -> RosterState:
    """All events of an entry bear its command id, as the store records them."""
    metadata = Metadata(actor=STAFF, command_id=command_id, business_time="2026-03-02T12:00:00+08:00")
    for event in ROSTER.decide(state, command, STAFF, day("2026-03-02")):
        recorded = Recorded(
            event_id=UUID(int=1), stream="roster", version=0, position=1, event=event, metadata=metadata
        )
        state = ROSTER.evolve(state, recorded)
    return state


def test_an_import_is_undone_whole() -> None:
    before = enter(RosterState(), ImportRoster(deputies=(WANG,), subjects=(POST,)), "first")
    changed = Post(id="czs", name="财政分局", kind=SubjectKind.STATION, responsible="张三")
    after = enter(before, ImportRoster(deputies=(LI,), subjects=(changed,), retired_deputies=("d1",)), "second")
    assert after.active_deputies == (LI,)
    assert after.head("czs", day("2026-03-02")) == "张三"
    undone = enter(after, UndoRosterEntry(entry="second"), "undo")
    assert undone == before
    assert undone.head("czs", day("2026-03-02")) == "陈润田"


@pytest.mark.parametrize("entry", ["first", "unknown"])
def test_what_was_built_upon_is_not_undone(entry: str) -> None:
    state = enter(RosterState(), ImportRoster(deputies=(WANG,)), "first")
    state = enter(state, EnterDeputy(deputy=LI), "second")
    with pytest.raises(Refusal) as refusal:
        enter(state, UndoRosterEntry(entry=entry), "undo")
    assert refusal.value.code == "not_the_last_entry"


def test_an_entry_is_undone_once() -> None:
    state = enter(RosterState(), ImportRoster(deputies=(WANG,)), "first")
    state = enter(state, UndoRosterEntry(entry="first"), "undo")
    assert state == RosterState()
    with pytest.raises(Refusal):
        enter(state, UndoRosterEntry(entry="first"), "again")
