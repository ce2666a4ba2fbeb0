"""The process group of `jiandu up`: started in order, restarted when one dies, stopped in reverse order."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from runtime.child import Child

_LOG = structlog.get_logger("runtime.processes")
_LOOK_SECONDS = 0.2
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
_STEADY_SECONDS = 60.0


class Service(Protocol):
    """A server that we run. `start` and `stop` block and run in threads; after a death `start` is called again."""

    @property
    def name(self) -> str: ...

    def start(self) -> None:
        """Start it and wait until it is ready to serve; raises when it cannot."""

    def poll(self) -> int | None:
        """The exit code once it has ended, None while it runs."""

    def stop(self) -> None:
        """Stop it cleanly, within seconds; no error when it has ended already."""

    def kill(self) -> None:
        """End it at once."""


class Program:
    """A command of ours (worker, web) as a service: ready when `ready` says so, stopped by SIGTERM."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        ready: Callable[[], bool] | None = None,
        ready_seconds: float = 60.0,
        stop_seconds: float = 15.0,
    ) -> None:
        """`environment`: the whole environment, None for ours. `ready` is asked again and again while it starts."""
        self.name = name
        self._command = list(command)
        self._environment = environment
        self._ready = ready
        self._ready_seconds = ready_seconds
        self._stop_seconds = stop_seconds
        self._child = Child(log)

    @property
    def pid(self) -> int | None:
        return self._child.pid

    def start(self) -> None:
        """Start the command and wait until it is ready.

        Raises:
            ProgramError: it ended at once or is not ready in time.
        """
        if self._child.alive:
            return
        self._child.start(self._command, environment=self._environment)
        deadline = time.monotonic() + self._ready_seconds
        while self._ready is not None and not self._ready():
            code = self._child.poll()
            if code is not None or time.monotonic() > deadline:
                self.stop()
                why = f"已退出，代码 {code}" if code is not None else f"{self._ready_seconds:.0f} 秒内没有就绪"
                raise ProgramError(f"{self.name} 没有启动成功（{why}）。\n{self._child.log_end()}".rstrip())
            time.sleep(0.1)

    def poll(self) -> int | None:
        """The exit code once it has ended, None while it runs."""
        return self._child.poll()

    def stop(self) -> None:
        """SIGTERM, time to drain, then kill."""
        self._child.stop((signal.SIGTERM, self._stop_seconds))

    def kill(self) -> None:
        """End it at once."""
        self._child.kill()


class ProgramError(RuntimeError):
    """A command of ours did not come up."""


@dataclass(eq=False)
class _Watched:
    service: Service
    started: float
    pause: float = _FIRST_PAUSE
    restarts: int = 0


class Supervisor:
    """Starts services, keeps them alive, stops them. One task uses it; the services' blocking calls run in threads."""

    def __init__(self, on_restart: Callable[[str, int], None] | None = None) -> None:
        """`on_restart` is told the name of a service that was brought back, and how often that has happened."""
        self._watched: list[_Watched] = []
        self._watchers: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._on_restart = on_restart

    async def start(self, *services: Service) -> None:
        """Start the services side by side and wait for all; later calls start what builds on them. Then watch them.

        Raises:
            RuntimeError: the first failure; the services that did start are watched and will be stopped.
        """
        begun = [_Watched(service, time.monotonic()) for service in services]
        # Known before they run: `kill` must reach one that never becomes ready.
        self._watched.extend(begun)
        starting = [asyncio.ensure_future(asyncio.to_thread(service.start)) for service in services]
        try:
            await asyncio.shield(asyncio.wait(starting))
        except asyncio.CancelledError:
            # A thread cannot be cancelled. What it starts would be nobody's, so it is waited for; `stop` then ends it.
            await asyncio.wait(starting)
            raise
        failures = [done.exception() for done in starting]
        for watched, failure in zip(begun, failures, strict=True):
            if failure is None:
                watcher = asyncio.create_task(self._watch(watched), name=f"watch {watched.service.name}")
                self._watchers.append(watcher)
            else:
                self._watched.remove(watched)
        for failure in failures:
            if failure is not None:
                raise failure

    def request_stop(self) -> None:
        """Let `wait` return: what a signal does."""
        self._stopping.set()

    async def wait(self) -> None:
        """Until a stop is asked for, by a signal or by `request_stop`."""
        await self._stopping.wait()

    async def stop(self) -> None:
        """Stop everything in the reverse order of starting."""
        self._stopping.set()
        for watcher in self._watchers:
            watcher.cancel()
        # A watcher may be in the middle of a restart, in a thread: it ends first, or something would start behind us.
        await asyncio.gather(*self._watchers, return_exceptions=True)
        self._watchers.clear()
        while self._watched:
            service = self._watched[-1].service
            await asyncio.to_thread(service.stop)
            self._watched.pop()

    def kill(self) -> None:
        """End everything at once: for the second Ctrl-C."""
        for watched in reversed(self._watched):
            watched.service.kill()

    async def _watch(self, watched: _Watched) -> None:
        while not self._stopping.is_set():
            await asyncio.sleep(_LOOK_SECONDS)
            code = watched.service.poll()
            if code is not None:
                await self._restart(watched, code)

    async def _restart(self, watched: _Watched, code: int) -> None:
        service = watched.service
        if time.monotonic() - watched.started > _STEADY_SECONDS:
            watched.pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            _LOG.warning("service_died", service=service.name, code=code, pause=watched.pause)
            await asyncio.sleep(watched.pause)
            watched.pause = min(watched.pause * 2, _LONGEST_PAUSE)
            starting = asyncio.ensure_future(asyncio.to_thread(service.start))
            try:
                await asyncio.shield(starting)
            except asyncio.CancelledError:
                await asyncio.wait([starting])
                raise
            except (RuntimeError, OSError) as error:
                _LOG.exception("service_not_restarted", service=service.name, reason=str(error))
                continue
            watched.started = time.monotonic()
            watched.restarts += 1
            _LOG.info("service_restarted", service=service.name, restarts=watched.restarts)
            if self._on_restart is not None:
                self._on_restart(service.name, watched.restarts)
            return


@asynccontextmanager
async def supervised(on_restart: Callable[[str, int], None] | None = None) -> AsyncIterator[Supervisor]:
    """A supervisor that stops when SIGINT or SIGTERM comes; a second one kills. On leaving, everything has stopped."""
    loop = asyncio.get_running_loop()
    supervisor = Supervisor(on_restart)
    asked = 0

    def on_signal() -> None:
        nonlocal asked
        asked += 1
        supervisor.request_stop()
        if asked > 1:
            supervisor.kill()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        yield supervisor
    finally:
        try:
            await supervisor.stop()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
