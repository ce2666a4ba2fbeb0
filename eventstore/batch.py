"""One batch of appends as the arrays that `jiandu_append` takes, and its answer as verdicts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple
from uuid import UUID

from domain.events import Recorded
from eventstore.arrays import BigIntArray, InstantArray, IntArray, PgArray, TextArray, UuidArray
from eventstore.canonical import event_id
from eventstore.contract import AppendRequest, AppendResult, CommandTaken, Verdict
from eventstore.wire import Statement

_APPEND = """
SELECT {columns}
FROM (
    SELECT set_config('role', %b, true) AS role, set_config('jiandu.town', %b, true) AS town OFFSET 0
) AS scope, LATERAL jiandu_append(scope.town, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, {all}) AS done
WHERE scope.role <> ''
"""
# SET LOCAL of role and town and the append, as one statement: with a commit of its own it is one round trip.
# The function gets the town from the setting itself, so it cannot run before both settings are made.

APPEND = _APPEND.format(columns="done.verdicts, done.firsts, done.versions, done.epochs", all="false")
"""For a cursor: a verdict for each append."""

_places = count(1)
APPEND_ALL = re.sub(
    "%b", lambda _: f"${next(_places)}", _APPEND.format(columns="done.firsts[1], done.epochs", all="true")
).encode()
"""For a wire: an error unless every append is accepted."""

TAKEN = "taken"
"""The function's word for a command id that belongs to another stream."""


class Answer(NamedTuple):
    """What `APPEND` returns: one element an append."""

    verdicts: list[str]
    firsts: list[int]
    versions: list[int]
    epochs: list[int]


class Batch:
    """A batch of which every append is expected to be accepted."""

    def __init__(self, town: str, requests: Sequence[AppendRequest]) -> None:
        self._requests = requests
        self._recorded: list[tuple[Recorded, ...]] = []
        self.events: list[Recorded] = []
        """With positions that count from 1, until `land`."""
        for request in requests:
            last = request.expected_version + len(request.events)
            self._recorded.append(recorded_by(town, request, len(self.events) + 1, last))
            self.events += self._recorded[-1]
        self._values: tuple[PgArray | str, ...] = (town, *_arrays(requests, [event.event_id for event in self.events]))

    def append(self, role: str) -> Statement:
        """The append itself; its answer is for `land`."""
        return Statement.of(APPEND_ALL, (role, *self._values))

    def land(self, row: Sequence[bytes | None]) -> list[AppendResult]:
        """The results, now that all were accepted."""
        first, epochs = row
        if first is None or epochs is None:
            raise RuntimeError("jiandu_append returned no places")
        before = int(first) - 1
        for event in self.events:
            # They are ours alone until now. This must stay: making them twice takes longer than all their projections.
            event.__dict__["position"] += before
        return [
            AppendResult.model_construct(
                verdict=Verdict.APPENDED, events=events, actual_version=events[-1].version, epoch=int(epoch)
            )
            for events, epoch in zip(self._recorded, epochs[1:-1].split(b","), strict=True)
        ]


def arguments(town: str, role: str, requests: Sequence[AppendRequest]) -> tuple[PgArray | str, ...]:
    """The parameters of `APPEND`."""
    ids = [event_id(town, request.command_id, n) for request in requests for n in range(len(request.events))]
    return (role, town, *_arrays(requests, ids))


def _arrays(requests: Sequence[AppendRequest], ids: Sequence[UUID]) -> tuple[PgArray, ...]:
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
        TextArray([request.stream for request in requests]),
        IntArray([request.expected_version for request in requests]),
        BigIntArray([request.epoch for request in requests]),
        TextArray([request.command_id for request in requests]),
        InstantArray([request.metadata.business_time for request in requests]),
        TextArray([request.metadata.model_dump_json() for request in requests]),
        IntArray([len(request.events) for request in requests]),
        IntArray(follows),
        IntArray(repeats),
        UuidArray(ids),
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
) -> list[AppendResult | Exception]:
    """The result of each append; `originals` are the events of the duplicates' commands."""
    results: list[AppendResult | Exception] = []
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
