"""Starts a worker: `python worker.py`. A place of composition, and the only one for what a worker is made of."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.converter import DataConverter
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.ballots import BallotEffects
from activities.checkpoints import Checkpoints
from activities.effects import CaseEffects, MemoryEffects
from activities.ledger import Ledger
from activities.year import Years
from ballotbox.board import FolderBoard, HttpBoard
from ballotbox.http_parties import Party, http_offices
from ballotbox.interface import BallotBox
from ballotbox.page import page_bytes
from ballotbox.phone_path import Offices
from ballotbox.poll_box import PollBox
from domain.acts import Role
from eventstore.database import APP_ROLE, create_engine, in_town
from eventstore.reader import last_position
from eventstore.store import EventStore
from notices.channels import MailServer, Robot, RobotKind
from notices.delivery import Post
from projections import subscribers
from runtime.ballot_parts import WITH_CLUSTER, office_key, office_url, origin
from runtime.deployment import make_current, source_digest, stay_current
from runtime.keys import kept_secret
from runtime.log_interceptor import LoggingInterceptor
from runtime.logging import configure_logging
from runtime.postgres import EmbeddedPostgres
from runtime.settings import Settings, load_settings
from runtime.settings_faults import SettingsError
from runtime.temporal import TemporalAway, TemporalError, connect, ensure_search_attributes
from runtime.tracing import tracing_plugins
from transparency.signed_note import NoteSigner
from workflows.catalogue import WORKFLOWS
from workflows.catching_up import CatchingUp
from workflows.client import CaseClient
from workflows.other_cases import OtherCases
from workflows.patience import away, giving_up_after
from workflows.payloads import SealingCodec, data_converter
from workflows.schedules import ensure_schedules

log = structlog.get_logger("jiandu.worker")

PASSED_THROUGH = ("activities", "domain", "cryptography", "pydantic", "pydantic_core", "structlog", "workflows")
"""Modules that the sandbox shares instead of loading them for every case: pure, and held to it by `tests/house`."""

SHUTDOWN = timedelta(seconds=5)
"""How long activities may finish after the worker was told to stop."""
START_PATIENCE = timedelta(seconds=60)
"""How long a worker that starts waits for the engine: as long as the engine itself may take to start."""

DISCARDS_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Services:
    """What a worker works with; the caller opens and closes it."""

    store: EventStore
    box: BallotBox
    signer: NoteSigner
    in_flight: int | None = None
    rehearsal: bool = False

    def client_of(self, client: Client, task_queue: str) -> Callable[[str], CaseClient]:
        """The case client of each town, made once."""
        made: dict[str, CaseClient] = {}

        def of(town: str) -> CaseClient:
            if town not in made:
                made[town] = CaseClient(client, town, self.store, task_queue, in_flight=self.in_flight)
            return made[town]

        return of


def build_worker(
    client: Client,
    services: Services,
    *,
    task_queue: str,
    deployment: WorkerDeploymentVersion | None = None,
    workflows: Sequence[type] = WORKFLOWS,
) -> Worker:
    """A worker for all cases.

    `deployment`: its version, where the cluster routes work by version; None in rehearsals and tests.
    """
    cases = OtherCases(services.client_of(client, task_queue), rehearsal=services.rehearsal)
    ledger = Ledger(services.store)
    effects = CaseEffects(cases, services.store)
    ballots = BallotEffects(services.box, services.store)
    memory = MemoryEffects(services.store)
    years = Years(cases, services.store)
    checkpoints = Checkpoints(services.store, services.signer)
    versioned = None
    if deployment is not None:
        versioned = WorkerDeploymentConfig(
            version=deployment, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE
        )
    options: dict[str, Any] = {} if versioned is None else {"deployment_config": versioned}
    return Worker(
        client,
        task_queue=task_queue,
        workflows=workflows,
        activities=[
            ledger.append_events,
            ledger.read_stream,
            effects.start_case,
            effects.tell_case,
            ballots.open_box,
            ballots.close_box,
            ballots.discard_box,
            memory.recall_years,
            years.open_year,
            checkpoints.seal_checkpoint,
        ],
        workflow_runner=_runner(rehearsal=services.rehearsal),
        interceptors=[LoggingInterceptor()],
        max_cached_workflows=2000,
        max_concurrent_activities=200,
        max_concurrent_local_activities=200,
        graceful_shutdown_timeout=SHUTDOWN,
        # A killed worker's cases are taken up by the next one after this time, not after the default ten seconds.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=3),
        **options,
    )


def _runner(*, rehearsal: bool) -> WorkflowRunner:
    """The sandbox costs a quarter of a worker's time; a rehearsal, whose histories are thrown away, goes without."""
    if rehearsal:
        return UnsandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


