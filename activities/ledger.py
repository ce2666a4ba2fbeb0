"""Writing and reading the event store on behalf of workflows."""

from __future__ import annotations

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import signatures as calls
from eventstore.contract import AppendRequest, CommandTaken
from eventstore.store import EventStore


class Ledger:
    """The activities of the event store."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    @activity.defn(name=calls.APPEND_EVENTS)
    async def append_events(self, request: calls.AppendEvents) -> calls.AppendOutcome:
        """Append the events of one act. A store that cannot be reached is tried again by the engine."""
        try:
            result = await self._store.append(
                AppendRequest(
                    town=request.town,
                    stream=request.stream,
                    expected_version=request.expected_version,
                    epoch=request.epoch,
                    events=tuple(request.events),
                    metadata=request.metadata,
                )
            )
        except CommandTaken as taken:
            raise ApplicationError(str(taken), type="CommandTaken", non_retryable=True) from taken
        return calls.AppendOutcome(
            verdict=result.verdict.value, events=list(result.events), actual_version=result.actual_version
        )

    @activity.defn(name=calls.READ_STREAM)
    async def read_stream(self, request: calls.ReadStream) -> calls.StreamSlice:
        """A slice of a stream."""
        one_more = request.limit + 1
        events = await self._store.read_stream(request.town, request.stream, request.from_version, one_more)
        return calls.StreamSlice(events=events[: request.limit], more=len(events) > request.limit)
