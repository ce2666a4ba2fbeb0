"""Puts workflow, case and actor into every log line of a worker, around whatever workflows and activities log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from temporalio import activity, workflow
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

with workflow.unsafe.imports_passed_through():
    from structlog.contextvars import bind_contextvars, bound_contextvars


class LoggingInterceptor(Interceptor):
    """For `Worker(interceptors=[…])`."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Each activity's lines name its workflow and the attempt."""
        return _Activity(next)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """Each workflow's lines name its id, and those of a handler also who acted."""
        return _Workflow


class _Activity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        names = {"workflow": info.workflow_id, "activity": info.activity_type, "attempt": info.attempt}
        with bound_contextvars(**names, **_of(input.args)):
            return await super().execute_activity(input)


class _Workflow(WorkflowInboundInterceptor):
    # Bound without taking back: each run and each handler is a task with a context of its own, which ends with it.

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        bind_contextvars(workflow=workflow.info().workflow_id, **_of(input.args))
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:
        bind_contextvars(workflow=workflow.info().workflow_id, **_of(input.args))
        await super().handle_signal(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        bind_contextvars(workflow=workflow.info().workflow_id, **_of(input.args))
        return await super().handle_update_handler(input)


def _of(arguments: Sequence[Any]) -> dict[str, str]:
    """Case and actor as the one input object carries them: opaque ids, never a name."""
    found: dict[str, str] = {}
    for argument in arguments[:1]:
        case = getattr(argument, "case_id", None)
        actor = getattr(getattr(argument, "actor", None), "id", None)
        if isinstance(case, str):
            found["case"] = case
        if isinstance(actor, str):
            found["actor"] = actor
    return found
