"""Log lines: JSON for machines, who and where in each, and never a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from pydantic import BaseModel, SecretStr
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from runtime.log_interceptor import LoggingInterceptor
from runtime.logging import configure_logging, log_context
from runtime.temporal import EmbeddedTemporal


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capture: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capture.readouterr().err.splitlines()]


def test_a_line_carries_workflow_case_and_actor(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")
    log = structlog.get_logger("jiandu.test")
    with log_context(workflow="sample/appraisal-1", case="appraisal-1", actor="p7"):
        log.info("act_recorded", act="answer", grade="优秀")
        logging.getLogger("library").warning("slow: %s", "disk")
    log.info("afterwards")
    first, second, third = lines(capsys)
    assert {
        "event": "act_recorded",
        "case": "appraisal-1",
        "actor": "p7",
        "grade": "优秀",
        "level": "info",
    }.items() <= (first.items())
    assert (second["event"], second["workflow"], second["logger"]) == ("slow: disk", "sample/appraisal-1", "library")
    assert "case" not in third


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_printed(form: Any, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(form)
    structlog.get_logger("jiandu.test").info(
        "connected",
        password="hush1",
        database="postgresql+psycopg://jiandu:hush2@db:5432/jiandu",
        settings={"api_key": "hush3", "inner": [{"session_token": "hush4"}, SecretStr("hush5")]},
    )
    logging.getLogger("library").error("cannot reach postgresql://jiandu:hush6@db/jiandu")
    try:
        raise ValueError("refused by postgresql://jiandu:hush7@db/jiandu")
    except ValueError:
        structlog.get_logger("jiandu.test").exception("failed")
    printed = capsys.readouterr().err
    assert "hush" not in printed
    assert "db:5432/jiandu" in printed


def test_the_level_is_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "warning")
    log = structlog.get_logger("jiandu.test")
    log.info("chatter")
    log.warning("trouble")
    assert [line["event"] for line in lines(capsys)] == ["trouble"]


class Who(BaseModel):
    id: str


class Asked(BaseModel):
    case_id: str
    actor: Who


@activity.defn
async def note(asked: Asked) -> None:
    structlog.get_logger("jiandu.test").info("noted")


@workflow.defn(sandboxed=True)
class Case:
    def __init__(self) -> None:
        self._done = False

    @workflow.run
    async def run(self, asked: Asked) -> None:
        from datetime import timedelta

        structlog.get_logger("jiandu.test").info("opened")
        await workflow.execute_activity(note, asked, start_to_close_timeout=timedelta(seconds=10))
        await workflow.wait_condition(lambda: self._done)

    @workflow.update
    async def act(self, asked: Asked) -> None:
        structlog.get_logger("jiandu.test").info("acted")
        self._done = True


async def test_a_workers_lines_say_who_and_are_silent_on_replay(
    temporal: EmbeddedTemporal, capsys: pytest.CaptureFixture[str]
) -> None:
    temporal.start()
    client = await Client.connect(
        temporal.address, namespace=temporal.namespace, data_converter=pydantic_data_converter
    )
    configure_logging("json")
    runner = SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("structlog", "pydantic", "runtime", "tests")
    )
    name = f"appraisal-{uuid4()}"
    async with Worker(
        client,
        task_queue="logging",
        workflows=[Case],
        activities=[note],
        interceptors=[LoggingInterceptor()],
        workflow_runner=runner,
    ):
        handle = await client.start_workflow(
            Case.run, Asked(case_id="appraisal-1", actor=Who(id="p1")), id=name, task_queue="logging"
        )
        await handle.execute_update(Case.act, Asked(case_id="appraisal-1", actor=Who(id="p2")))
        await handle.result()
    said = {line["event"]: line for line in lines(capsys) if line.get("logger") == "jiandu.test"}
    assert {event: (line["workflow"], line["case"], line["actor"]) for event, line in said.items()} == {
        "opened": (name, "appraisal-1", "p1"),
        "noted": (name, "appraisal-1", "p1"),
        "acted": (name, "appraisal-1", "p2"),
    }
    history = await handle.fetch_history()
    replayer = Replayer(
        workflows=[Case],
        data_converter=pydantic_data_converter,
        interceptors=[LoggingInterceptor()],
        workflow_runner=runner,
    )
    await replayer.replay_workflow(history)
    assert [line for line in lines(capsys) if line.get("logger") == "jiandu.test"] == []
