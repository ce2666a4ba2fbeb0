"""`jiandu backup`: the database as it was at one moment, in one file, while everything goes on."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg
from pydantic import BaseModel, ValidationError

from commands.dump import Manifest, TownLog, libpq_url, run_tool, sha256_of, tool, write_archive
from commands.outcome import Failure
from commands.place import Database, open_database
from commands.screen import done, print_json, say, step
from runtime.settings import Settings


class LastBackup(BaseModel):
    """What the data folder remembers of the last backup that succeeded."""

    made_at: datetime
    file: str
    sha256: str


async def backup(target: Path, *, as_json: bool) -> int:
    """Write a backup. An existing file is replaced only once the new one is whole."""
    async with open_database() as database:
        if not as_json:
            step(f"备份到 {target}")
        manifest = await asyncio.to_thread(make, database, target)
    remember(database.settings, target, manifest)
    if as_json:
        print_json({"ok": True, "file": str(target), "manifest": manifest.model_dump(mode="json")})
        return 0
    done(f"备份完成：{target}（{manifest.size / 1_048_576:.1f} MB）")
    for town in manifest.towns:
        say(f"  {town.town}：{town.position} 条事件，摘要 {town.digest}")
    say(f"  SHA-256 {manifest.sha256}")
    say(f"  密钥不在备份里：请另行保管 {database.settings.codec_key.parent}。")
    return 0


def make(database: Database, target: Path) -> Manifest:
    """Dump the database and say what the dump holds, both from one snapshot. Raises `OSError`."""
    if target.is_dir():
        raise IsADirectoryError(0, "这是文件夹", str(target))
    url = libpq_url(database.superuser_url or database.url)
    with tempfile.TemporaryDirectory(prefix=".jiandu-backup-", dir=target.parent) as folder:
        dump = Path(folder) / "database.dump"
        with psycopg.connect(url) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            snapshot = _one(connection, "SELECT pg_export_snapshot()")
            revision = _one(connection, "SELECT version_num FROM alembic_version")
            logs = connection.execute("SELECT town, position, digest FROM town_log ORDER BY town").fetchall()
            # The snapshot lives as long as this transaction, so the dump is made inside it.
            run_tool(
                [tool("pg_dump"), "--format=custom", f"--snapshot={snapshot}", f"--file={dump}"],
                url,
                "备份",
            )
        manifest = Manifest(
            made_at=datetime.now(UTC),
            program=version("jiandu"),
            revision=revision,
            sha256=sha256_of(dump),
            size=dump.stat().st_size,
            towns=[
                TownLog(town=town, position=position, digest=bytes(digest).hex()) for town, position, digest in logs
            ],
        )
        write_archive(target, dump, manifest)
    return manifest


def remember(settings: Settings, target: Path, manifest: Manifest) -> None:
    """Write down the last backup, for `jiandu doctor` and the status page."""
    last = LastBackup(made_at=manifest.made_at, file=str(target), sha256=manifest.sha256)
    path = _memory(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(last.model_dump_json(indent=2), encoding="utf-8")


def last_backup(settings: Settings) -> LastBackup | None:
    """The last backup made from this data folder; None when there was none or its note cannot be read."""
    try:
        return LastBackup.model_validate_json(_memory(settings).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError):
        return None


def _memory(settings: Settings) -> Path:
    return settings.data_dir / "last-backup.json"


def _one(connection: psycopg.Connection[tuple[object, ...]], query: str) -> str:
    try:
        row = connection.execute(query.encode()).fetchone()
    except psycopg.errors.UndefinedTable as error:
        raise Failure("数据库还没有建立，没有可备份的内容。", "先运行 jiandu migrate 或 jiandu up。") from error
    if row is None:
        raise Failure("数据库还没有建立，没有可备份的内容。", "先运行 jiandu migrate 或 jiandu up。")
    return str(row[0])
