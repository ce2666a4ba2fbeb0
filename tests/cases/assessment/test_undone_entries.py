"""Who held a post does not rest on an entry in the roster that was undone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.acts import Actor, Role
from domain.cases.assessment.memory import tenures_known
from domain.events import Event, Metadata, Recorded
from domain.roster.events import HeadAppointed, RosterEntryUndone
from tests.cases.harness import noon

ON = date(2026, 3, 1)


def recorded(position: int, command_id: str, event: Event) -> Recorded:
    actor = Actor(id="s1", role=Role.STAFF)
    metadata = Metadata(actor=actor, command_id=command_id, business_time=noon(ON))
    return Recorded(
        event_id=UUID(int=position),
        stream="roster",
        version=position,
        position=position,
        event=event,
        metadata=metadata,
    )


def test_a_head_of_an_import_that_was_undone_never_held_the_post() -> None:
    first = recorded(0, "a", HeadAppointed(subject="lys", responsible="张", since=None, on=ON))
    wrong = recorded(1, "b", HeadAppointed(subject="lys", responsible="李", since=ON, on=ON))
    undone = recorded(2, "c", RosterEntryUndone(entry="b", on=ON))
    assert [each.person for each in tenures_known([[first, wrong]])] == ["张", "李"]
    assert [each.person for each in tenures_known([[first, wrong, undone]])] == ["张"]
