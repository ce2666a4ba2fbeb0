"""Versioned deployment of workers: which code a worker runs, and which of the versions the cluster sends work to."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

_CODE = ("activities", "domain", "workflows")
_PATIENCE = 30.0
_NOT_YET = {
    RPCStatusCode.NOT_FOUND,
    RPCStatusCode.FAILED_PRECONDITION,
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.ABORTED,
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
