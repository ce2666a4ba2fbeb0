"""Accounts and sessions in the town's database (schema `accounts`). Row-level security keeps towns apart."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.acts import Refusal, Role
from eventstore.database import in_town
from web.accounts.model import (
    LASTING_IDLE,
    LASTING_LONGEST,
    LOCK_AFTER,
    LOCKED_FOR,
    SESSION_IDLE,
    SESSION_LONGEST,
    Account,
    Session,
)

_COLUMNS = "login, name, person, roles, disabled, must_change, villages"
_ADD = text(
    "INSERT INTO accounts.account (town, login, name, person, roles, password_hash, must_change, villages) "
    "VALUES (:town, :login, :name, :person, :roles, :hash, :must_change, :villages) "
    "ON CONFLICT DO NOTHING RETURNING login"
)
_ALL = text(f"SELECT {_COLUMNS} FROM accounts.account WHERE town = :town ORDER BY disabled, login")  # noqa: S608
_ANY = text("SELECT EXISTS (SELECT FROM accounts.account WHERE town = :town)")
_FOUND = text(f"SELECT {_COLUMNS}, password_hash FROM accounts.account WHERE town = :town AND login = :login")  # noqa: S608
_NEXT_LOCK = (
    "CASE WHEN failures + 1 >= :most AND coalesce(locked_until <= :now, true) "
    "THEN CAST(:until AS timestamptz) ELSE locked_until END"
)
# Counted before the password is compared, which takes a while: attempts side by side count as well.
_ATTEMPT = text(
    f"UPDATE accounts.account SET failures = failures + 1, locked_until = {_NEXT_LOCK} "  # noqa: S608 - our own text
    "WHERE town = :town AND login = :login "
    f"RETURNING {_COLUMNS}, password_hash, coalesce(old.locked_until > :now, false) AS locked"
)
_GOOD = text("UPDATE accounts.account SET failures = 0, locked_until = NULL WHERE town = :town AND login = :login")
_PASSWORD = text(
    "UPDATE accounts.account SET password_hash = :hash, must_change = :must_change, failures = 0, locked_until = NULL "
    "WHERE town = :town AND login = :login RETURNING login"
)
_CHANGE = text(
    "UPDATE accounts.account SET name = :name, roles = :roles, disabled = :disabled, villages = :villages "
    "WHERE town = :town AND login = :login RETURNING login"
)
_END_ALL = text("DELETE FROM accounts.session WHERE town = :town AND login = :login")
_BEGIN = text(
    "INSERT INTO accounts.session (town, token_hash, login, form_token, began, seen, lasting) "
    "VALUES (:town, :hash, :login, :form_token, :now, :now, :lasting)"
)
_IDLE = "CASE WHEN {0}lasting THEN CAST(:lasting_idle AS timestamptz) ELSE CAST(:idle AS timestamptz) END"
_OLDEST = "CASE WHEN {0}lasting THEN CAST(:lasting_oldest AS timestamptz) ELSE CAST(:oldest AS timestamptz) END"
_SEEN = text(
    "UPDATE accounts.session s SET seen = :now FROM accounts.account a "  # noqa: S608 - our own columns
    f"WHERE s.town = :town AND s.token_hash = :hash AND s.seen > {_IDLE.format('s.')} "
    f"AND s.began > {_OLDEST.format('s.')} "
    "AND a.town = s.town AND a.login = s.login AND NOT a.disabled "
    "RETURNING s.began, s.form_token, " + ", ".join(f"a.{column}" for column in _COLUMNS.split(", "))
)
_PEEK = text(
    "SELECT s.began, s.form_token, "  # noqa: S608 - our own columns
    + ", ".join(f"a.{column}" for column in _COLUMNS.split(", "))
    + " FROM accounts.session s JOIN accounts.account a ON a.town = s.town AND a.login = s.login AND NOT a.disabled "
    f"WHERE s.town = :town AND s.token_hash = :hash AND s.seen > {_IDLE.format('s.')} "
    f"AND s.began > {_OLDEST.format('s.')}"
)
_END = text("DELETE FROM accounts.session WHERE town = :town AND token_hash = :hash")
_SWEEP = text(
    "DELETE FROM accounts.session WHERE town = :town "  # noqa: S608 - our own text
    f"AND (seen <= {_IDLE.format('')} OR began <= {_OLDEST.format('')})"
)


class Credentials(NamedTuple):
    """What a log-in is compared with."""

    account: Account
    password_hash: str
    locked: bool
    """Whether it is locked after wrong passwords."""


class AccountStore:
    """The accounts of one town."""

    def __init__(self, engine: AsyncEngine, town: str) -> None:
        self._engine = engine
        self._town = town

    async def any(self) -> bool:
        """Whether there are accounts at all; without any the pages are open, and say so."""
        async with in_town(self._engine, self._town) as connection:
            return bool((await connection.execute(_ANY, {"town": self._town})).scalar_one())

    async def all(self) -> list[Account]:
        """Every account, the disabled ones last."""
        async with in_town(self._engine, self._town) as connection:
            return [_account(row) for row in await connection.execute(_ALL, {"town": self._town})]

    async def add(self, account: Account, password_hash: str) -> None:
        """A new account. Refused (`login_taken`) where the login is somebody's."""
        values = {
            **self._key(account.login),
            "name": account.name,
            "person": account.person,
            "roles": _words(account.roles),
            "hash": password_hash,
            "must_change": account.must_change,
            "villages": list(account.villages),
        }
        async with in_town(self._engine, self._town) as connection:
            if (await connection.execute(_ADD, values)).first() is None:
                raise Refusal("login_taken", f"登录名 {account.login} 已有人用，请换一个。")

    async def change(self, account: Account) -> None:
        """Another name, other roles, disabled or not; a disabled account's sessions end. Refused: `unknown_account`."""
        values = {
            **self._key(account.login),
            "name": account.name,
            "roles": _words(account.roles),
            "disabled": account.disabled,
            "villages": list(account.villages),
        }
        async with in_town(self._engine, self._town) as connection:
            if (await connection.execute(_CHANGE, values)).first() is None:
                raise _unknown(account.login)
            if account.disabled:
                await connection.execute(_END_ALL, self._key(account.login))

    async def set_password(self, login: str, password_hash: str, *, must_change: bool) -> None:
        """Another password; all sessions end. Refused: `unknown_account`."""
        values = {**self._key(login), "hash": password_hash, "must_change": must_change}
        async with in_town(self._engine, self._town) as connection:
            if (await connection.execute(_PASSWORD, values)).first() is None:
                raise _unknown(login)
            await connection.execute(_END_ALL, self._key(login))

    async def credentials(self, login: str) -> Credentials | None:
        """What a password is compared with, for somebody who has logged in already."""
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_FOUND, self._key(login))).one_or_none()
        return None if row is None else Credentials(_account(row), row.password_hash, locked=False)

    async def attempt(self, login: str) -> Credentials | None:
        """The same for a log-in, counted as a wrong one until `begin`: after some the account is locked for a while."""
        now = datetime.now(UTC)
        values = {**self._key(login), "most": LOCK_AFTER, "now": now, "until": now + LOCKED_FOR}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_ATTEMPT, values)).one_or_none()
        return None if row is None else Credentials(_account(row), row.password_hash, row.locked)

    async def begin(self, login: str, *, lasting: bool = False) -> str:
        """Begin a session after a right password. Returns its token, of which only a hash is kept.

        `lasting`: on a deputy's own phone, for months.
        """
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        values = {
            **self._key(login),
            "hash": _hash(token),
            "form_token": secrets.token_urlsafe(24),
            "now": now,
            "lasting": lasting,
        }
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_GOOD, self._key(login))
            await self._sweep(connection, now)
            await connection.execute(_BEGIN, values)
        return token

    async def session(self, token: str) -> Session | None:
        """The session of a token, which counts as used now; None where it ended or never was."""
        now = datetime.now(UTC)
        values = {"town": self._town, "hash": _hash(token), "now": now, **_limits(now)}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_SEEN, values)).one_or_none()
        return None if row is None else Session(account=_account(row), began=row.began, form_token=row.form_token)

    async def peek(self, token: str) -> Session | None:
        """The same for what a page does by itself, which is no use of the session: one that nobody uses ends."""
        now = datetime.now(UTC)
        values = {"town": self._town, "hash": _hash(token), **_limits(now)}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_PEEK, values)).one_or_none()
        return None if row is None else Session(account=_account(row), began=row.began, form_token=row.form_token)

    async def end(self, token: str) -> None:
        """Log out."""
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_END, {"town": self._town, "hash": _hash(token)})

    async def end_all(self, login: str) -> None:
        """Log somebody out everywhere."""
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_END_ALL, self._key(login))

    async def _sweep(self, connection: AsyncConnection, now: datetime) -> None:
        await connection.execute(_SWEEP, {"town": self._town, **_limits(now)})

    def _key(self, login: str) -> dict[str, str]:
        return {"town": self._town, "login": login}


def _limits(now: datetime) -> dict[str, datetime]:
    return {
        "idle": now - SESSION_IDLE,
        "oldest": now - SESSION_LONGEST,
        "lasting_idle": now - LASTING_IDLE,
        "lasting_oldest": now - LASTING_LONGEST,
    }


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        login=row.login,
        name=row.name,
        person=row.person,
        roles=tuple(Role(role) for role in row.roles),
        disabled=row.disabled,
        must_change=row.must_change,
        villages=tuple(row.villages),
    )


def _words(roles: tuple[Role, ...]) -> list[str]:
    return [role.value for role in roles]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _unknown(login: str) -> Refusal:
    return Refusal("unknown_account", f"没有登录名为 {login} 的账号；用 jiandu account list 查看。")
