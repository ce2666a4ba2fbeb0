"""The count desk beside the pages: the same process, a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import uvicorn

from runtime.ports import free_port
from runtime.settings import Settings
from web.count_desk.app import create_desk
from web.count_desk.site import DeskSite


class _Beside(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are the pages' server's, which is the process.
        yield


def desk_origin(settings: Settings) -> str:
    """The count desk's address, as those who sit at it open it."""
    scheme = "http" if settings.ballot_certificate is None else "https"
    host = "127.0.0.1" if settings.ballot_host in ("0.0.0.0", "::") else settings.ballot_host  # noqa: S104 - compared
    return f"{scheme}://{host}:{settings.count_desk_port}"


@contextlib.asynccontextmanager
async def desk_beside(settings: Settings, site: DeskSite) -> AsyncIterator[str | None]:
    """Serve the count desk until the context ends. Gives its address; None when its port is taken by another."""
    if free_port(settings.count_desk_port) != settings.count_desk_port:
        yield None
        return
    config = uvicorn.Config(
        create_desk(site),
        host=settings.ballot_host,
        port=settings.count_desk_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        ssl_certfile=settings.ballot_certificate,
        ssl_keyfile=settings.ballot_certificate_key,
    )
    server = _Beside(config)
    serving = asyncio.create_task(server.serve(), name="count desk")
    try:
        yield desk_origin(settings)
    finally:
        server.should_exit = True
        await serving
