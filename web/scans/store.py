"""Scans in the town's database (schema `scans`): the content once, and for which act of which case it was handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from eventstore.database import in_town
from web.scans.model import Scan

_KEEP = text(
    "INSERT INTO scans.scan (town, digest, media_type, content) VALUES (:town, :digest, :media_type, :content) "
    "ON CONFLICT DO NOTHING"
)
_USE = text(
    "INSERT INTO scans.use (town, stream, command_id, digest, name, uploaded_by, uploaded) "
    "VALUES (:town, :stream, :command_id, :digest, :name, :by, :now) "
    "ON CONFLICT (town, stream, command_id) DO UPDATE SET digest = excluded.digest, name = excluded.name, "
    "uploaded = excluded.uploaded WHERE use.uploaded_by = excluded.uploaded_by"
)
_OF_STREAM = text(
    "SELECT stream, command_id, encode(digest, 'hex') AS digest, name, uploaded_by, uploaded FROM scans.use "
    "WHERE town = :town AND stream = :stream"
)
_OF_DIGEST = text(
    "SELECT stream, command_id, encode(digest, 'hex') AS digest, name, uploaded_by, uploaded FROM scans.use "
    "WHERE town = :town AND digest = :digest"
)
_READ = text("SELECT media_type, content FROM scans.scan WHERE town = :town AND digest = :digest")


class Use(NamedTuple):
    """For which act a scan was handed in; the act may have been refused since, and is then in no log."""

    stream: str
    command_id: str
    digest: str
    name: str
    """Of the file, as it was uploaded."""
    uploaded_by: str
    uploaded: datetime


class ScanStore:
    """The scans of one town."""

    def __init__(self, engine: AsyncEngine, town: str) -> None:
        self._engine = engine
        self._town = town

    async def keep(self, scan: Scan, stream: str, command_id: str, name: str, by: str) -> None:
        """Keep a scan for an act; another one of theirs for the same act takes its place."""
        values = {
            "town": self._town,
            "digest": bytes.fromhex(scan.digest),
            "media_type": scan.media_type,
            "content": scan.content,
            "stream": stream,
            "command_id": command_id,
            "name": name[:200],
            "by": by,
            "now": datetime.now(UTC),
        }
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_KEEP, values)
            await connection.execute(_USE, values)

    async def of_case(self, stream: str) -> dict[str, Use]:
        """The scans of a case, by the id of the act."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_OF_STREAM, {"town": self._town, "stream": stream})
            return {row.command_id: Use(*row) for row in rows}

    async def uses(self, digest: str) -> Sequence[Use]:
        """What a scan was handed in for."""
        values = {"town": self._town, "digest": bytes.fromhex(digest)}
        async with in_town(self._engine, self._town) as connection:
            return [Use(*row) for row in await connection.execute(_OF_DIGEST, values)]

    async def read(self, digest: str) -> Scan | None:
        """A scan's content; None where there is none."""
        values = {"town": self._town, "digest": bytes.fromhex(digest)}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_READ, values)).one_or_none()
        return None if row is None else Scan(bytes(row.content), row.media_type)
