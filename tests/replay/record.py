"""Records the histories that `test_replay.py` replays: `python -m tests.replay.record`. Real servers, virtual time.

A recorded history stays as it is for as long as a case that began under its code may run; recording again adds the new
way beside it, under the digest of the code.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from ballotbox.plain.box import PlainBallotBox
from domain.acts import Actor, Command, Role
from domain.cases.assessment.commands import EnterScores, PublishRanking
from domain.cases.case import CaseKind, stream_of
from domain.cases.cycle.commands import StartAssessment
from domain.cases.rectification.commands import ServeNotice
from domain.policy.assessment import Method
from eventstore.store import EventStore
from migrations import migrate
from projections import subscribers
from runtime.deployment import source_digest
from runtime.engine_build import ensure
from runtime.postgres import EmbeddedPostgres
from runtime.temporal import EmbeddedTemporal
from tests.replay.recording import HISTORIES, recording_converter
from tests.workflows.year import FORESTRY, STAFF, Act, open_year, play, year
from transparency.signed_note import NoteSigner
from worker import Services, build_worker
from workflows.client import CaseClient

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
    box = PlainBallotBox(store.engine)
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
                services = Services(store, PlainBallotBox(store.engine), NoteSigner.generate(TOWN), rehearsal=True)
                async with build_worker(skipper.client, services, task_queue="recorded"):
                    cases = CaseClient(skipper.client, TOWN, store, "recorded")
                    await record(skipper, store, cases)
                    await keep(cases, await store.streams(TOWN), code)
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
        file.write_text(history.to_json(), encoding="utf-8")
        print(f"{file.name}: {len(history.events)} events")  # noqa: T201 - a command's output


if __name__ == "__main__":
    asyncio.run(main())
