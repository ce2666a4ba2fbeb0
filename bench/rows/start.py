"""The whole product is started, and left alone."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import httpx
import psutil

from bench.bench import Bench, Row
from bench.measure import Spread
from bench.report import Figure, Goal, Result, Unit
from commands.addresses import Addresses
from runtime.engine_build import ensure

TITLE = "`jiandu up` in an empty folder, engine cached: first page; idle memory of everything"
_PATIENCE = 120.0


async def measure(bench: Bench) -> Result:
    """Start to the first page, and the memory of all its processes once they have nothing to do."""
    program = await asyncio.to_thread(ensure)
    seconds, memory = [], []
    for _ in range(bench.repetitions):
        spent, used = await _once(program, bench.sized(15, 1))
        seconds.append(spent)
        memory.append(used)
    first_page = Figure(name="start to first page", unit=Unit.SECONDS, spread=Spread(values=tuple(seconds)))
    idle = Figure(name="idle memory", unit=Unit.MEGABYTES, spread=Spread(values=tuple(memory)))
    return Result(
        key=ROW.key,
        title=TITLE,
        goals=(Goal(figure=first_page, bound=10, at_least=False), Goal(figure=idle, bound=700, at_least=False)),
        figures=(first_page, idle),
        notes=("Creation of the database included. Memory is the proportional share (PSS) of all processes.",),
    )


async def _once(program: Path, idle: float) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="jiandu-bench-up-", ignore_cleanup_errors=True) as name:
        folder = Path(name) / "data"
        environment = {
            **os.environ,
            "JIANDU_DATA_DIR": str(folder),
            "JIANDU_TEMPORAL_BINARY": str(program),
        }
        begun = perf_counter()
        running = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("jiandu"), "up", env=environment, stdout=subprocess.DEVNULL
        )
        try:
            await _first_page(running, folder, begun)
            spent = perf_counter() - begun
            await asyncio.sleep(idle)
            return spent, _memory(running.pid)
        finally:
            if running.returncode is None:
                running.send_signal(signal.SIGINT)
            await running.wait()


async def _first_page(running: asyncio.subprocess.Process, folder: Path, begun: float) -> None:
    addresses = folder / "addresses.json"
    async with httpx.AsyncClient() as client:
        while True:
            if running.returncode is not None or perf_counter() - begun > _PATIENCE:
                raise RuntimeError(f"`jiandu up` did not start (exit code {running.returncode})")
            if addresses.is_file():
                page = await client.get(Addresses.model_validate_json(addresses.read_text(encoding="utf-8")).web)
                page.raise_for_status()
                return
            await asyncio.sleep(0.02)


def _memory(pid: int) -> float:
    process = psutil.Process(pid)
    shares = [each.memory_full_info().pss for each in [process, *process.children(recursive=True)]]
    return float(sum(shares)) / 2**20


ROW = Row("start", TITLE, measure)
