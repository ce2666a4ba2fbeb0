"""The product's processes: database and engine first, then worker and pages, each restarted when it dies."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

from commands.outcome import Failure
from commands.pending import ask_for_recovery
from commands.place import Database, embedded_postgres
from commands.screen import step, warn
from runtime import ballot_parts
from runtime.engine_build import ensure
from runtime.orphans import end, living
from runtime.ports import free_port
from runtime.processes import Program, Service, Supervisor
from runtime.settings import Settings, load_settings
from runtime.temporal import EmbeddedTemporal


class OneOfAKind(Program):
    """A program of which a data folder has one: what a killed `up` left of it is ended before it starts."""

    def __init__(self, settings: Settings, name: str, command: list[str], **options: Unpack[ProgramOptions]) -> None:
        super().__init__(name, command, log=settings.logs / f"{name}.log", **options)
        self._mark = command[-1]
        self._pid_file = settings.data_dir / f"{name}.pid"

    def start(self) -> None:
        """End a leftover, then start. A reused process id, whose command line is another, is left alone."""
        if self.poll() is not None or self.pid is None:
            self._end_leftover()
        super().start()
        self._pid_file.write_text(str(self.pid), encoding="ascii")

    def stop(self) -> None:
        """Stop it; nothing is left over."""
        super().stop()
        self._pid_file.unlink(missing_ok=True)

    def _end_leftover(self) -> None:
        try:
            pid = int(self._pid_file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return
        leftover = living(pid, self._mark)
        if leftover is not None:
            end(leftover, signal.SIGTERM, timeout=10)


class ProgramOptions(TypedDict, total=False):
    """What else a program may be given."""

    environment: dict[str, str]
    ready: Callable[[], bool]
    stop_seconds: float


@dataclass(frozen=True)
class Servers:
    """What cases run on."""

    database: Database
    temporal_address: str
    temporal_ui: str | None


def restarted(name: str, times: int) -> None:
    """Said when a process died and was brought back."""
    warn(f"{_NAMES.get(name, name)}意外退出，已重新启动（第 {times} 次）。")


_NAMES = {
    "postgres": "数据库",
    "temporal": "流程引擎",
    "worker": "工作进程",
    "web": "网页",
    "ballot": "投票服务",
    **{f"postgres-{part}": f"{name}的数据库" for part, name in ballot_parts.NAMES.items()},
}


def engine_program(settings: Settings) -> Path | None:
    """The engine's program, built once where there is none (with its progress shown); None for a foreign cluster."""
    return ensure(settings.temporal_binary) if settings.embedded_temporal else None


async def start_servers(
    settings: Settings, supervisor: Supervisor, program: Path | None, *, quiet: bool = False
) -> Servers:
    """Start the embedded servers that the settings ask for, side by side, and wait until they answer."""
    services: list[Service] = []
    address, ui = settings.temporal_address or "", None
    engine = None
    if settings.database_url is None:
        postgres = embedded_postgres(settings)
        services.append(postgres)
        database = Database(settings, postgres.url, postgres.superuser_url)
        _tell(f"启动数据库（{settings.data_dir / 'postgres'}）", quiet=quiet)
    else:
        database = Database(settings, settings.database_url.get_secret_value(), None)
        _tell("使用已有的数据库（JIANDU_DATABASE_URL）", quiet=quiet)
    if clusters := ballot_parts.embedded_clusters(settings):
        services += clusters.values()
        _tell(f"启动投票用的数据库（{settings.data_dir / 'ballot'}）", quiet=quiet)
    if program is not None:
        folder = settings.data_dir / "temporal"
        if not (folder / "temporal.db").exists():
            ask_for_recovery(settings)  # it will know no case; noted before it has a file by which to tell
        engine = EmbeddedTemporal(
            program,
            folder,
            namespace=settings.temporal_namespace,
            port=settings.temporal_port,
            ui_port=settings.temporal_ui_port or free_port(0),
            log=settings.logs / "temporal.log",
        )
        services.append(engine)
        _tell(f"启动流程引擎（{folder}）", quiet=quiet)
    else:
        _tell(f"使用已有的流程引擎（{address}）", quiet=quiet)
    await supervisor.start(*services)
    if engine is not None:
        address, ui = engine.address, engine.ui_address
    return Servers(database, address, ui)


