"""The embedded Temporal comes up ready for cases, keeps them over kill -9, and lists them by town, year, stage."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest, RemoveSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from runtime.settings import Settings, load_settings
from runtime.temporal import SEARCH_ATTRIBUTES, EmbeddedTemporal, TemporalError, connect, ensure_search_attributes
from tests.runtime.death import wait_for_death


async def client_of(server: EmbeddedTemporal) -> Client:
    return await Client.connect(server.address, namespace=server.namespace)


async def start_one(client: Client, name: str) -> None:
    """A workflow that no worker runs: it stays, which is all that is asked of it."""
    await client.start_workflow(
        "Waiting",
        id=name,
        task_queue="nobody",
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(SearchAttributeKey.for_keyword("JianduTown"), "sample"),
                SearchAttributePair(SearchAttributeKey.for_int("JianduYear"), 2026),
                SearchAttributePair(SearchAttributeKey.for_keyword("JianduStage"), "appraisal"),
            ]
        ),
    )


async def test_it_starts_with_namespace_attributes_and_retention(temporal: EmbeddedTemporal) -> None:
    temporal.start()
    client = await client_of(temporal)
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    assert set(SEARCH_ATTRIBUTES) <= set(listed.custom_attributes)
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=90)


def listed_by(engine: Path, server: EmbeddedTemporal, query: str) -> str:
    asked = [str(engine), "workflow", "list", "--address", server.address, "--namespace", server.namespace]
    return subprocess.run([*asked, "--query", query], capture_output=True, text=True, check=True).stdout


async def test_cases_survive_kill_9_at_the_same_address(temporal: EmbeddedTemporal, engine: Path) -> None:
    temporal.start()
    address = temporal.address
    await start_one(await client_of(temporal), "appraisal-1")
    assert temporal.pid is not None
    os.kill(temporal.pid, signal.SIGKILL)
    assert wait_for_death(temporal) == -signal.SIGKILL
    temporal.start()
    assert temporal.address == address
    client = await client_of(temporal)
    assert (await client.get_workflow_handle("appraisal-1").describe()).id == "appraisal-1"
    shown = listed_by(engine, temporal, "JianduTown='sample' AND JianduYear=2026 AND JianduStage='appraisal'")
    assert "appraisal-1" in shown


async def test_a_server_left_behind_is_taken_over(temporal: EmbeddedTemporal, engine: Path) -> None:
    temporal.start()
    await start_one(await client_of(temporal), "appraisal-1")
    successor = EmbeddedTemporal(engine, temporal.folder, port=0)
    successor.start()
    try:
        assert temporal.poll() is not None, "two servers on one file would destroy it"
        client = await client_of(successor)
        assert (await client.get_workflow_handle("appraisal-1").describe()).id == "appraisal-1"
    finally:
        successor.stop()


def test_it_stops_and_leaves_nothing(temporal: EmbeddedTemporal) -> None:
    temporal.start()
    assert temporal.pid is not None
    process = psutil.Process(temporal.pid)
    temporal.stop()
    assert not process.is_running()
    assert not (temporal.folder / "server.pid").exists()
    temporal.stop()


async def test_another_process_finds_the_address(
    temporal: EmbeddedTemporal, bare_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIANDU_DATA_DIR", str(temporal.folder.parent))
    temporal.start()
    client = await connect(load_settings())
    assert client.namespace == "jiandu"
    assert (await client.count_workflows()).count == 0


async def test_without_a_server_the_way_out_is_named(bare_environment: Path) -> None:
    with pytest.raises(TemporalError, match="jiandu up"):
        await connect(load_settings())
    with pytest.raises(TemporalError, match="temporal_address"):
        await connect(Settings(temporal_address="127.0.0.1:1"))


async def test_a_busy_port_is_avoided(temporal: EmbeddedTemporal, engine: Path, folder: Path) -> None:
    temporal.start()
    busy = int(temporal.address.rpartition(":")[2])
    second = EmbeddedTemporal(engine, folder / "second", port=busy)
    second.start()
    try:
        assert second.address != temporal.address
        assert (await (await client_of(second)).count_workflows()).count == 0
    finally:
        second.stop()


async def test_missing_attributes_are_created_on_a_foreign_cluster(temporal: EmbeddedTemporal) -> None:
    temporal.start()
    client = await client_of(temporal)
    assert await ensure_search_attributes(client) == []
    await client.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=["JianduStage", "JianduDue"])
    )
    assert await ensure_search_attributes(client) == ["JianduStage", "JianduDue"]
    assert await ensure_search_attributes(client) == []


def databases_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.db"))


async def test_a_rehearsal_keeps_nothing_on_disk(engine: Path, folder: Path) -> None:
    server = EmbeddedTemporal(engine, folder / "rehearsal", rehearsal=True, port=0)
    server.start()
    try:
        await start_one(await client_of(server), "appraisal-1")
        assert databases_in(folder) == []
        assert server.ui_address is None
    finally:
        server.stop()


def test_a_server_that_cannot_start_says_why(engine: Path, folder: Path) -> None:
    (folder / "temporal").mkdir()
    (folder / "temporal" / "temporal.db").write_bytes(b"this is no database" * 100)
    server = EmbeddedTemporal(engine, folder / "temporal", port=0)
    with pytest.raises(TemporalError, match="not a database"):
        server.start()
    assert server.poll() is None
