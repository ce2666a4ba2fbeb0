"""One batch of appends as the arrays that `jiandu_append` takes, and its answer as verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

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


def arguments(town: str, role: str, requests: Sequence[AppendRequest]) -> tuple[Any, ...]:
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
        UuidArray([event_id(town, request.command_id, n) for request in requests for n in range(len(request.events))]),
        TextArray([event.type_name for event in events]),
        IntArray([event.schema_version for event in events]),
        TextArray([event.model_dump_json() for event in events]),
    )


def recorded_by(town: str, request: AppendRequest, first: int, last_version: int) -> tuple[Recorded, ...]:
    """The events of an accepted append at their places. Nothing is validated again: the request was."""
    first_version = last_version - len(request.events) + 1
    return tuple(
        Recorded.model_construct(
            event_id=event_id(town, request.command_id, n),
            stream=request.stream,
            version=first_version + n,
            position=first + n,
            event=event,
            metadata=request.metadata,
        )
        for n, event in enumerate(request.events)
    )


def outcomes(
    town: str, requests: Sequence[AppendRequest], answer: Answer, originals: dict[str, tuple[Recorded, ...]]
) -> list[AppendResult | CommandTaken]:
    """The result of each append; `originals` are the events of the duplicates' commands."""
    results: list[AppendResult | CommandTaken] = []
    for request, verdict, first, version, epoch in zip(requests, *answer, strict=True):
        if verdict == TAKEN:
            results.append(CommandTaken(town, request.stream, request.command_id))
            continue
        events: tuple[Recorded, ...] = ()
        if verdict == Verdict.APPENDED:
            events = recorded_by(town, request, first, version)
        elif verdict == Verdict.DUPLICATE:
            events = originals[request.command_id]
        results.append(
            AppendResult.model_construct(verdict=Verdict(verdict), events=events, actual_version=version, epoch=epoch)
        )
    return results
