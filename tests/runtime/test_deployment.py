"""Two versions of the worker on one engine: work goes to whoever is there."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from temporalio import workflow
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from runtime.deployment import make_current, stay_current
from runtime.engine_build import ensure
from runtime.temporal import EmbeddedTemporal

SOON = timedelta(seconds=0.2)


@workflow.defn(name="Errand")
class Errand:
    @workflow.run
    async def run(self) -> str:
        return "done"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    with tempfile.TemporaryDirectory(prefix="jd-deploy-") as folder:
        server = EmbeddedTemporal(ensure(), Path(folder) / "temporal", rehearsal=True, port=0)
        await asyncio.to_thread(server.start)
        try:
            yield await Client.connect(server.address, namespace="jiandu")
        finally:
            await asyncio.to_thread(server.stop)


def worker(client: Client, build: str) -> Worker:
    version = WorkerDeploymentVersion(deployment_name="jiandu", build_id=build)
    return Worker(
        client,
        task_queue="errands",
        workflows=[Errand],
        workflow_runner=UnsandboxedWorkflowRunner(),
        deployment_config=WorkerDeploymentConfig(
            version=version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE
        ),
    )


async def asks_for_work(client: Client, build_id: str) -> None:
    """Wait until the cluster has heard a version ask for work; on a busy machine that takes a while."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name="errands"),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    async with asyncio.timeout(60):
        while True:
            described = await client.workflow_service.describe_task_queue(request)
            if build_id in {poller.deployment_options.build_id for poller in described.pollers}:
                return
            await asyncio.sleep(0.1)


async def test_work_is_taken_over_from_a_version_that_is_gone(client: Client) -> None:
    async with worker(client, "new"):
        await make_current(client, "jiandu", "new")
        async with worker(client, "old"):
            await make_current(client, "jiandu", "old")  # an older worker starts again, and ends
        nobody_counts = timedelta(0)
        watch = asyncio.create_task(
            stay_current(client, "jiandu", "new", "errands", look_every=SOON, silent=nobody_counts)
        )
        try:
            async with asyncio.timeout(20):
                assert await client.execute_workflow(Errand.run, id="errand", task_queue="errands") == "done"
        finally:
            watch.cancel()


async def test_a_version_at_work_is_left_in_charge(client: Client) -> None:
    async with worker(client, "old"), worker(client, "new"):
        await make_current(client, "jiandu", "old")
        await asks_for_work(client, "old")
        watch = asyncio.create_task(stay_current(client, "jiandu", "new", "errands", look_every=SOON))
        await asyncio.sleep(2)
        watch.cancel()
        handle = await client.start_workflow(Errand.run, id="errand", task_queue="errands")
        assert await handle.result() == "done"
        described = await handle.describe()
        version = described.raw_description.workflow_execution_info.versioning_info.deployment_version
        assert version.build_id == "old"
