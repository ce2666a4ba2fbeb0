"""Servers that an earlier, killed process of ours left running: recognised by what they serve, then ended."""

from __future__ import annotations

import signal
import time

import psutil


def living(pid: int, argument: str) -> psutil.Process | None:
    """The process of that id if it still runs with `argument` on its command line (ids are reused by others)."""
    try:
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE and argument in process.cmdline():
            return process
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return None


def end(process: psutil.Process, how: signal.Signals, timeout: float) -> None:
    """Ask the process to stop with the signal `how`; kill it after `timeout` seconds."""
    try:
        process.send_signal(how)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            # An orphan that nobody reaps stays as a zombie: it has ended all the same.
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                return
            time.sleep(0.05)
        process.kill()
    except psutil.NoSuchProcess:
        return