@asynccontextmanager
async def opened_services(settings: Settings, database_url: str) -> AsyncIterator[Services]:
    """The services of a deployment, closed afterwards."""
    async with (
        EventStore.open(database_url, subscribers=subscribers()) as store,
        opened_box(settings, database_url) as box,
    ):
        in_flight = None if settings.embedded_temporal else settings.updates_in_flight
        yield Services(store=store, box=box, signer=checkpoint_signer(settings), in_flight=in_flight)


@asynccontextmanager
async def opened_box(settings: Settings, database_url: str) -> AsyncIterator[PollBox]:
    """The deployment's ballot box, closed afterwards."""
    engine = create_engine(database_url, pool_size=4)
    try:
        async with ballot_offices(settings) as offices:
            yield PollBox(engine, offices)
    finally:
        await engine.dispose()


def ballot_offices(settings: Settings) -> AbstractAsyncContextManager[Offices]:
    """The parties of polls on phones, wherever they are; nothing is reached before a poll asks for it."""
    a, b, box = (
        Party(origin(settings, part), office_key(settings, part), office_url(settings, part)) for part in WITH_CLUSTER
    )
    here = "board" in settings.ballot_parts
    certificate = settings.ballot_certificate
    return http_offices(
        a,
        b,
        box,
        FolderBoard(settings.ballot_folder("board")) if here else HttpBoard(origin(settings, "board"), certificate),
        page=page_bytes,
        slips=settings.data_dir / "ballot" / "polls",
        one_operator=settings.ballot_one_operator,
        certificate=certificate,
    )


def checkpoint_signer(settings: Settings) -> NoteSigner:
    """The signer of the installation's checkpoints; its public half lies beside its key, under `.pub`."""
    text = kept_secret(settings.checkpoint_key, lambda: NoteSigner.generate(f"jiandu-{settings.town}").secret())
    signer = NoteSigner.parse(text)
    settings.checkpoint_key.with_suffix(".pub").write_text(f"{signer.key}\n", encoding="utf-8")
    return signer


def sealed_converter(settings: Settings) -> DataConverter:
    """The data converter of a deployment: as pydantic writes it, sealed with the installation's key."""
    text = kept_secret(settings.codec_key, lambda: f"{secrets.token_hex(4)} {secrets.token_hex(32)}")
    keys = dict(line.split() for line in text.splitlines())
    return data_converter(SealingCodec({name: bytes.fromhex(key) for name, key in keys.items()}, next(reversed(keys))))


