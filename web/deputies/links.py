"""Personal links of deputies: of a link, its code and its PIN only hashes are kept. A link's account has no password.

The link is something the deputy has, the PIN something they know: neither opens anything alone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.acts import Role
from domain.roster.commands import Deputy
from eventstore.database import in_town
from web.accounts.model import LOCK_AFTER
from web.accounts.passwords import hash_password

LOGIN_PREFIX = "deputy-"
"""Of the accounts behind links: nobody logs in by such a name."""
CODE_FOR = timedelta(days=60)
"""The code to type is good for so long, and only until a PIN is set."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is mistaken for something else: 0 O, 1 I L."""
_GROUPS, _GROUP = 4, 4

_ACCOUNT = text(
    "INSERT INTO accounts.account (town, login, name, person, roles, password_hash) "
    "VALUES (:town, :login, :name, :person, :roles, :nobody) "
    "ON CONFLICT (town, login) DO UPDATE SET name = excluded.name, disabled = false"
)
_END_SESSIONS = text("DELETE FROM accounts.session WHERE town = :town AND login = :login")
_ISSUE = text(
    "INSERT INTO accounts.personal_link (town, person, login, token_hash, code_hash, issued, issued_by) "
    "VALUES (:town, :person, :login, :token, :code, :now, :by) "
    "ON CONFLICT (town, person) DO UPDATE SET login = excluded.login, token_hash = excluded.token_hash, "
    "code_hash = excluded.code_hash, pin_hash = NULL, failures = 0, issued = excluded.issued, "
    "issued_by = excluded.issued_by, used = NULL, withdrawn = NULL"
)
_WITHDRAW = text(
    "UPDATE accounts.personal_link SET withdrawn = :now, code_hash = NULL, pin_hash = NULL "
    "WHERE town = :town AND person = :person AND withdrawn IS NULL RETURNING login"
)
_RESET = text(
    "UPDATE accounts.personal_link SET pin_hash = NULL, failures = 0 "
    "WHERE town = :town AND person = :person AND withdrawn IS NULL RETURNING login"
)
_ALL = text(
    "SELECT person, issued, used, withdrawn, pin_hash IS NOT NULL AS has_pin, failures FROM accounts.personal_link "
    "WHERE town = :town"
)
_BY_TOKEN = text(
    "SELECT l.person, l.login, a.name, l.pin_hash, l.failures FROM accounts.personal_link l "
    "JOIN accounts.account a ON a.town = l.town AND a.login = l.login "
    "WHERE l.town = :town AND l.token_hash = :token AND l.withdrawn IS NULL AND NOT a.disabled"
)
_REPLACE = text(
    "UPDATE accounts.personal_link SET token_hash = :token, code_hash = NULL "
    "WHERE town = :town AND code_hash = :code AND issued > :oldest AND withdrawn IS NULL AND pin_hash IS NULL "
    "RETURNING person"
)
# Counted before the PIN is compared, which takes a while: guesses side by side count as well.
_ATTEMPT = text(
    "UPDATE accounts.personal_link SET failures = failures + 1 WHERE town = :town AND token_hash = :token "
    "AND withdrawn IS NULL AND failures < :most RETURNING login, pin_hash"
)
_GOOD = text(
    "UPDATE accounts.personal_link SET failures = 0, used = :now WHERE town = :town AND token_hash = :token "
    "AND withdrawn IS NULL"
)
_SET_PIN = text(
    "UPDATE accounts.personal_link SET pin_hash = :pin, code_hash = NULL, failures = 0, used = :now "
    "WHERE town = :town AND token_hash = :token AND withdrawn IS NULL AND pin_hash IS NULL RETURNING login"
)


class Slip(NamedTuple):
    """What is printed for a deputy, once; it cannot be had again."""

    person: str
    token: str
    code: str


class Standing(NamedTuple):
    """A link as the staff see it."""

    person: str
    issued: datetime
    used: datetime | None
    withdrawn: datetime | None
    has_pin: bool
    locked: bool


class Holder(NamedTuple):
    """Whose link it is."""

    person: str
    login: str
    name: str
    has_pin: bool
    locked: bool


