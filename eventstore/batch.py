"""One batch of appends as the arrays that `jiandu_append` takes, and its answer as verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.events import Recorded
from eventstore.canonical import event_id
from eventstore.contract import AppendRequest, AppendResult, CommandTaken, Verdict

APPEND = """
SELECT verdicts, firsts, versions, epochs FROM jiandu_append(
    %b, %b::text[], %b::int[], %b::bigint[], %b::text[], %b::timestamptz[], %b::text[], %b::int[], %b::int[], %b::int[],
    %b::uuid[], %b::text[], %b::int[], %b::text[])
"""

TAKEN = "taken"
"""The function's word for a command id that belongs to another stream."""


class Answer(NamedTuple):
    """What `jiandu_append` returns: one element an append."""

    verdicts: list[str]
    firsts: list[int]
    versions: list[int]
    epochs: list[int]


def arguments(town: str, requests: Sequence[AppendRequest]) -> tuple[Any, ...]:
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
        town,
        [request.stream for request in requests],
        [request.expected_version for request in requests],
        [request.epoch for request in requests],
        [request.command_id for request in requests],
        [request.metadata.business_time for request in requests],
        [request.metadata.model_dump_json() for request in requests],
        [len(request.events) for request in requests],
        follows,
        repeats,
        [event_id(town, request.command_id, n) for request in requests for n in range(len(request.events))],
        [event.type_name for event in events],
        [event.schema_version for event in events],
        [event.model_dump_json() for event in events],
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
