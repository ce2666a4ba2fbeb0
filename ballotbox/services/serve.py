"""Several applications in one process, each on a port of its own, with or without HTTPS; stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.types import ASGIApp

_GRACE_SECONDS = 5


class Listener(NamedTuple):
    """An application and where it listens."""

    name: str
    app: ASGIApp
    host: str
    port: int


class Https(NamedTuple):
    """PEM files: the certificate with its chain, and its private key."""

    certificate: Path
    key: Path


class NotServing(RuntimeError):
    """A listener did not come up; the message says which, in Chinese."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are for the whole process: `serve` takes them once.
        yield


async def serve(
    listeners: Sequence[Listener], https: Https | None = None, ready: Callable[[], None] | None = None
) -> None:
    """Serve all until SIGINT or SIGTERM. `ready` is called once all listen.

    Raises:
        NotServing: one cannot listen.
    """
    servers = {listener.name: _Server(_config(listener, https)) for listener in listeners}
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    running = {name: asyncio.create_task(_run(server), name=name) for name, server in servers.items()}
    try:
        await _until_listening(servers, running, stopped)
        if ready is not None and not stopped.is_set():
            ready()
        stop = asyncio.create_task(stopped.wait(), name="stop asked for")
        done, _ = await asyncio.wait([stop, *running.values()], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        for task in done - {stop}:
            task.result()
    finally:
        for server in servers.values():
            server.should_exit = True
        await asyncio.gather(*running.values(), return_exceptions=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _config(listener: Listener, https: Https | None) -> uvicorn.Config:
    config = uvicorn.Config(
        listener.app,
        host=listener.host,
        port=listener.port,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=https.certificate if https else None,
        ssl_keyfile=https.key if https else None,
    )
    config.load()
    if config.ssl is not None:
        # A resumed session would tie one connection to an earlier one.
        config.ssl.options |= ssl.OP_NO_TICKET
        config.ssl.num_tickets = 0
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config


async def _run(server: _Server) -> None:
    # uvicorn leaves with SystemExit when a port is taken; that would end all others without their shutdown.
    try:
        await server.serve()
    except SystemExit:
        server.should_exit = True


async def _until_listening(
    servers: dict[str, _Server], running: dict[str, asyncio.Task[None]], stopped: asyncio.Event
) -> None:
    while not all(server.started for server in servers.values()) and not stopped.is_set():
        for name, task in running.items():
            if task.done() and not servers[name].started:
                task.result()
                config = servers[name].config
                where = f"{config.host}:{config.port}"
                raise NotServing(f"{name}没有启动：端口 {where} 可能被占用，或它的数据库没有应答（见日志）。")
        await asyncio.sleep(0.02)
