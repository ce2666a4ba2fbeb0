"""`jiandu account`: accounts of the pages, for the first one and for whoever is locked out."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pydantic import ValidationError

from commands.doctor import database_url
from commands.outcome import Exit, invalid_input
from commands.screen import done, say
from domain.acts import Role
from domain.faults_of import faults_of
from eventstore.database import create_engine
from runtime.settings import load_settings
from web.accounts.model import Account
from web.accounts.passwords import hash_password
from web.accounts.store import AccountStore
from web.words import ROLES


async def add(
    login: str, name: str, roles: Sequence[str], *, person: str | None, villages: Sequence[str] = (), as_json: bool
) -> int:
    """A new account with a first password, which is told this once. Raises `Failure`, `Refusal`."""
    try:
        account = Account(
            login=login,
            name=name,
            person=person or login,
            roles=tuple(Role(role) for role in roles),
            must_change=True,
            villages=tuple(villages),
        )
    except ValidationError as error:
        raise invalid_input("；".join(str(fault) for fault in faults_of(error, model=Account)), _KNOWN) from error
    except ValueError as error:
        raise invalid_input(f"没有这个角色：{error}", _KNOWN) from error
    first = secrets.token_urlsafe(9)
    async with _accounts() as accounts:
        await accounts.add(account, await asyncio.to_thread(hash_password, first))
    _tell_password(account.login, first, as_json=as_json)
    return Exit.OK


async def reset(login: str, *, as_json: bool) -> int:
    """A new first password. Raises `Refusal`."""
    first = secrets.token_urlsafe(9)
    async with _accounts() as accounts:
        await accounts.set_password(login, await asyncio.to_thread(hash_password, first), must_change=True)
    _tell_password(login, first, as_json=as_json)
    return Exit.OK


async def show(*, as_json: bool) -> int:
    """All accounts."""
    async with _accounts() as accounts:
        found = await accounts.all()
    if as_json:
        say(json.dumps([account.model_dump(mode="json") for account in found], ensure_ascii=False))
    elif not found:
        say("还没有账号：各页谁都能看。用 jiandu account add 设立第一个（角色 staff）。")
    else:
        for account in found:
            words = "、".join(ROLES[role] for role in account.roles)
            say(f"{account.login}　{account.name}　{words}{'　已停用' if account.disabled else ''}")
    return Exit.OK


_KNOWN = "可用的角色：" + "、".join(role.value for role in Role if role is not Role.SYSTEM) + "。"


def _tell_password(login: str, first: str, *, as_json: bool) -> None:
    if as_json:
        say(json.dumps({"login": login, "password": first}))
    else:
        done(f"{login} 的初始口令：{first}")
        say("  只显示这一次；本人第一次登录时要改掉。")


@asynccontextmanager
async def _accounts() -> AsyncIterator[AccountStore]:
    settings = load_settings()
    engine = create_engine(database_url(settings), pool_size=1)
    try:
        yield AccountStore(engine, settings.town)
    finally:
        await engine.dispose()
