"""The engine without jiandu: workflows that take as many updates and run as many activities, all of them empty."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

QUEUE = "bench-empty"
_CALL = timedelta(seconds=20)


@dataclass
class Step:
    """What one update has done: activities in the worker itself, and activities by way of the server."""

    local: int
    remote: int


@dataclass
class Plan:
    """A workflow by its numbers."""

    updates: int
    local: int
    remote: int

    def steps(self) -> list[Step]:
        """Its activities shared out among its updates."""
        return [
            Step(local=_share(self.local, self.updates, place), remote=_share(self.remote, self.updates, place))
            for place in range(self.updates)
        ]


def _share(whole: int, parts: int, place: int) -> int:
    return whole * (place + 1) // parts - whole * place // parts


@activity.defn(name="nothing")
async def nothing() -> None:
    """Does nothing."""


@workflow.defn(name="Empty")
class Empty:
    """Ends after its last update."""

    def __init__(self) -> None:
        self._taken = 0

    @workflow.run
    async def run(self, updates: int) -> None:
        """Runs until all updates were taken."""
        await workflow.wait_condition(lambda: self._taken >= updates and workflow.all_handlers_finished())

    @workflow.update(name="take")
    async def take(self, step: Step) -> None:
        """Run the activities of one step."""
        for _ in range(step.local):
            await workflow.execute_local_activity(nothing, start_to_close_timeout=_CALL)
        for _ in range(step.remote):
            await workflow.execute_activity(nothing, start_to_close_timeout=_CALL)
        self._taken += 1


async def plan_of(client: Client, workflow_id: str) -> Plan:
    """The numbers of a workflow that has ended, from its history."""
    plan = Plan(updates=0, local=0, remote=0)
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    for event in history.events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                plan.updates += 1
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                plan.remote += 1
            case EventType.EVENT_TYPE_MARKER_RECORDED:
                plan.local += event.marker_recorded_event_attributes.marker_name == "core_local_activity"
    return plan


async def run_empty(client: Client, plans: Sequence[Plan]) -> None:
    """One workflow for each plan, one after the other, each started with its first update."""
    for plan in plans:
        first, *others = plan.steps()
        start = WithStartWorkflowOperation(
            Empty.run,
            plan.updates,
            id=f"empty-{uuid4().hex}",
            task_queue=QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
        await client.execute_update_with_start_workflow("take", first, start_workflow_operation=start)
        handle = await start.workflow_handle()
        for step in others:
            await handle.execute_update("take", step)
        await handle.result()


@asynccontextmanager
async def empty_worker(address: str) -> AsyncIterator[Client]:
    """A worker for nothing but empty workflows, and a client."""
    client = await Client.connect(address, namespace="jiandu")
    restrictions = SandboxRestrictions.default.with_passthrough_modules("bench")
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Empty],
        activities=[nothing],
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
    ):
        yield client
