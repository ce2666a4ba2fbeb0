"""A data folder with the real command on it: what a person at a terminal has."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from runtime.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
READY = "监督已启动"
PATIENCE = 120.0
PARTS = ("a", "b", "box", "board")


def eventually(condition: Any, what: str, patience: float = PATIENCE) -> Any:
    """What `condition` answers once it is true; fails after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not in {patience:.0f} s: {what}"
        time.sleep(0.1)
    return answer


def _four_ports() -> tuple[int, ...]:
    found: set[int] = set()
    while len(found) < len(PARTS):
        found.add(free_port(0))
    return tuple(found)


@dataclass(frozen=True)
class Place:
    """One data folder."""

    folder: Path
    ballot_ports: tuple[int, ...] = field(default_factory=_four_ports)
    """Of issuers, box and board: every command must know them."""
    desk_port: int = field(default_factory=lambda: free_port(0))

    @property
    def environment(self) -> dict[str, str]:
        """Of every command: this folder, free ports, nothing of the surroundings."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("JIANDU_")}
        if "JIANDU_TEMPORAL_BINARY" in os.environ:
            inherited["JIANDU_TEMPORAL_BINARY"] = os.environ["JIANDU_TEMPORAL_BINARY"]
        return {
            **inherited,
            "JIANDU_DATA_DIR": str(self.folder),
            "JIANDU_TEMPORAL_PORT": "0",
            "JIANDU_TEMPORAL_UI_PORT": "0",
            "JIANDU_WEB_PORT": "0",
            "JIANDU_COUNT_DESK_PORT": str(self.desk_port),
            **{f"JIANDU_BALLOT_{part.upper()}_PORT": str(self._port(part)) for part in PARTS},
        }

    def at(self, part: str, path: str) -> str:
        """An address of a part of the ballot."""
        return f"http://127.0.0.1:{self._port(part)}{path}"

    def _port(self, part: str) -> int:
        return self.ballot_ports[PARTS.index(part)]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a subcommand to its end."""
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def json(self, *arguments: str, code: int = 0) -> Any:
        """What a subcommand prints with `--json`, after it has left with `code`."""
        done = self.run(*arguments, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def up(self, *options: str) -> Up:
        """Start `jiandu up` and wait until it says that it is ready."""
        running = self.starting(*options)
        eventually(lambda: READY in running.said or running.process.poll() is not None, "up is ready")
        assert running.process.poll() is None, running.said
        return running

    def starting(self, *options: str) -> Up:
        """Start `jiandu up` and wait for nothing."""
        output = self.folder.with_name(f"{self.folder.name}-up-{time.monotonic_ns()}.txt")
        with output.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up", *options],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Up(self, process, output)


@dataclass(frozen=True)
class Up:
    """A running `jiandu up`."""

    place: Place
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def said(self) -> str:
        """Everything it printed so far."""
        return self.output.read_text(encoding="utf-8")

    @property
    def addresses(self) -> dict[str, Any]:
        """Where it is, as it wrote down."""
        found: dict[str, Any] = json.loads((self.place.folder / "addresses.json").read_text(encoding="utf-8"))
        return found

    def children(self) -> list[psutil.Process]:
        """Every process that it started, and those that they started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, argument: str) -> psutil.Process | None:
        """Its own child with `argument` in its command line."""
        for each in psutil.Process(self.process.pid).children():
            if each.is_running() and any(argument in part for part in each.cmdline()):
                return each
        return None

    def interrupt(self) -> int:
        """Ctrl-C. Gives the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def end(self) -> None:
        """Stop it whatever the test did."""
        if self.process.poll() is None:
            self.interrupt()
