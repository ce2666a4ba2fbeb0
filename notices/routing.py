"""Which channels a message goes to: the mail of those who gave an address, and the group robots of their roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.acts import Role
from notices.message import Message, Reader

_READERS = text(
    "SELECT a.login, a.person, a.roles, a.villages FROM accounts.account a "
    "JOIN outbox.address e ON e.town = a.town AND e.login = a.login WHERE a.town = :town AND NOT a.disabled"
)


@dataclass(frozen=True)
class Routes:
    """Where messages can go. Without mail and robots: nowhere but the in-box."""

    mail: bool = False
    """Whether mail can be sent."""
    robots: tuple[tuple[str, frozenset[Role]], ...] = ()
    """The group robots by name, with the roles whose messages each gets."""

    async def readers(self, connection: AsyncConnection, town: str) -> list[tuple[str, Reader]]:
        """Those who want mail, by login."""
        if not self.mail:
            return []
        return [
            (row.login, Reader(row.person, [Role(role) for role in row.roles], row.villages))
            for row in await connection.execute(_READERS, {"town": town})
        ]

    def channels_of(self, message: Message, readers: Sequence[tuple[str, Reader]]) -> list[str]:
        """`mail:<login>` and `robot:<name>`: each once a message, however many of its roles somebody holds."""
        by_mail = [f"mail:{login}" for login, reader in readers if reader.gets(message)]
        by_robot = [f"robot:{name}" for name, roles in self.robots if roles & message.roles]
        return by_mail + by_robot
