"""A backup file: PostgreSQL's own dump and a manifest that says what is in it, in one tar archive."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import make_url

from commands.outcome import Failure, invalid_input
from runtime.postgres import BINARIES

MANIFEST = "manifest.json"
DUMP = "database.dump"
FORMAT = 1


class TownLog(BaseModel):
    """How far the log of a town goes in a backup."""

    town: str
    position: int
    digest: str
    """Chain digest of the last event, in hexadecimal."""


class Manifest(BaseModel):
    """What a backup holds."""

    format: int = FORMAT
    made_at: datetime
    program: str
    """Version of jiandu that made it."""
    revision: str
    """Schema of the database."""
    sha256: str
    """Of the dump."""
    size: int
    towns: list[TownLog]


def tool(name: str) -> str:
    """Path of one of PostgreSQL's own tools, of the version that the embedded server has."""
    return str(BINARIES / name)


def run_tool(arguments: list[str], url: str, what: str) -> None:
    """Run one of PostgreSQL's tools on the database of `url`. Raises `Failure` with what it said."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if password := make_url(url).password:
        environment["PGPASSWORD"] = str(password)  # on the command line every user of the machine could read it
    made = subprocess.run(
        [*arguments, f"--dbname={_without_password(url)}"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    if made.returncode != 0:
        said = made.stderr.strip() or f"{Path(arguments[0]).name} 以 {made.returncode} 退出"
        raise Failure(f"{what}失败：{said}", "对外部数据库，JIANDU_DATABASE_URL 的账号须能越过行级安全（BYPASSRLS）。")


def _without_password(url: str) -> str:
    parts = make_url(libpq_url(url))
    return parts.set(password=None).render_as_string() if parts.password else libpq_url(url)


def libpq_url(url: str) -> str:
    """An address as PostgreSQL's own library takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_archive(target: Path, dump: Path, manifest: Manifest) -> None:
    """Put manifest and dump into `target`: written aside and renamed, so that no half-written file has its name."""
    aside = target.with_name(target.name + ".part")
    try:
        with aside.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                text = manifest.model_dump_json(indent=2).encode()
                entry = tarfile.TarInfo(MANIFEST)
                entry.size = len(text)
                entry.mtime = int(manifest.made_at.timestamp())
                archive.addfile(entry, io.BytesIO(text))
                archive.add(dump, DUMP, filter=_anonymous)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o600)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def read_archive(source: Path) -> Iterator[tuple[Manifest, Path]]:
    """The manifest and, in a temporary folder, the dump of a backup. Raises `Failure` for one that is not whole."""
    with tempfile.TemporaryDirectory(prefix="jiandu-restore-") as folder:
        try:
            with tarfile.open(source, mode="r:") as archive:
                manifest = Manifest.model_validate_json(_member(archive, MANIFEST))
                archive.extract(DUMP, folder, filter="data")
        except (tarfile.TarError, KeyError, ValidationError) as error:
            raise invalid_input(f"{source} 不是完整的 jiandu 备份（{error}）。", "换一个备份文件。") from error
        if manifest.format != FORMAT:
            raise invalid_input(f"{source} 的备份格式是 {manifest.format}，本版本读 {FORMAT}。", "用做备份的版本恢复。")
        dump = Path(folder) / DUMP
        if (found := sha256_of(dump)) != manifest.sha256:
            raise invalid_input(
                f"{source} 已损坏：内容的 SHA-256 是 {found}，清单记的是 {manifest.sha256}。", "换一个备份文件。"
            )
        yield manifest, dump


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file.read()


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
