"""Logging in and out, changing one's password: what is allowed, and how it is refused."""

from __future__ import annotations

import asyncio

from domain.acts import Refusal
from web.accounts.model import LOCKED_FOR, Account
from web.accounts.passwords import hash_password, matches, nobodys_hash, refuse_weak
from web.accounts.store import AccountStore

_AT_ONCE = 4
_WRONG = Refusal("wrong_password", "登录名或口令不对，请核对后再试。")


class Entrance:
    """The door of one town's pages."""

    def __init__(self, accounts: AccountStore) -> None:
        self.accounts = accounts
        self._comparing = asyncio.Semaphore(_AT_ONCE)

    async def log_in(self, login: str, password: str) -> str:
        """The token of a new session.

        Refused: `wrong_password` (also for no such account, in the same time), `locked` after some in a row.
        """
        login = login.strip().lower()
        found = await self.accounts.attempt(login)
        if found is not None and found.locked:
            minutes = int(LOCKED_FOR.total_seconds() // 60)
            raise Refusal("locked", f"口令多次输错，账号暂停 {minutes} 分钟；也可请管理员重设口令。")
        if not await self.is_right(password, found.password_hash if found is not None else None) or found is None:
            raise _WRONG
        if found.account.disabled:
            raise Refusal("disabled", "账号已停用，请与镇人大工作人员联系。")
        return await self.accounts.begin(login)

    async def change_password(self, account: Account, old: str, new: str) -> None:
        """One's own password. Refused: `wrong_password`, `weak_password`. All sessions end."""
        found = await self.accounts.credentials(account.login)
        if found is None or not await self.is_right(old, found.password_hash):
            raise Refusal("wrong_password", "原口令不对。")
        refuse_weak(new, account.login)
        await self.accounts.set_password(account.login, await asyncio.to_thread(hash_password, new), must_change=False)

    async def hashed(self, secret: str) -> str:
        """What to keep of a password or PIN. A few at a time, as comparing."""
        async with self._comparing:
            return await asyncio.to_thread(hash_password, secret)

    async def is_right(self, password: str, hashed: str | None) -> bool:
        """Whether this is the password. A few at a time: each comparison takes 64 MB."""
        async with self._comparing:
            compared = hashed if hashed is not None else await asyncio.to_thread(nobodys_hash)
            return await asyncio.to_thread(matches, password, compared)
