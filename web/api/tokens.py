"""Tokens of the API: made by a person for a program, with that person's roles, withdrawable. Only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.acts import Refusal
from eventstore.database import in_town
from web.accounts.model import Session
from web.accounts.store import AccountStore

PREFIX = "jiandu_"
"""By it a token that stands where it should not is found."""
LONGEST_DAYS = 365
MOST = 20
"""Tokens in force a person may have."""
_SELDOM = timedelta(minutes=1)
"""`last_used` is written no more often than this."""

_ADD = text(
    "INSERT INTO accounts.api_token (town, token_id, token_hash, login, label, made, expires) "
    "VALUES (:town, :id, :hash, :login, :label, :now, :expires)"
)
_COUNT = text(
    "SELECT count(*) FROM accounts.api_token "
    "WHERE town = :town AND login = :login AND withdrawn IS NULL AND expires > :now"
)
_OF = text(
    "SELECT token_id, label, made, expires, last_used, withdrawn FROM accounts.api_token "
    "WHERE town = :town AND login = :login ORDER BY withdrawn IS NOT NULL, made DESC LIMIT 100"
)
_FOUND = text(
    "SELECT login, made, last_used FROM accounts.api_token "
    "WHERE town = :town AND token_hash = :hash AND withdrawn IS NULL AND expires > :now"
)
_USED = text("UPDATE accounts.api_token SET last_used = :now WHERE town = :town AND token_hash = :hash")
_WITHDRAW = text(
    "UPDATE accounts.api_token SET withdrawn = :now "
    "WHERE town = :town AND login = :login AND token_id = :id AND withdrawn IS NULL"
)


@dataclass(frozen=True)
class Token:
    """A token as its owner sees it: never the token itself."""

    token_id: str
    label: str
    made: datetime
    expires: datetime
    last_used: datetime | None
    withdrawn: datetime | None

    def state(self, now: datetime) -> str:
        """In Chinese."""
        if self.withdrawn is not None:
            return "已收回"
        return "已过期" if self.expires <= now else "可用"


class TokenStore:
    """The tokens of one town."""

    def __init__(self, engine: AsyncEngine, town: str, accounts: AccountStore) -> None:
        self._engine = engine
        self._town = town
        self._accounts = accounts

    async def make(self, login: str, label: str, days: int) -> str:
        """A new token of somebody, valid for `days`. Refused: `no_label`, `too_long`, `too_many`."""
        label = label.strip()
        if not 1 <= len(label) <= 60:
            raise Refusal("no_label", "请写明这个令牌给什么程序用，1 到 60 个字。")
        if not 1 <= days <= LONGEST_DAYS:
            raise Refusal("too_long", f"有效期请填 1 到 {LONGEST_DAYS} 天。")
        token, now = PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
        key = {"town": self._town, "login": login, "now": now}
        values = {
            **key,
            "id": str(uuid4()),
            "hash": _hash(token),
            "label": label,
            "expires": now + timedelta(days=days),
        }
        async with in_town(self._engine, self._town) as connection:
            if (await connection.execute(_COUNT, key)).scalar_one() >= MOST:
                raise Refusal("too_many", f"您已有 {MOST} 个可用的令牌；请先收回不再使用的。")
            await connection.execute(_ADD, values)
        return token

    async def of(self, login: str) -> list[Token]:
        """Somebody's tokens, those in force first."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_OF, {"town": self._town, "login": login})
            return [Token(**row._mapping) for row in rows]

    async def withdraw(self, login: str, token_id: str) -> None:
        """Their token is good for nothing any more. Doing it again changes nothing."""
        values = {"town": self._town, "login": login, "id": token_id, "now": datetime.now(UTC)}
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_WITHDRAW, values)

    async def session(self, token: str) -> Session | None:
        """Who stands behind a token, with the roles they have now; None where it is no good."""
        if not token.startswith(PREFIX):
            return None
        now = datetime.now(UTC)
        values = {"town": self._town, "hash": _hash(token), "now": now}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_FOUND, values)).one_or_none()
            if row is not None and (row.last_used is None or now - row.last_used > _SELDOM):
                await connection.execute(_USED, values)
        found = await self._accounts.credentials(row.login) if row is not None else None
        if row is None or found is None or found.account.disabled:
            return None
        return Session(account=found.account, began=row.made, form_token="")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
