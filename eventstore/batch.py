"""One batch of appends as the arrays that `jiandu_append` takes, and its answer as verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from domain.events import Recorded
from eventstore.arrays import BigIntArray, InstantArray, IntArray, TextArray, UuidArray
from eventstore.canonical import event_id
from eventstore.contract import AppendRequest, AppendResult, CommandTaken, Verdict

APPEND = """
SELECT done.verdicts, done.firsts, done.versions, done.epochs
FROM (
    SELECT set_config('role', %b, true) AS role, set_config('jiandu.town', %b, true) AS town OFFSET 0
) AS scope, LATERAL jiandu_append(scope.town, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b) AS done
WHERE scope.role <> ''
"""
"""SET LOCAL of role and town and the append, as one statement: with a commit of its own it is one round trip.

The function gets the town from the setting itself, so it cannot run before both settings are made.
"""

TAKEN = "taken"
"""The function's word for a command id that belongs to another stream."""


class Answer(NamedTuple):
    """What `jiandu_append` returns: one element an append."""

    verdicts: list[str]
    firsts: list[int]
    versions: list[int]
    epochs: list[int]


EventIds = Sequence[tuple[UUID, ...]]
"""The ids of the events of each append."""


def event_ids(town: str, requests: Sequence[AppendRequest]) -> EventIds:
    """Made once for a batch: deriving an id takes longer than most of what is done with an event here."""
    return [tuple(event_id(town, request.command_id, n) for n in range(len(request.events))) for request in requests]


def arguments(town: str, role: str, requests: Sequence[AppendRequest], ids: EventIds) -> tuple[Any, ...]:
    """The parameters of `APPEND`."""
    follows: list[int] = []
    repeats: list[int] = []
    last_of_stream: dict[str, int] = {}
    last_of_command: dict[str, int] = {}
    for place, request in enumerate(requests, start=1):
        follows.append(last_of_stream.get(request.stream, 0))
        repeats.append(last_of_command.get(request.command_id, 0))
        last_of_stream[request.stream] = place
        last_of_command[request.command_id] = place
    events = [event for request in requests for event in request.events]
    return (
        role,
        town,
        TextArray([request.stream for request in requests]),
        IntArray([request.expected_version for request in requests]),
        BigIntArray([request.epoch for request in requests]),
        TextArray([request.command_id for request in requests]),
        InstantArray([request.metadata.business_time for request in requests]),
        TextArray([request.metadata.model_dump_json() for request in requests]),
        IntArray([len(request.events) for request in requests]),
        IntArray(follows),
        IntArray(repeats),
        UuidArray(list(chain.from_iterable(ids))),
        TextArray([event.type_name for event in events]),
        IntArray([event.schema_version for event in events]),
        TextArray([event.model_dump_json() for event in events]),
    )


def made_by(requests: Sequence[AppendRequest], ids: EventIds, answer: Answer) -> list[tuple[Recorded, ...]]:
    """The events that each append made, at their places; none for one that was not accepted."""
    return [
        _recorded_by(request, its_ids, first, version) if verdict == Verdict.APPENDED else ()
        for request, its_ids, verdict, first, version, _ in zip(requests, ids, *answer, strict=True)
    ]


def _recorded_by(request: AppendRequest, ids: tuple[UUID, ...], first: int, last_version: int) -> tuple[Recorded, ...]:
    # Nothing is validated again: the request was.
    first_version = last_version - len(request.events) + 1
    return tuple(
        Recorded.model_construct(
            event_id=ids[n],
            stream=request.stream,
            version=first_version + n,
            position=first + n,
            event=event,
            metadata=request.metadata,
        )
        for n, event in enumerate(request.events)
    )


def outcomes(
    town: str,
    requests: Sequence[AppendRequest],
    answer: Answer,
    made: Sequence[tuple[Recorded, ...]],
    originals: dict[str, tuple[Recorded, ...]],
) -> list[AppendResult | CommandTaken]:
    """The result of each append; `made` are its events, `originals` those of the duplicates' commands."""
    results: list[AppendResult | CommandTaken] = []
    for request, events, verdict, _, version, epoch in zip(requests, made, *answer, strict=True):
        if verdict == TAKEN:
            results.append(CommandTaken(town, request.stream, request.command_id))
            continue
        told = originals[request.command_id] if verdict == Verdict.DUPLICATE else events
        results.append(
            AppendResult.model_construct(verdict=Verdict(verdict), events=told, actual_version=version, epoch=epoch)
        )
    return results
