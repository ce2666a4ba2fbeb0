"""PINs of personal links: four to six digits, hashed with Argon2id, five guesses."""

from __future__ import annotations

import re

from domain.acts import Refusal
from web.accounts.entrance import Entrance
from web.deputies.links import LinkStore

_PIN = re.compile(r"[0-9]{4,6}")
_ROWS = "01234567890", "09876543210"

GONE = Refusal("no_link", "这个二维码已经作废或换过了，请向镇人大工作人员要新的。")
LOCKED = Refusal("locked", "密码输错了 5 次，已经锁住。请打电话给镇人大工作人员，由他们重设。")


class PinDoor:
    """The door that a link and its PIN open together."""

    def __init__(self, links: LinkStore, entrance: Entrance) -> None:
        self.links = links
        self._entrance = entrance

    async def set_first(self, token: str, pin: str, again: str) -> str:
        """Set a link's first PIN: the token of a lasting session. Raises `Refusal`."""
        refuse_weak(pin)
        if pin != again:
            raise Refusal("not_the_same", "两次输入的密码不一样，请重新输入。")
        login = await self.links.set_pin(token, await self._entrance.hashed(pin))
        if login is None:
            raise GONE if await self.links.holder(token) is None else Refusal("has_pin", "密码已经设过，请输入密码。")
        return await self._entrance.accounts.begin(login, lasting=True)

    async def enter(self, token: str, pin: str) -> str:
        """Enter a PIN: the token of a lasting session. Raises `Refusal`; the fifth wrong one in a row locks."""
        found = await self.links.attempt(token)
        if found is None:
            raise GONE if await self.links.holder(token) is None else LOCKED
        login, hashed = found
        if not await self._entrance.is_right(pin, hashed):
            holder = await self.links.holder(token)
            raise LOCKED if holder is not None and holder.locked else Refusal("wrong_pin", "密码不对，请再试。")
        await self.links.good(token)
        return await self._entrance.accounts.begin(login, lasting=True)


def refuse_weak(pin: str) -> None:
    """Refuse what is no PIN, and the first ones that anybody would try."""
    if not _PIN.fullmatch(pin):
        raise Refusal("no_pin", "密码是 4 到 6 位数字。")
    if len(set(pin)) == 1 or any(pin in row for row in _ROWS):
        raise Refusal("weak_pin", "这个密码太好猜（如 1111、1234），请换一个。")
