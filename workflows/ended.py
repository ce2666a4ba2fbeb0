"""A case that has had its end is not over for good: a wrong entry is corrected, an earlier year is judged again.

Its workflow is gone. It is started again from its stream for the one act, under the policy that it was opened with, and
ends again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from domain.cases.case import CaseKind, fold, stream_of
from domain.cases.registry import GOVERNED
from domain.events import Recorded
from domain.policy.document import Policy
from domain.roster.book import read
from domain.roster.books import CALENDAR, POLICY
from workflows.messages import CaseInput


class Records(Protocol):
    """What the event store says of acts and cases."""

    async def find_command(self, town: str, command_id: str) -> Sequence[Recorded]:
        """The events of an act, none when it was never recorded."""
        ...

    async def read_stream(self, town: str, stream: str, from_version: int = 0) -> Sequence[Recorded]:
        """The events of a stream, none when there is no such stream."""
        ...

    async def epoch(self, town: str, stream: str) -> int:
        """The epoch of a stream in force."""
        ...


class UnknownPolicy(LookupError):
    """A case was opened under a policy version that the policy stream does not hold."""


class NotRunning(RuntimeError):
    """A case is open by the event store, and the engine does not know it: `jiandu recover` starts it."""


async def ended_case(
    store: Records, town: str, kind: CaseKind, case_id: str, clock_offset: timedelta
) -> CaseInput | None:
    """With what the workflow of an ended case is started again; None when there never was such a case.

    Raises `NotRunning` for a case that is open, `UnknownPolicy`.
    """
    stream = stream_of(kind, case_id)
    events = await store.read_stream(town, stream)
    if not events:
        return None
    decider = GOVERNED[kind]
    if decider.facts(fold(decider, events)).open:
        raise NotRunning(f"案件 {stream} 尚未办结，但流程引擎中没有它；请运维人员执行 jiandu recover 后重试。")
    return CaseInput(
        town=town,
        kind=kind,
        case_id=case_id,
        policy=await _policy(store, town, events[0].metadata.policy_version),
        calendar=read(CALENDAR, await store.read_stream(town, CALENDAR.stream)),
        clock_offset=clock_offset,
        epoch=await store.epoch(town, stream),
    )


async def _policy(store: Records, town: str, version: str) -> Policy:
    default = Policy()
    if version == default.version:
        return default
    policy = read(POLICY, await store.read_stream(town, POLICY.stream)).version(version)
    if policy is None:
        raise UnknownPolicy(f"制度库中没有版本 {version}；请先用 jiandu policy adopt 登记该版本制度。")
    return policy
