"""Where a subcommand works: the settings in force and the database, started for its time where no `jiandu up` runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from commands.outcome import Failure
from runtime.data_folder import DataFolder, DataFolderBusy
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
    """The database of the settings: `JIANDU_DATABASE_URL`, else the embedded one, started here if it does not run.

    Raises `Failure` when another process holds the data folder and its database does not come up.
    """
    settings = settings or load_settings()
    if settings.database_url is not None:
        yield Database(settings, settings.database_url.get_secret_value(), None)
        return
    server = embedded_postgres(settings)
    database = Database(settings, server.url, server.superuser_url)
    if await asyncio.to_thread(server.running):
        yield database
        return
    folder = DataFolder(settings.data_dir)
    try:
        folder.__enter__()
    except DataFolderBusy as busy:
        await _until_running(server, busy)
        yield database
        return
    try:
        await asyncio.to_thread(server.start)
        yield database
    finally:
        await asyncio.to_thread(server.stop)
        folder.__exit__(None, None, None)


async def _until_running(server: EmbeddedPostgres, busy: DataFolderBusy) -> None:
    for _ in range(int(_WAIT_SECONDS / 0.5)):
        if await asyncio.to_thread(server.running):
            return
        await asyncio.sleep(0.5)
    raise Failure(f"{busy} 它的数据库没有启动。", "查看该进程的输出，或结束它再试。", code="busy") from busy
