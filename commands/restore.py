"""`jiandu restore`: a backup becomes the database, after it has been checked beside the one in use."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy.engine import make_url

import migrations
from commands.dump import Manifest, TownLog, libpq_url, read_archive, run_tool, tool
from commands.outcome import Failure, invalid_input
from commands.pending import ask_for_recovery
from commands.place import Database, embedded_postgres, open_database
from commands.screen import done, print_json, say, step
from commands.verify import report, verify_database
from domain.cases.case import CaseKind, stream_of
from eventstore.findings import Verification
from eventstore.store import EventStore
from migrations.command import migrate
from runtime.settings import Settings, load_settings


async def restore(source: Path, *, force: bool, as_json: bool) -> int:
    """Restore a backup. Refused while the product runs, and, without `force`, when events would be lost."""
    settings = load_settings()
    await _refuse_while_running(settings)
    with read_archive(source) as (manifest, dump):
        if manifest.revision not in known_revisions():
            raise invalid_input(
                f"备份的数据库结构是 {manifest.revision}（jiandu {manifest.program}），比本版本新。",
                "先升级 jiandu 再恢复。",
            )
        async with open_database(settings) as database:
            lost = await asyncio.to_thread(_losses, database, manifest)
            if lost and not force:
                raise Failure(
                    "数据库里已有数据，恢复会丢失：" + "；".join(lost) + "。",
                    "先用 jiandu backup 备份现有数据；确认要覆盖时加 --force。",
                    code="not_empty",
                )
            admin = database.superuser_url or database.url
            stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
            fresh = f"{_name_of(admin)}_restored_{stamp}"
            _tell(f"恢复到新库 {fresh}（清单：{_towns(manifest.towns)}）", as_json)
            try:
                results = await _fill(database, manifest, dump, fresh, as_json=as_json)
            except BaseException:
                await asyncio.to_thread(_drop, admin, fresh)
                raise
            kept = await asyncio.to_thread(_swap, admin, fresh, stamp)
            raised = await _raise_epochs(database.url, [town.town for town in manifest.towns])
    _forget_engine(settings)
    ask_for_recovery(settings)
    if as_json:
        print_json(
            {
                "ok": True,
                "manifest": manifest.model_dump(mode="json"),
                "kept": kept,
                "streams_with_new_epoch": raised,
                "towns": [result.model_dump(mode="json") for result in results],
            }
        )
        return 0
    report(results)
    done(f"恢复完成。{raised} 个案件流换了新纪元，旧的进程再不能写入。")
    if kept is not None:
        say(f"  原来的数据库保留为 {kept}，确认无误后可删除。")
    say("  下一步：jiandu up（会先从事件重启全部在办案件；外部流程引擎请再运行 jiandu recover）。")
    return 0


def known_revisions() -> set[str]:
    """Every schema that this program can bring up to date."""
    directory = ScriptDirectory(str(Path(migrations.__file__).parent))
    return {script.revision for script in directory.walk_revisions()}


async def _refuse_while_running(settings: Settings) -> None:
    if settings.embedded_postgres and await asyncio.to_thread(embedded_postgres(settings).running):
        raise Failure("jiandu 正在运行，不能恢复。", "先用 Ctrl-C 结束 jiandu up，再恢复。", code="running")


def _losses(database: Database, manifest: Manifest) -> list[str]:
    """What is in the database and not in the backup, in words."""
    held = {town.town: town for town in manifest.towns}
    with psycopg.connect(libpq_url(database.superuser_url or database.url)) as connection:
        if connection.execute("SELECT to_regclass('event')").fetchone() == (None,):
            return []
        rows = connection.execute(
            "SELECT town, max(position), count(DISTINCT stream), max(recorded_at) FROM event GROUP BY 1 ORDER BY 1"
        ).fetchall()
    return [
        f"{town} 的 {position} 条事件（{streams} 个流，最后一条记于 {last:%Y-%m-%d %H:%M}），"
        + (f"备份到第 {held[town].position} 条" if town in held else "备份里没有这个镇")
        for town, position, streams, last in rows
    ]


async def _fill(database: Database, manifest: Manifest, dump: Path, fresh: str, *, as_json: bool) -> list[Verification]:
    admin = database.superuser_url or database.url
    # The roles belong to the cluster and are in no dump: a migration of the database in use makes them.
    await asyncio.to_thread(migrate, database.url)
    await asyncio.to_thread(_create, admin, fresh, make_url(database.url).username)
    target = _in(admin, fresh)
    await asyncio.to_thread(run_tool, [tool("pg_restore"), "--exit-on-error", str(dump)], target, "恢复")
    _tell("核对恢复的事件", as_json)
    results = await verify_database(database, url=target, quiet=as_json)
    found = {result.town: result for result in results}
    for town in manifest.towns:
        result = found.get(town.town)
        if result is None or not result.ok or (result.events, result.digest) != (town.position, town.digest):
            fault = result.fault if result is not None else None
            raise Failure(
                f"恢复的事件与清单不符：{town.town} 应有 {town.position} 条；{fault or '摘要不同'}。",
                "原来的数据库没有改动；换一个备份文件。",
                code="corrupt",
            )
    await asyncio.to_thread(migrate, _in(database.url, fresh))
    return results


def _create(admin: str, name: str, owner: str | None) -> None:
    with psycopg.connect(libpq_url(admin), autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
        if owner is not None:
            statement += sql.SQL(" OWNER {}").format(sql.Identifier(owner))
        connection.execute(statement)


def _drop(admin: str, name: str) -> None:
    with psycopg.connect(libpq_url(admin), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _swap(admin: str, fresh: str, stamp: str) -> str | None:
    """Give the restored database the name of the one in use, which is kept aside, or dropped when it held no event."""
    name = _name_of(admin)
    with psycopg.connect(libpq_url(admin)) as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM event)").fetchone()
    empty = row == (False,)
    aside = f"{name}_before_{stamp}"
    with psycopg.connect(libpq_url(_in(admin, "postgres")), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)",
            ([name, fresh],),
        )
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(name), sql.Identifier(aside)))
        connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))
        if empty:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(aside)))
    return None if empty else aside


async def _raise_epochs(url: str, towns: list[str]) -> int:
    """Whoever still runs on what was before the restore can append no more."""
    raised = 0
    async with EventStore.open(url, pool_size=1) as store:
        for town in towns:
            for kind in CaseKind:
                for stream in await store.streams(town, stream_of(kind, "")):
                    await store.raise_epoch(town, stream)
                    raised += 1
    return raised


def _forget_engine(settings: Settings) -> None:
    """The embedded engine's data belongs to the log that was replaced; it is made again from the restored one."""
    if settings.embedded_temporal:
        shutil.rmtree(settings.data_dir / "temporal", ignore_errors=True)


def _in(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _name_of(url: str) -> str:
    name = make_url(url).database
    if name is None:
        raise Failure("JIANDU_DATABASE_URL 没有写库名。", "写成 postgresql://用户:口令@主机:端口/库名。")
    return name


def _towns(towns: list[TownLog]) -> str:
    return "、".join(f"{town.town} {town.position} 条" for town in towns) or "没有事件"


def _tell(message: str, as_json: bool) -> None:
    if not as_json:
        step(message)