def database_url(settings: Settings) -> str:
    """Where the deployment's database is: by the settings, else the embedded one, which runs already."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return EmbeddedPostgres(settings.data_dir / "postgres", settings.logs / "postgres.log").url


async def serve(settings: Settings, stopped: asyncio.Event, ready: Callable[[], None] | None = None) -> None:
    """Work until `stopped` is set, then let what is under way end.

    An engine that is away while the worker starts (it was restarted as well, say) is waited for, `START_PATIENCE` at
    most. `ready` is called once the cluster sends work here.
    """
    give_up = giving_up_after(START_PATIENCE)
    begun = asyncio.Event()

    def at_work() -> None:
        begun.set()
        if ready is not None:
            ready()

    while not stopped.is_set():
        try:
            await _work(settings, stopped, at_work)
            return
        except (RuntimeError, RPCError) as error:
            if begun.is_set() or not _engine_away(error) or asyncio.get_running_loop().time() > give_up:
                raise
            log.warning("engine_awaited", reason=str(error))
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await stopped.wait()


def _engine_away(error: RuntimeError | RPCError) -> bool:
    """Whether a start failed because the engine was away; its library has no error of its own for a failed check."""
    if isinstance(error, RPCError):
        return away(error)
    return isinstance(error, TemporalAway) or not isinstance(error, TemporalError)


async def _work(settings: Settings, stopped: asyncio.Event, ready: Callable[[], None]) -> None:
    client = await connect(settings, data_converter=sealed_converter(settings), plugins=tracing_plugins(settings))
    await ensure_search_attributes(client)
    build_id = settings.build_id or source_digest(Path(__file__).parent)
    deployment = WorkerDeploymentVersion(deployment_name=settings.deployment_name, build_id=build_id)
    url = database_url(settings)
    async with opened_services(settings, url) as services:
        worker = build_worker(client, services, task_queue=settings.task_queue, deployment=deployment)
        watch = CatchingUp(LogOf(services.store), services.client_of(client, settings.task_queue))
        async with worker:
            await make_current(client, settings.deployment_name, build_id)
            await ensure_schedules(client, settings.town, settings.task_queue)
            log.info("worker_ready", task_queue=settings.task_queue, build=build_id, town=settings.town)
            ready()
            in_charge = stay_current(client, settings.deployment_name, build_id, settings.task_queue)
            destruction = finish_discards(services.box, services.store)
            post = notice_post(settings, services.store).keep_on(services.store.towns)
            async with _beside(watch.keep_on(), in_charge, destruction, post):
                await stopped.wait()
            log.info("worker_stopping")


def notice_post(settings: Settings, store: EventStore) -> Post:
    """What sends notices, by the mail server and group robots of the settings."""
    mail = None
    if settings.smtp_host is not None:
        mail = MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_sender,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password is not None else None,
            security=settings.smtp_security,
        )
    robots = [
        Robot(
            name=hook.name,
            kind=RobotKind(hook.kind),
            url=hook.url.get_secret_value(),
            roles=frozenset(Role(name) for name in hook.roles),
            secret=hook.secret.get_secret_value() if hook.secret is not None else None,
        )
        for hook in settings.webhooks
    ]
    return Post(store.engine, mail=mail, robots=robots)


async def finish_discards(box: BallotBox, store: EventStore, every: timedelta = DISCARDS_EVERY) -> None:
    """Tell parties of void polls that were away, at once and then at intervals, for ever. What fails is said."""
    while True:
        try:
            for town in await store.towns():
                await box.finish_discards(town)
        except Exception as error:  # noqa: BLE001 - whatever is away comes back; the chore must not end before
            log.warning("discards_unfinished", reason=type(error).__name__)
        await asyncio.sleep(every.total_seconds())


class LogOf:
    """The store as `CatchingUp` reads it."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.towns = store.towns
        self.read_all = store.read_all

    async def last_position(self, town: str) -> int:
        async with in_town(self._store.engine, town, APP_ROLE) as connection:
            return await last_position(connection, town)


@asynccontextmanager
async def _beside(*chores: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(chore) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _main(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await serve(settings, stopped)


def main() -> int:
    """Run a worker until SIGTERM or Ctrl-C. Returns the exit code: 0, or 2 for settings that are wrong."""
    try:
        settings = load_settings()
    except SettingsError as faults:
        sys.stderr.write(f"{faults}\n")
        return 2
    configure_logging(settings.log_format, settings.log_level)
    asyncio.run(_main(settings))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # the engine's library may abort the interpreter while it takes itself apart
