"""Reading and writing the streams without a process: roster, policy, calendar, history.

Whoever writes decides on what the stream says and appends with the version that was read; when somebody else was
faster, it is read and decided again. The command id makes a retry tell its first answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from domain.acts import Actor, Command
from domain.cases.case import TOWN_ZONE
from domain.events import Metadata, Recorded
from domain.roster.book import Book, read
from eventstore.contract import AppendRequest, Verdict
from eventstore.store import EventStore

S = TypeVar("S")


async def read_book(store: EventStore, town: str, book: Book[S]) -> S:
    """What a town's book says now."""
    return read(book, await store.read_stream(town, book.stream))


async def write_book(
    store: EventStore, town: str, book: Book[S], command: Command, *, actor: Actor, command_id: str, now: datetime
) -> list[Recorded]:
    """Make an entry. `now`: business time, aware. Returns the recorded events, none when it says nothing new.

    Raises `Refusal`, `CommandTaken`, `StoreUnavailable`.
    """
    recorded = await store.find_command(town, command_id)
    while not recorded:
        events = await store.read_stream(town, book.stream)
        entered = book.decide(read(book, events), command, actor, now.astimezone(TOWN_ZONE).date())
        if not entered:
            return []
        result = await store.append(
            AppendRequest(
                town=town,
                stream=book.stream,
                expected_version=events[-1].version if events else -1,
                events=tuple(entered),
                metadata=Metadata(actor=actor, command_id=command_id, business_time=now, correlation=book.stream),
            )
        )
        if result.verdict is not Verdict.CONFLICT:
            return list(result.events)
    return recorded
