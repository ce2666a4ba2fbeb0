"""A message of the outbox, and who it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from domain.acts import Role


@dataclass(frozen=True)
class Message:
    """What is told. `key` names it once and for ever; the same key again is the same message."""

    key: str
    roles: frozenset[Role]
    stream: str
    kind: str
    """The event's name, `deadline.near`, `deadline.passed` or `bulk`."""
    title: str
    words: str
    said_at: datetime
    due: date | None = None
    person: str | None = None
    """Of those with the role HEAD the one that it is for; None: none of them."""
    village: str | None = None
    """The same for VILLAGE."""
    bulk: str | None = None
    """The bulk reminder that it belongs to."""

    @property
    def path(self) -> str:
        """The page of its case."""
        kind, _, case_id = self.stream.partition("-")
        return f"/cases/{kind}/{case_id}"

    @property
    def subject(self) -> str:
        """The first line of a mail."""
        return f"【监督】{self.words.partition('；')[0]}：{self.title}"

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return f"{self.subject}\n{self.words}\n请登录监督系统办理。案号 {self.stream}"


@dataclass(frozen=True)
class Reader:
    """Somebody who reads messages: by roles, and as the person and of the villages that they are."""

    person: str
    roles: Sequence[Role]
    villages: Sequence[str] = field(default=())

    def gets(self, message: Message) -> bool:
        """Whether a message is for them; the same is asked of the database by `FOR_READER`."""
        shared = message.roles.intersection(self.roles)
        if shared - {Role.HEAD, Role.VILLAGE}:
            return True
        if Role.HEAD in shared and message.person == self.person:
            return True
        return Role.VILLAGE in shared and message.village in self.villages

    def parameters(self) -> dict[str, object]:
        """For `FOR_READER`."""
        own = {Role.HEAD, Role.VILLAGE}
        return {
            "plain": [role.value for role in self.roles if role not in own],
            "person": self.person,
            "is_head": Role.HEAD in self.roles,
            "is_village": Role.VILLAGE in self.roles,
            "villages": list(self.villages),
        }


FOR_READER = (
    "(m.roles && CAST(:plain AS text[]) "
    "OR (:is_head AND 'head' = ANY (m.roles) AND m.person = :person) "
    "OR (:is_village AND 'village' = ANY (m.roles) AND m.village = ANY (CAST(:villages AS text[]))))"
)
"""The condition on `outbox.message m` for `Reader.parameters`."""


def message_of(row: Any) -> Message:
    """A message from its row."""
    return Message(
        key=row.key,
        roles=frozenset(Role(role) for role in row.roles),
        stream=row.stream,
        kind=row.kind,
        title=row.title,
        words=row.words,
        said_at=row.said_at,
        due=row.due,
        person=row.person,
        village=row.village,
        bulk=row.bulk,
    )
