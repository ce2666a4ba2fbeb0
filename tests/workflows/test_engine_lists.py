"""What the official `temporal` command shows of a running town, and what the engine starts by itself."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
from datetime import UTC, date, datetime
from typing import Any

from domain.cases.case import TOWN_ZONE, CaseKind
from domain.cases.cycle.commands import ChangeHead, OpenCycle
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.roster.books import ROSTER
from domain.roster.commands import EnterDeputy, EnterSubject
from domain.roster.posts import Post, SubjectKind
from domain.rules.proposal import Step
from eventstore.books import write_book
from eventstore.checkpoints import checkpoints
from runtime.engine_build import ensure
from tests.workflows.conftest import STAFF, Stack
from workflows.schedules import ensure_schedules

SECRET = "镇长的亲戚要求绕开预算"  # free text of a person, which the engine must never hold in clear


def temporal(address: str, *arguments: str) -> Any:
    """What the official command answers, as JSON."""
    asked = subprocess.run(
        [str(ensure()), *arguments, "--address", address, "--namespace", "jiandu", "--output", "json"],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(asked.stdout or "[]")


async def listed(address: str, query: str) -> set[str]:
    """The workflow ids that a query finds; visibility follows a moment after."""
    found: set[str] = set()
    for _ in range(50):
        rows = await asyncio.to_thread(temporal, address, "workflow", "list", "--query", query)
        found = {row["execution"]["workflowId"] for row in rows}
        if found:
            return found
        await asyncio.sleep(0.1)
    return found


async def test_cases_are_listed_by_town_year_stage_and_subject(stack: Stack, temporal_address: str) -> None:
    for number, village in enumerate(("唐家会村", "科村")):
        await stack.start(
            CaseKind.PROPOSAL,
            f"2025-p{number}",
            SubmitProposal(proposal_id=f"p{number}", year=2025, village=village, title="防渗渠", deputies=60),
        )
    await stack.act(CaseKind.PROPOSAL, "2025-p1", DecideStep(step=Step.LEAD_REVIEW, decision=Decision.APPROVE))
    town = stack.cases.town
    of_town = f"JianduTown='{town}' AND JianduYear=2025"
    assert await listed(temporal_address, f"{of_town} AND JianduStage='lead_review'") == {f"{town}/proposal-2025-p0"}
    assert await listed(temporal_address, f"{of_town} AND JianduStage='party_preliminary'") == {
        f"{town}/proposal-2025-p1"
    }
    due_later = await listed(temporal_address, f"{of_town} AND JianduDue > '2025-01-01T00:00:00Z'")
    assert due_later == {f"{town}/proposal-2025-p0", f"{town}/proposal-2025-p1"}


async def test_a_case_has_a_readable_summary_and_nothing_else_that_is(stack: Stack, temporal_address: str) -> None:
    await stack.start(
        CaseKind.PROPOSAL,
        "2025-canal",
        SubmitProposal(proposal_id="canal", year=2025, village="唐家会村", title="防渗渠", text=SECRET, deputies=60),
    )
    workflow_id = f"{stack.cases.town}/proposal-2025-canal"
    described = await asyncio.to_thread(
        temporal, temporal_address, "workflow", "describe", "--workflow-id", workflow_id
    )
    summary = described["executionConfig"]["userMetadata"]["summary"]
    assert json.loads(base64.b64decode(summary["data"])) == "proposal-2025-canal"
    raw = await stack.cases.handle(CaseKind.PROPOSAL, "2025-canal").fetch_history()
    assert SECRET.encode() not in b"".join(event.SerializeToString() for event in raw.events)


async def test_a_timer_in_the_engines_pages_names_no_person(stack: Stack) -> None:
    forestry = Post(id="lys", name="林业站", kind=SubjectKind.STATION, responsible="p-1")
    await stack.start(CaseKind.CYCLE, "2025", OpenCycle(year=2025, subjects=(forestry,), deputies=60))
    ahead = date(2025, 9, 1)
    await stack.act(CaseKind.CYCLE, "2025", ChangeHead(subject="lys", responsible="p-hidden", from_=ahead))
    raw = await stack.cases.handle(CaseKind.CYCLE, "2025").fetch_history()
    history = b"".join(event.SerializeToString() for event in raw.events)
    assert b"head 2025-09-01" in history
    assert b"p-hidden" not in history


async def test_schedules_seal_the_log_and_start_the_year(stack: Stack) -> None:
    town = stack.cases.town
    now = datetime.now(UTC)
    forestry = Post(id="lys", name="林业站", kind=SubjectKind.STATION, responsible="p-1")
    await write_book(
        stack.store, town, ROSTER, EnterSubject(post=forestry), actor=STAFF, command_id=f"{town}-s", now=now
    )
    await write_book(
        stack.store,
        town,
        ROSTER,
        EnterDeputy(deputy={"id": "d1", "name": "王某", "group": "一组"}),
        actor=STAFF,
        command_id=f"{town}-d",
        now=now,
    )
    await ensure_schedules(stack.client, town, stack.task_queue)
    await ensure_schedules(stack.client, town, stack.task_queue)  # a second start of the product changes nothing
    await stack.client.get_schedule_handle(f"{town}/yearly-cycle").trigger()
    year = now.astimezone(TOWN_ZONE).year
    for _ in range(200):
        if await stack.events(f"cycle-{year}"):
            break
        await asyncio.sleep(0.05)
    assert await stack.events(f"cycle-{year}") == ["cycle.opened"]
    await stack.client.get_schedule_handle(f"{town}/checkpoints").trigger()
    for _ in range(200):
        if await checkpoints(stack.store.engine, town):
            break
        await asyncio.sleep(0.05)
    (sealed,) = await checkpoints(stack.store.engine, town)
    assert sealed.position == len(await stack.store.read_all(town))
