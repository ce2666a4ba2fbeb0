"""`jiandu recover`: every open case again from its stream, after the engine's data is gone.

Which cases are open is read from the event store, never from the engine's lists. Each gets a new epoch first: should an
older run of it still exist somewhere, its next append is refused and it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from temporalio.service import RPCError, RPCStatusCode

from domain.calendar import WorkCalendar
from domain.cases.case import CaseKind, fold, stream_of
from domain.cases.registry import GOVERNED
from domain.events import Recorded
from domain.policy.document import Policy
from workflows.client import CaseClient
from workflows.ended import UnknownPolicy
from workflows.messages import CaseInput


class Streams(Protocol):
    """What recovery reads of the event store, and the one thing it writes."""

    async def streams(self, town: str, prefix: str = "") -> list[str]:
        """Names of the town's streams, oldest first."""
        ...

    async def read_stream(self, town: str, stream: str, from_version: int = 0) -> list[Recorded]:
        """The events of a stream."""
        ...

    async def raise_epoch(self, town: str, stream: str) -> int:
        """Begin a new epoch of a stream and return it."""
        ...


@dataclass(frozen=True)
class Recovered:
    """One case that recovery looked at; `started` is False for a case that has had its end."""

    kind: CaseKind
    case_id: str
    started: bool
    epoch: int = 0


Progress = Callable[[int, int, Recovered], None]
"""Called after each case: how many are done, of how many, and which."""


async def recover(
    client: CaseClient,
    store: Streams,
    policies: Mapping[str, Policy],
    calendar: WorkCalendar,
    progress: Progress | None = None,
) -> Sequence[Recovered]:
    """Start every open case of the client's town from its stream.

    Raises `UnknownPolicy` before anything was started.
    """
    cases: list[tuple[CaseKind, str, list[Recorded]]] = []
    for kind in CaseKind:
        prefix = stream_of(kind, "")
        for stream in await store.streams(client.town, prefix):
            events = await store.read_stream(client.town, stream)
            cases.append((kind, stream.removeprefix(prefix), events))
    for kind, case_id, events in cases:
        version = events[0].metadata.policy_version
        if version not in policies:
            stream = stream_of(kind, case_id)
            raise UnknownPolicy(f"案件 {stream} 按制度版本 {version} 立案，制度库中没有该版本。")
    done: list[Recovered] = []
    for kind, case_id, events in cases:
        decider = GOVERNED[kind]
        if decider.facts(fold(decider, events)).open:
            recovered = await _again(
                client, store, kind, case_id, policies[events[0].metadata.policy_version], calendar
            )
        else:
            recovered = Recovered(kind=kind, case_id=case_id, started=False)
        done.append(recovered)
        if progress is not None:
            progress(len(done), len(cases), recovered)
    return done


async def _again(
    client: CaseClient, store: Streams, kind: CaseKind, case_id: str, policy: Policy, calendar: WorkCalendar
) -> Recovered:
    epoch = await store.raise_epoch(client.town, stream_of(kind, case_id))
    try:
        # A run that the engine still has is of an older epoch now; it would end at its next append.
        await client.handle(kind, case_id).terminate("recovered from the event store")
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
    await client.run(
        CaseInput(
            town=client.town,
            kind=kind,
            case_id=case_id,
            policy=policy,
            calendar=calendar,
            epoch=epoch,
            followed=-1,
        )
    )
    return Recovered(kind=kind, case_id=case_id, started=True, epoch=epoch)
