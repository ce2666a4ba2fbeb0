"""A child process of ours, in a group of its own: Ctrl-C reaches us first and we stop the children in our order."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from runtime.postgres_account import Account

_ROTATE_BYTES = 20_000_000


class Child:
    """One process at a time; `start` may be called again after it has ended."""

    def __init__(self, log: Path | None) -> None:
        """`log` takes its output, the former one kept as `.1` when grown large; None: it writes where we write."""
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        account: Account | None = None,
    ) -> None:
        """Start it. `account`: the system account it runs as, when it is not ours."""
        options = account.as_child() if account is not None else {}
        with self._output() as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=environment,
                process_group=0,
                **options,
            )

    def poll(self) -> int | None:
        """The exit code once it has ended; None while it runs (or was never started)."""
        return self._process.poll() if self._process is not None else None

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal in turn and wait its seconds; at last kill the whole group."""
        process = self._process
        if process is None:
            return
        for how, seconds in steps:
            if process.poll() is not None:
                break
            process.send_signal(how)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        self.kill()
        self._process = None

    def kill(self) -> None:
        """End it and what it started, at once."""
        if self._process is None or self._process.poll() is not None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self._process.wait()

    def log_end(self, lines: int = 12) -> str:
        """The last lines of its log, for a message that says why it did not start."""
        if self.log is None or not self.log.is_file():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def _output(self) -> _Output:
        return _Output(self.log)


class _Output:
    """The child's output: a log file that we close again after the fork, or our own standard error."""

    def __init__(self, log: Path | None) -> None:
        self._log = log
        self._descriptor: int | None = None

    def __enter__(self) -> int | None:
        if self._log is None:
            return None
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self._log.is_file() and self._log.stat().st_size > _ROTATE_BYTES:
            self._log.replace(self._log.with_name(self._log.name + ".1"))
        self._descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return self._descriptor

    def __exit__(self, *failure: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
