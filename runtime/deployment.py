"""Versioned deployment of workers: which code a worker runs, and which of the versions the cluster sends work to."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

log = structlog.get_logger("jiandu.deployment")

_CODE = ("activities", "domain", "workflows")
_PATIENCE = 30.0
_NOT_YET = {
    RPCStatusCode.NOT_FOUND,
    RPCStatusCode.FAILED_PRECONDITION,
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.ABORTED,
    RPCStatusCode.UNKNOWN,  # "transport error": the cluster ended while it was asked
    RPCStatusCode.CANCELLED,
    RPCStatusCode.DEADLINE_EXCEEDED,
}


def source_digest(root: Path) -> str:
    """Twelve hex digits that stand for the code that cases run on: the same on every machine."""
    digest = hashlib.sha256()
    for room in _CODE:
        for file in sorted((root / room).rglob("*.py")):
            digest.update(str(file.relative_to(root)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


async def make_current(client: Client, deployment: str, build_id: str) -> None:
    """Have the cluster send work to this version.

    A worker's version is known some moments after its first poll, so this is tried until then. Raises the cluster's
    error after half a minute.
    """
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=deployment,
        build_id=build_id,
        identity=client.identity,
        ignore_missing_task_queues=True,
    )
    give_up = asyncio.get_running_loop().time() + _PATIENCE
    while True:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
            return
        except RPCError as error:
            if error.status not in _NOT_YET or asyncio.get_running_loop().time() > give_up:
                raise
        await asyncio.sleep(0.1)


_LOOK_EVERY = timedelta(seconds=30)
_SILENT = timedelta(seconds=75)
"""A poll lasts a minute: a worker that has not asked for longer is not there."""


async def stay_current(
    client: Client,
    deployment: str,
    build_id: str,
    task_queue: str,
    *,
    look_every: timedelta = _LOOK_EVERY,
    silent: timedelta = _SILENT,
) -> None:
    """Take the work over when the version that it is sent to has no worker left. Runs until it is cancelled.

    An older worker that starts again makes its version the current one; when it ends, work would wait for it for ever
    while this one asks for some.
    """
    while True:
        await asyncio.sleep(look_every.total_seconds())
        try:
            current = await _current(client, deployment)
            if current != build_id and current not in await _builds_at_work(client, task_queue, silent):
                await make_current(client, deployment, build_id)
                log.warning("deployment_taken_over", deployment=deployment, build=build_id, silent_build=current)
        except RPCError as error:
            log.warning("deployment_not_looked_at", deployment=deployment, reason=str(error))


async def _current(client: Client, deployment: str) -> str:
    described = await client.workflow_service.describe_worker_deployment(
        DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=deployment)
    )
    return described.worker_deployment_info.routing_config.current_deployment_version.build_id


async def _builds_at_work(client: Client, task_queue: str, silent: timedelta) -> set[str]:
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    recent = datetime.now(UTC) - silent
    return {
        poller.deployment_options.build_id
        for poller in described.pollers
        if poller.last_access_time.ToDatetime(tzinfo=UTC) > recent
    }
