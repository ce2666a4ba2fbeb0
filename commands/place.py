"""Where a subcommand works: the settings in force and the database, started for its time where no `jiandu up` runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from commands.lock import Taken, own
from commands.outcome import Failure
from runtime.postgres import EmbeddedPostgres
from runtime.settings import Settings, load_settings

_WAIT_SECONDS = 60.0
"""How long to wait for a database that another process is just starting."""


@dataclass(frozen=True)
class Database:
    """A database that answers. `superuser_url` is None where it is not ours to administer."""

    settings: Settings
    url: str
    superuser_url: str | None


def embedded_postgres(settings: Settings) -> EmbeddedPostgres:
    """The database server of the data folder, started or not."""
    return EmbeddedPostgres(settings.data_dir / "postgres", settings.logs / "postgres.log")


@asynccontextmanager
async def open_database(settings: Settings | None = None) -> AsyncIterator[Database]:
    """The database of the settings: `JIANDU_DATABASE_URL`, else the embedded one, started and stopped if it does not run.

    Raises `Failure` when another process holds the data folder and its database does not come up."""
    settings = settings or load_settings()
    if settings.database_url is not None:
        yield Database(settings, settings.database_url.get_secret_value(), None)
        return
    server = embedded_postgres(settings)
    if await asyncio.to_thread(server.running):
        yield Database(settings, server.url, server.superuser_url)
        return
    try:
        with own(settings.data_dir, "jiandu"):
            await asyncio.to_thread(server.start)
            try:
                yield Database(settings, server.url, server.superuser_url)
            finally:
                await asyncio.to_thread(server.stop)
        return
    except Taken as taken:
        owner = taken.holder
    for _ in range(int(_WAIT_SECONDS / 0.5)):
        if await asyncio.to_thread(server.running):
            yield Database(settings, server.url, server.superuser_url)
            return
        await asyncio.sleep(0.5)
    raise Failure(
        f"数据文件夹正被另一个进程使用（{owner or '不明'}），而它的数据库没有启动。",
        "查看该进程的输出，或用 Ctrl-C 结束它再试。",
        code="busy",
    )
