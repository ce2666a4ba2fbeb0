"""A case's stream: appending to it and reading it, as local activities (decision 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import signatures as calls
    from domain.acts import Actor
    from domain.cases.case import stream_of
    from domain.events import Event, Metadata, Recorded
    from workflows.following import AGAIN, LONGEST
    from workflows.messages import CaseInput
    from workflows.payloads import ClearText


async def append(
    case: CaseInput, version: int, now: datetime, command_id: str, actor: Actor, events: list[Event]
) -> calls.AppendOutcome:
    """Append the events of one act behind `version`; tried until the store has answered."""
    info = workflow.info()
    stream = stream_of(case.kind, case.case_id)
    request = calls.AppendEvents(
        town=case.town,
        stream=stream,
        expected_version=version,
        epoch=case.epoch,
        events=events,
        metadata=Metadata(
            actor=actor,
            command_id=command_id,
            business_time=now,
            policy_version=case.policy.version,
            correlation=stream,
            workflow_id=info.workflow_id,
            run_id=info.run_id,
        ),
    )
    outcome: calls.AppendOutcome = await workflow.execute_local_activity(
        calls.APPEND_EVENTS,
        request,
        result_type=calls.AppendOutcome,
        summary=ClearText(", ".join(event.type_name for event in events)),
        start_to_close_timeout=LONGEST,
        retry_policy=AGAIN,
    )
    return outcome


async def read_stream(case: CaseInput, from_version: int) -> AsyncIterator[Recorded]:
    """The events of the case from a version on, brought in slices."""
    more = True
    while more:
        part: calls.StreamSlice = await workflow.execute_local_activity(
            calls.READ_STREAM,
            calls.ReadStream(town=case.town, stream=stream_of(case.kind, case.case_id), from_version=from_version),
            result_type=calls.StreamSlice,
            start_to_close_timeout=LONGEST,
            retry_policy=AGAIN,
        )
        for recorded in part.events:
            yield recorded
            from_version = recorded.version + 1
        more = part.more