async def start_worker(settings: Settings, supervisor: Supervisor, *, quiet: bool = False) -> None:
    """Start the worker and watch it."""
    _tell("启动工作进程", quiet=quiet)
    await supervisor.start(worker_program(settings))


async def start_ballot(settings: Settings, supervisor: Supervisor, *, quiet: bool = False) -> dict[str, str]:
    """Start the issuers, the box and the board, in one process, and wait until they listen. Returns their origins.

    A port that is taken is replaced by a free one, and this is said: phones find a poll's parts by the addresses in its
    manifest. Worker and pages, which are started afterwards, are told by the environment.
    """
    if not settings.ballot_parts:
        return {}
    for part in ballot_parts.PARTS:
        wished = ballot_parts.port_of(settings, part)
        port = free_port(wished)
        if wished not in {0, port}:
            warn(f"{ballot_parts.NAMES[part]}的端口 {wished} 被占用，改用 {port}；已经设置好的测评要用原来的端口。")
        os.environ[f"JIANDU_BALLOT_{part.upper()}_PORT"] = str(port)
    _tell("启动发票方、票箱、公告栏", quiet=quiet)
    settings = load_settings()
    ports = [ballot_parts.port_of(settings, part) for part in settings.ballot_parts]
    program = OneOfAKind(
        settings,
        "ballot",
        [sys.executable, "-m", "cli", "ballot", "serve"],
        ready=lambda: all(_listens(settings.ballot_host, port) for port in ports),
        stop_seconds=10,
    )
    await supervisor.start(program)
    return {part: ballot_parts.origin(settings, part) for part in sorted(settings.ballot_parts)}


async def start_web(settings: Settings, supervisor: Supervisor) -> tuple[str, int]:
    """Start the pages, and the count desk beside them; wait until they answer. Their address, and the desk's port."""
    port = free_port(settings.web_port)
    host = "127.0.0.1" if settings.web_host in ("0.0.0.0", "::") else settings.web_host  # noqa: S104 - compared, not bound
    address = f"http://{host}:{port}"
    step("启动网页")
    # The address of the count desk is printed on slips: another port is taken only when the wished one is busy.
    desk_port = free_port(settings.count_desk_port)
    if desk_port != settings.count_desk_port:
        warn(f"计票台的端口 {settings.count_desk_port} 被占用，改用 {desk_port}。")
    environment = {**os.environ, "JIANDU_WEB_PORT": str(port), "JIANDU_COUNT_DESK_PORT": str(desk_port)}
    program = OneOfAKind(
        settings,
        "web",
        [sys.executable, "-m", "cli", "web"],
        environment=environment,
        ready=lambda: _answers(f"{address}/healthz"),
        stop_seconds=5,
    )
    await supervisor.start(program)
    return address, desk_port


def worker_program(settings: Settings) -> Program:
    """`python worker.py` as a process that is watched."""
    spec = importlib.util.find_spec("worker")
    if spec is None or spec.origin is None:
        raise Failure("找不到 worker.py。", "重新安装 jiandu。")
    return OneOfAKind(settings, "worker", [sys.executable, spec.origin])


def _tell(message: str, *, quiet: bool) -> None:
    if not quiet:
        step(message)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - always our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _listens(host: str, port: int) -> bool:
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


async def unless_stopped(supervisor: Supervisor, work: asyncio.Task[None]) -> bool:
    """Whether the work was done before somebody asked for the end; if not, it was cancelled. Raises what it raised."""
    stop = asyncio.create_task(supervisor.wait(), name="stop asked for")
    try:
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            return False
        work.result()
        return True
    finally:
        stop.cancel()
