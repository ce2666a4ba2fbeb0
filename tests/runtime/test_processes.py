"""The process group: a dead child is brought back, everything stops in reverse order, a second Ctrl-C kills."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from runtime.postgres import EmbeddedPostgres
from runtime.processes import Program, ProgramError, Supervisor

ROOT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about")


@dataclass
class Recorder:
    """A service that runs nothing and writes down what it is told."""

    name: str
    told: list[str] = field(default_factory=list)
    fails: int = 0
    ended: int | None = None

    def start(self) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError(f"{self.name} cannot")
        self.ended = None
        self.told.append(f"start {self.name}")

    def poll(self) -> int | None:
        return self.ended

    def stop(self) -> None:
        self.told.append(f"stop {self.name}")

    def kill(self) -> None:
        self.told.append(f"kill {self.name}")


async def test_everything_stops_in_reverse_order() -> None:
    told: list[str] = []
    supervisor = Supervisor()
    for name in ("database", "engine", "worker"):
        await supervisor.start(Recorder(name, told))
    await supervisor.stop()
    assert told == ["start database", "start engine", "start worker", "stop worker", "stop engine", "stop database"]


async def test_a_killed_child_is_brought_back(folder: Path) -> None:
    program = Program("sleeper", SLEEPER, log=folder / "sleeper.log")
    restarts: list[tuple[str, int]] = []
    supervisor = Supervisor(on_restart=lambda name, count: restarts.append((name, count)))
    await supervisor.start(program)
    try:
        for count in (1, 2):
            killed = program.pid
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            await until(lambda count=count: len(restarts) == count)  # type: ignore[misc]  # a default binds the count
            assert program.pid != killed
            assert program.poll() is None
    finally:
        await supervisor.stop()
    assert restarts == [("sleeper", 1), ("sleeper", 2)]


async def test_a_killed_database_comes_back_with_its_data(postgres: EmbeddedPostgres) -> None:
    supervisor = Supervisor()
    await supervisor.start(postgres)
    try:
        killed = postgres.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await until(lambda: postgres.pid != killed and postgres.poll() is None and postgres.running())
    finally:
        await supervisor.stop()
    assert not postgres.running()


async def test_a_restart_that_fails_is_tried_again() -> None:
    service = Recorder("worker")
    supervisor = Supervisor()
    await supervisor.start(service)
    service.fails = 1
    service.ended = 1
    await until(lambda: service.told.count("start worker") == 2)
    await supervisor.stop()
    assert service.told[-1] == "stop worker"


async def test_a_failed_start_leaves_the_others_to_be_stopped() -> None:
    told: list[str] = []
    supervisor = Supervisor()
    with pytest.raises(RuntimeError, match="engine cannot"):
        await supervisor.start(Recorder("database", told), Recorder("engine", told, fails=1))
    await supervisor.stop()
    assert told == ["start database", "stop database"]


async def test_a_start_that_is_given_up_leaves_nothing_running(folder: Path) -> None:
    """Ctrl-C while a child is still coming up: its thread goes on, and what it starts must not be forgotten."""
    program = Program("slow", SLEEPER, log=folder / "slow.log", ready=lambda: False, ready_seconds=2)
    service = Program("quick", SLEEPER, log=folder / "quick.log")
    supervisor = Supervisor()
    start = asyncio.create_task(supervisor.start(program, service))
    await until(lambda: program.pid is not None and service.pid is not None)
    family = [psutil.Process(pid) for pid in (program.pid, service.pid)]
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    await supervisor.stop()
    assert not [process for process in family if process.is_running()]


async def test_what_never_becomes_ready_can_be_killed(folder: Path) -> None:
    program = Program("never", SLEEPER, log=folder / "never.log", ready=lambda: False, ready_seconds=600)
    supervisor = Supervisor()
    start = asyncio.create_task(supervisor.start(program))
    await until(lambda: program.pid is not None)
    supervisor.kill()
    with pytest.raises(ProgramError):
        await start
    await supervisor.stop()


def test_a_program_that_ends_at_once_says_why(folder: Path) -> None:
    program = Program(
        "broken",
        [sys.executable, "-c", "raise SystemExit('no such town')"],
        log=folder / "broken.log",
        ready=lambda: False,
    )
    with pytest.raises(ProgramError, match="no such town"):
        program.start()


def test_a_program_that_ignores_the_signal_is_killed_with_its_children(folder: Path) -> None:
    stubborn = textwrap.dedent(
        """
        import signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print("up", flush=True)
        time.sleep(600)
        """
    )
    log = folder / "stubborn.log"
    program = Program(
        "stubborn",
        [sys.executable, "-c", stubborn],
        log=log,
        ready=lambda: log.exists() and "up" in log.read_text(),
        stop_seconds=0.2,
    )
    program.start()
    assert program.pid is not None
    family = [psutil.Process(program.pid), *psutil.Process(program.pid).children()]
    assert len(family) == 2
    program.stop()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


GROUP = """
import asyncio, sys
from runtime.processes import Program, supervised

STUBBORN = "from signal import *; import time; signal(SIGTERM, SIG_IGN); print('up', flush=True); time.sleep(600)"
QUIET = "import time; print('up', flush=True); time.sleep(600)"

async def main():
    async with supervised() as supervisor:
        code = STUBBORN if sys.argv[1] == "stubborn" else QUIET
        await supervisor.start(Program("child", [sys.executable, "-c", code], stop_seconds=60))
        await supervisor.wait()
    print("all stopped", flush=True)

asyncio.run(main())
"""


def run_group(kind: str) -> tuple[subprocess.Popen[str], psutil.Process]:
    """A process that supervises one child, as `jiandu up` does; returned once the child is up."""
    group = subprocess.Popen(
        [sys.executable, "-c", GROUP, kind], cwd=ROOT, stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert group.stdout is not None
    assert group.stdout.readline() == "up\n"
    (child,) = psutil.Process(group.pid).children()
    return group, child


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_terminals_group_stops_everything_cleanly(how: signal.Signals) -> None:
    group, child = run_group("quiet")
    os.killpg(group.pid, how)
    said, _ = group.communicate(timeout=30)
    assert (group.returncode, said) == (0, "all stopped\n")
    assert not child.is_running()


def test_a_second_ctrl_c_does_not_wait(folder: Path) -> None:
    group, child = run_group("stubborn")
    group.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert child.is_running(), "the first one waits for the child to drain"
    group.send_signal(signal.SIGINT)
    said, _ = group.communicate(timeout=30)
    assert said == "all stopped\n"
    assert not child.is_running()
