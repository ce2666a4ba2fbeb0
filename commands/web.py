"""`jiandu web`: the pages alone, on the database and engine that run."""

from __future__ import annotations

import asyncio

import uvicorn
from temporalio.client import Client

from ballotbox.count_desk import CountDesk
from ballotbox.polls import PollKey
from ballotbox.secret.manifest import Poll
from commands.ballot.desk_server import desk_beside, desk_origin
from commands.checkup import Checkup
from commands.demo_mark import demo_town
from commands.doctor import database_url
from commands.keys import note_keys
from commands.outcome import Exit, Failure
from commands.screen import say, warn
from domain.roster.books import TOWN
from eventstore.books import read_book
from eventstore.store import EventStore
from projections import subscribers
from runtime.ballot_parts import origin
from runtime.logging import configure_logging
from runtime.settings import load_settings
from runtime.temporal import TemporalError, connect
from web.acts.counter import Counter
from web.app import create_app
from web.count_desk.site import DeskSite
from web.site import Site
from worker import ballot_offices, notice_post, opened_box, sealed_converter
from workflows.client import CaseClient, EngineUnavailable


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
        try:
            client = await engine_client()
        except TemporalError as error:
            raise EngineUnavailable(str(error)) from error
        return CaseClient(client, settings.town, store, settings.task_queue, in_flight=in_flight)

    async def hall_link(poll: PollKey) -> str | None:
        """The phones' address, once the poll has a manifest."""
        manifest = await box.adopted(poll)
        return None if manifest is None else f"{origin(settings, 'board')}/#m={Poll(manifest).hash.hex()}"

    # What staff enter on pages is an append like any other: without its subscribers the read models would fall behind.
    async with (
        EventStore.open(url, subscribers=subscribers()) as store,
        opened_box(settings, url) as box,
        ballot_offices(settings) as offices,
    ):
        checkup = Checkup(settings, url, store, engine_client)
        demo = demo_town(settings)
        entered = await read_book(store, settings.town, TOWN)
        site = Site(
            town=settings.town,
            town_name=settings.town_name or entered.name or demo or settings.town,
            engine=store.engine,
            ready=checkup.essential,
            status=checkup.all,
            demo=demo is not None,
            counter=Counter(store, settings.town, cases),
            box=box,
            offices=offices,
            hall_link=hall_link,
            count_desk=desk_origin(settings),
            routes=notice_post(settings, store).routes,
            log_keys=note_keys(settings),
            papers=settings.data_dir / "papers",
        )
        desk = DeskSite(site.town, site.town_name, store.engine, CountDesk(store.engine), box)
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
        async with desk_beside(settings, desk) as count_desk:
            if count_desk is None:
                warn(f"计票台没有启动：端口 {settings.count_desk_port} 被占用；用 JIANDU_COUNT_DESK_PORT 另指定。")
            await server.serve()
        if not server.started:
            raise Failure(f"网页没有启动：端口 {settings.web_port} 可能被占用。", "改用 JIANDU_WEB_PORT 指定的端口。")
    return Exit.OK
