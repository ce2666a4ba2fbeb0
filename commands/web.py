"""`jiandu web`: the pages alone, on the database and engine that run."""

from __future__ import annotations

import asyncio

import uvicorn
from temporalio.client import Client

from commands.checkup import Checkup
from commands.demo_mark import demo_town
from commands.doctor import database_url
from commands.outcome import Exit, Failure
from commands.screen import say
from eventstore.store import EventStore
from runtime.logging import configure_logging
from runtime.settings import load_settings
from runtime.temporal import connect
from web.acts.counter import Counter
from web.app import create_app
from web.site import Site
from worker import sealed_converter
from workflows.client import CaseClient


async def web() -> int:
    """Serve until SIGINT or SIGTERM."""
    settings = load_settings()
    configure_logging(settings.log_format, settings.log_level)
    url = database_url(settings)
    connecting: asyncio.Task[Client] | None = None

    async def engine_client() -> Client:
        # One connection for all checks; a failed attempt is forgotten, so that the next check tries again.
        nonlocal connecting
        if connecting is None or (connecting.done() and connecting.exception() is not None):
            connecting = asyncio.create_task(
                connect(settings, data_converter=sealed_converter(settings)), name="connect to the engine"
            )
        return await asyncio.shield(connecting)

    async def cases() -> CaseClient:
        in_flight = None if settings.embedded_temporal else settings.updates_in_flight
        return CaseClient(await engine_client(), settings.town, store, settings.task_queue, in_flight=in_flight)

    async with EventStore.open(url) as store:
        checkup = Checkup(settings, url, store, engine_client)
        demo = demo_town(settings)
        site = Site(
            town=settings.town,
            town_name=settings.town_name or demo or settings.town,
            engine=store.engine,
            ready=checkup.essential,
            status=checkup.all,
            demo=demo is not None,
            counter=Counter(store, settings.town, cases),
        )
        config = uvicorn.Config(
            create_app(site),
            host=settings.web_host,
            port=settings.web_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)
        say(f"网页 http://{settings.web_host}:{settings.web_port}（Ctrl-C 停止）")
        await server.serve()
        if not server.started:
            raise Failure(f"网页没有启动：端口 {settings.web_port} 可能被占用。", "改用 JIANDU_WEB_PORT 指定的端口。")
    return Exit.OK
