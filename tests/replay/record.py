"""Records the histories that `test_replay.py` replays: `python -m tests.replay.record`. Real servers, virtual time.

A recorded history stays as it is for as long as a case that began under its code may run; recording again adds the new
way beside it, under the digest of the code.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from ballotbox.poll_box import PollBox
from domain.acts import Actor, Command, Role
from domain.cases.assessment.commands import EnterScores, PublishRanking
from domain.cases.case import CaseKind, stream_of
from domain.cases.cycle.commands import StartAssessment
from domain.cases.proposal.commands import DecideStep, Decision, SubmitProposal
from domain.cases.rectification.commands import ServeNotice
from domain.policy.assessment import Method
from domain.rules.proposal import Step
from eventstore.store import EventStore
from migrations import migrate
from projections import subscribers
from runtime.deployment import source_digest
from runtime.engine_build import ensure
from runtime.postgres import EmbeddedPostgres
from runtime.temporal import EmbeddedTemporal
from tests.replay.recording import HISTORIES, recording_converter
from tests.workflows.year import CALENDAR, FORESTRY, POLICY, STAFF, Act, open_year, play, year
from transparency.signed_note import NoteSigner
from worker import Services, build_worker
from workflows.client import CaseClient
from workflows.messages import CaseInput, Opening
from workflows.recovery import recover

TOWN = "recorded"
PRESIDIUM = Actor(id="presidium-1", role=Role.PRESIDIUM)


async def let_run(skipper: TimeSkipper, cases: CaseClient, kind: CaseKind, case_id: str) -> None:
    """Let every deadline of a case come, until it waits for people alone or has ended."""
    handle = cases.handle(kind, case_id)
    while True:
        view = await cases.view(kind, case_id)
        if view.busy:
            await asyncio.sleep(0.05)
        elif view.facts is None or not view.facts.open or view.next_deadline is None:
            return
        else:
            await skipper.fast_forward(handle, view.next_deadline - view.now + timedelta(seconds=1))


async def assessment(cases: CaseClient, number: int) -> None:
    """The year-end assessment of the one subject, made public."""

    async def act(kind: CaseKind, case_id: str, command: Command) -> None:
        await cases.act(kind, case_id, command, actor=STAFF, command_id=uuid4().hex)

    await act(CaseKind.CYCLE, str(number), StartAssessment())
    for table in ("work", "party"):
        for method in Method:
            scores = EnterScores(subject=FORESTRY.id, table=table, method=method, marks=(80, 85))
            await act(CaseKind.ASSESSMENT, str(number), scores)
    await act(CaseKind.ASSESSMENT, str(number), PublishRanking())


async def record(skipper: TimeSkipper, store: EventStore, cases: CaseClient) -> None:
    """One year to its end, and one whose rectification nobody answers."""
    today = datetime.now(UTC).date()
    box = PollBox(store.engine)
    for number in (2025, 2026):
        await open_year(cases, number)
        for place, step in enumerate(year(number, today)):
            await play(cases, box, number, place, step)
            served = isinstance(step, Act) and isinstance(step.command, ServeNotice)
            if number == 2026 and served:
                break
        await assessment(cases, number) if number == 2026 else None
    await let_run(skipper, cases, CaseKind.RECTIFICATION, "2026-lys")
    await let_run(skipper, cases, CaseKind.ASSESSMENT, "2026")
    await two_runs(cases)


async def two_runs(cases: CaseClient) -> None:
    """A case that a second run carries on after continue-as-new, and one that recovery will find in the middle."""
    for proposal_id, acts_per_run in (("continued", 2), ("open", 400)):
        opening = SubmitProposal(proposal_id=proposal_id, year=2026, village="科村", title="硬化文化广场", deputies=60)
        case = CaseInput(
            town=TOWN,
            kind=CaseKind.PROPOSAL,
            case_id=f"2026-{proposal_id}",
            policy=POLICY,
            calendar=CALENDAR,
            opening=Opening(command=opening, actor=STAFF, command_id=uuid4().hex),
            acts_per_run=acts_per_run,
        )
        await cases.run(case)
        for step in (Step.LEAD_REVIEW, Step.PARTY_PRELIMINARY):
            await decide(cases, case.case_id, step)
        back = DecideStep(step=Step.DEPUTIES, decision=Decision.RETURN, to="lead_review", reason="补充预算")
        await cases.act(CaseKind.PROPOSAL, case.case_id, back, actor=STAFF, command_id=uuid4().hex)


async def recovered(store: EventStore, cases: CaseClient) -> list[str]:
    """Everything open started again from its stream, and carried on a little. Returns the streams of what was."""
    found = await recover(cases, store, {POLICY.version: POLICY}, CALENDAR)
    for proposal_id in ("continued", "open"):
        await decide(cases, f"2026-{proposal_id}", Step.LEAD_REVIEW)
    return [stream_of(each.kind, each.case_id) for each in found if each.started]


async def decide(cases: CaseClient, case_id: str, step: Step) -> None:
    """A body approves."""
    approve = DecideStep(step=step, decision=Decision.APPROVE)
    await cases.act(CaseKind.PROPOSAL, case_id, approve, actor=STAFF, command_id=uuid4().hex)


async def main() -> None:
    """Record into `tests/replay/histories/`."""
    code = source_digest(Path(__file__).parents[2])
    with tempfile.TemporaryDirectory(prefix="jd-record-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres", Path(folder) / "postgres.log")
        temporal = EmbeddedTemporal(ensure(), Path(folder) / "temporal", rehearsal=True, port=0)
        postgres.start()
        temporal.start()
        try:
            migrate(postgres.url)
            client = await Client.connect(temporal.address, namespace="jiandu", data_converter=recording_converter())
            config = TimeSkippingConfig(enabled=False, max_session_skip_count=1_000_000)
            skipper = TimeSkipper(client, config=config)
            async with EventStore.open(postgres.url, subscribers=subscribers()) as store:
                services = Services(store, PollBox(store.engine), NoteSigner.generate(TOWN), rehearsal=True)
                async with build_worker(skipper.client, services, task_queue="recorded"):
                    cases = CaseClient(skipper.client, TOWN, store, "recorded")
                    await record(skipper, store, cases)
                    await keep(cases, await store.streams(TOWN), code)
                    await keep(cases, await recovered(store, cases), f"recovered.{code}")
        finally:
            temporal.stop()
            postgres.stop()


async def keep(cases: CaseClient, streams: list[str], code: str) -> None:
    """Write the history of every case's workflow."""
    HISTORIES.mkdir(exist_ok=True)
    for stream in streams:
        kind, _, case_id = stream.partition("-")
        history = await cases.handle(CaseKind(kind), case_id).fetch_history()
        file = HISTORIES / f"{stream_of(CaseKind(kind), case_id)}.{code}.json"
        # Who polled is nothing to replay, and names the machine.
        recorded = re.sub(r'"identity": ?"[^"]*"', '"identity": "worker"', history.to_json())
        file.write_text(recorded, encoding="utf-8")
        print(f"{file.name}: {len(history.events)} events")  # noqa: T201 - a command's output


if __name__ == "__main__":
    asyncio.run(main())