class LinkStore:
    """The personal links of one town."""

    def __init__(self, engine: AsyncEngine, town: str) -> None:
        self._engine = engine
        self._town = town

    async def issue(self, deputy: Deputy, by: str) -> Slip:
        """A new link, in place of an earlier one, whose sessions end and whose PIN is forgotten."""
        slip = Slip(deputy.id, secrets.token_urlsafe(24), new_code())
        values = {
            **self._key(deputy.id),
            "login": login_of(deputy.id),
            "name": deputy.name[:40],
            "roles": [Role.DEPUTY.value],
            "nobody": _no_password(),
            "token": _hash("token", slip.token),
            "code": _hash("code", slip.code),
            "now": datetime.now(UTC),
            "by": by,
        }
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_ACCOUNT, values)
            await connection.execute(_END_SESSIONS, values)
            await connection.execute(_ISSUE, values)
        return slip

    async def withdraw(self, person: str) -> bool:
        """The link opens nothing any more, and its sessions end. False where there was none."""
        return await self._ended(_WITHDRAW, person)

    async def reset_pin(self, person: str) -> bool:
        """Forget a PIN, which is then set anew by who has the link; its sessions end. False where there is no link."""
        return await self._ended(_RESET, person)

    async def all(self) -> dict[str, Standing]:
        """Every link that was ever issued, by person."""
        async with in_town(self._engine, self._town) as connection:
            rows = await connection.execute(_ALL, {"town": self._town})
            return {row.person: _standing(row) for row in rows}

    async def holder(self, token: str) -> Holder | None:
        """Whose link a token is; None for one that is withdrawn or was never issued."""
        values = {"town": self._town, "token": _hash("token", token)}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_BY_TOKEN, values)).one_or_none()
        if row is None:
            return None
        return Holder(row.person, row.login, row.name, row.pin_hash is not None, row.failures >= LOCK_AFTER)

    async def redeem(self, code: str) -> str | None:
        """A new token for a typed code, once; the printed QR then opens nothing more. None for a wrong code."""
        token = secrets.token_urlsafe(24)
        values = {
            "town": self._town,
            "code": _hash("code", plain_code(code)),
            "token": _hash("token", token),
            "oldest": datetime.now(UTC) - CODE_FOR,
        }
        async with in_town(self._engine, self._town) as connection:
            return token if (await connection.execute(_REPLACE, values)).first() is not None else None

    async def set_pin(self, token: str, pin_hash: str) -> str | None:
        """The first PIN of a link: its account's login. None where there is one already, or no such link."""
        values = {"town": self._town, "token": _hash("token", token), "pin": pin_hash, "now": datetime.now(UTC)}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_SET_PIN, values)).one_or_none()
        return None if row is None else str(row.login)

    async def attempt(self, token: str) -> tuple[str, str] | None:
        """Login and PIN hash to compare with, counted as a wrong one until `good`; None once it is locked."""
        values = {"town": self._town, "token": _hash("token", token), "most": LOCK_AFTER}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_ATTEMPT, values)).one_or_none()
        return None if row is None or row.pin_hash is None else (str(row.login), str(row.pin_hash))

    async def good(self, token: str) -> None:
        """The PIN was right."""
        values = {"town": self._town, "token": _hash("token", token), "now": datetime.now(UTC)}
        async with in_town(self._engine, self._town) as connection:
            await connection.execute(_GOOD, values)

    async def _ended(self, statement: object, person: str) -> bool:
        values = {**self._key(person), "now": datetime.now(UTC)}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(statement, values)).one_or_none()  # type: ignore[call-overload]
            if row is not None:
                await connection.execute(_END_SESSIONS, {"town": self._town, "login": row.login})
        return row is not None

    def _key(self, person: str) -> dict[str, str]:
        return {"town": self._town, "person": person}


def login_of(person: str) -> str:
    """The name of the account behind a link: any id makes one, and no two the same."""
    return LOGIN_PREFIX + hashlib.sha256(person.encode()).hexdigest()[:24]


def is_behind_link(login: str) -> bool:
    """Whether an account is the one behind a link, which is looked after on the page of links."""
    return re.fullmatch(LOGIN_PREFIX + "[0-9a-f]{24}", login) is not None


def new_code() -> str:
    """A code to type: four groups of four, some 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def plain_code(typed: str) -> str:
    """A typed code as it was printed: case, spaces and dashes do not matter."""
    letters = "".join(each for each in typed.upper() if each.isalnum())
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


@cache
def _no_password() -> str:
    """The hash of a password that nobody knows: these accounts have no other door than their link."""
    return hash_password(secrets.token_urlsafe(32))


def _standing(row: Row[tuple[object, ...]]) -> Standing:
    return Standing(row.person, row.issued, row.used, row.withdrawn, row.has_pin, row.failures >= LOCK_AFTER)


def _hash(kind: str, secret: str) -> bytes:
    return hashlib.sha256(f"{kind}:{secret}".encode()).digest()
