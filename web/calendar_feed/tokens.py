"""Secret addresses of feeds, and mail addresses for notices: what a person has set for themselves.

Of a token only a hash is kept: whoever reads the database reads no feed, and a lost address is withdrawn, not found.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.acts import Refusal
from eventstore.database import in_town

MOST_FEEDS = 5
_MAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,180}")

_MAKE = text(
    "INSERT INTO outbox.feed (town, token_hash, login, made_at) SELECT :town, :hash, :login, :now "
    "WHERE (SELECT count(*) FROM outbox.feed WHERE town = :town AND login = :login) < :most RETURNING login"
)
_LIST = text(
    "SELECT token_hash, made_at, used_at FROM outbox.feed WHERE town = :town AND login = :login ORDER BY made_at"
)
_DROP = text("DELETE FROM outbox.feed WHERE town = :town AND login = :login AND token_hash = :hash")
_USE = text("UPDATE outbox.feed SET used_at = :now WHERE town = :town AND token_hash = :hash RETURNING login")
_ADDRESS = text("SELECT email FROM outbox.address WHERE town = :town AND login = :login")
_SET_ADDRESS = text(
    "INSERT INTO outbox.address (town, login, email) VALUES (:town, :login, :email) "
    "ON CONFLICT (town, login) DO UPDATE SET email = excluded.email"
)
_DROP_ADDRESS = text("DELETE FROM outbox.address WHERE town = :town AND login = :login")


@dataclass(frozen=True)
class Feed:
    """A feed of somebody. `key`: by which they withdraw it; it opens nothing."""

    key: str
    made_at: datetime
    used_at: datetime | None


class Subscriptions:
    """Feeds and mail addresses of one town's accounts."""

    def __init__(self, engine: AsyncEngine, town: str) -> None:
        self._engine, self._town = engine, town

    async def make(self, login: str) -> str:
        """A new feed's token, told this once. Refused: `too_many_feeds`."""
        token = secrets.token_urlsafe(32)
        values = {**self._of(login), "hash": _hash(token), "now": datetime.now(UTC), "most": MOST_FEEDS}
        async with in_town(self._engine, self._town) as connection:
            if (await connection.execute(_MAKE, values)).first() is None:
                raise Refusal("too_many_feeds", f"最多 {MOST_FEEDS} 个订阅地址，请先收回不用的。")
        return token

    async def feeds(self, login: str) -> list[Feed]:
        """Somebody's feeds."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_LIST, self._of(login))
            return [Feed(row.token_hash.hex(), row.made_at, row.used_at) for row in rows]

    async def withdraw(self, login: str, key: str) -> None:
        """One of somebody's own feeds shows nothing any more."""
        try:
            hashed = bytes.fromhex(key)
        except ValueError:
            return
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_DROP, {**self._of(login), "hash": hashed})

    async def login_of(self, token: str) -> str | None:
        """Whose feed it is; None where it is nobody's."""
        values = {"town": self._town, "hash": _hash(token), "now": datetime.now(UTC)}
        async with in_town(self._engine, self._town) as connection:
            return (await connection.execute(_USE, values)).scalar_one_or_none()

    async def address(self, login: str) -> str:
        """The mail address for notices; empty for none."""
        async with in_town(self._engine, self._town) as connection:
            return (await connection.execute(_ADDRESS, self._of(login))).scalar_one_or_none() or ""

    async def set_address(self, login: str, email: str) -> None:
        """Another mail address, or none. Refused: `no_address`."""
        email = email.strip()
        if email and not _MAIL.fullmatch(email):
            raise Refusal("no_address", "邮箱地址不对，请写成 名称@域名 的样子。")
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_SET_ADDRESS if email else _DROP_ADDRESS, {**self._of(login), "email": email})

    def _of(self, login: str) -> dict[str, str]:
        return {"town": self._town, "login": login}


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
