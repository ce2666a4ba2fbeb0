"""`jiandu ballot serve`: the parts of the secret ballot that this installation runs, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import uvloop
from starlette.types import ASGIApp

from ballotbox.page import page_bytes
from ballotbox.services.board import board_app
from ballotbox.services.box.app import box_app
from ballotbox.services.cluster import ClusterRefused
from ballotbox.services.issuer.app import issuer_app
from ballotbox.services.serve import Https, Listener, NotServing, serve
from commands.outcome import Exit, Failure
from commands.screen import say
from runtime.ballot_parts import NAMES, PARTS, Part, cluster_url, embedded_clusters, office_key, origin, port_of
from runtime.data_folder import DataFolder
from runtime.logging import configure_logging
from runtime.processes import supervised
from runtime.settings import Settings, load_settings


def serve_parts() -> int:
    """Serve until SIGINT or SIGTERM."""
    settings = load_settings()
    configure_logging(settings.log_format, settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(_serve(settings))
        except (ClusterRefused, NotServing) as refused:
            raise Failure(str(refused)) from refused
    return Exit.OK


async def _serve(settings: Settings) -> None:
    parts = [part for part in PARTS if part in settings.ballot_parts]
    async with _clusters(settings), AsyncExitStack() as stack:
        listeners = [
            Listener(NAMES[part], await _app(settings, part, stack), settings.ballot_host, port_of(settings, part))
            for part in parts
        ]

        def ready() -> None:
            for part in parts:
                say(f"{NAMES[part]} {origin(settings, part)}")

        await serve(listeners, _https(settings), ready)


async def _app(settings: Settings, part: Part, stack: AsyncExitStack) -> ASGIApp:
    folder, board = settings.ballot_folder(part), settings.ballot_folder("board")
    if part == "board":
        return board_app(board, page_bytes, [origin(settings, other) for other in ("a", "b", "box")])
    url, key = cluster_url(settings, part), office_key(settings, part)
    if part == "box":
        return box_app(url, folder, board, key)
    return await stack.enter_async_context(issuer_app(part, folder, url, key))


def _https(settings: Settings) -> Https | None:
    if settings.ballot_certificate is None:
        return None
    if settings.ballot_certificate_key is None:
        raise Failure("有证书而没有私钥。", "设置 JIANDU_BALLOT_CERTIFICATE_KEY。")
    for file in (settings.ballot_certificate, settings.ballot_certificate_key):
        if not file.is_file():
            raise Failure(f"证书文件打不开：{file}", "核对路径和权限（docs/operations-ballot.md 的“会场的 HTTPS”）。")
    return Https(settings.ballot_certificate, settings.ballot_certificate_key)


@asynccontextmanager
async def _clusters(settings: Settings) -> AsyncIterator[None]:
    """Under `jiandu up` the embedded clusters run already; where a part runs alone they are started here."""
    clusters = embedded_clusters(settings).values()
    if all([await asyncio.to_thread(cluster.running) for cluster in clusters]):
        yield
        return
    with DataFolder(settings.data_dir):
        async with supervised() as supervisor:
            await supervisor.start(*clusters)
            yield
