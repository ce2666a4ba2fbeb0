"""Batches in the town's database: what was to be done, and how far each act of it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.acts import Actor, Role
from domain.cases.case import CaseKind
from eventstore.database import in_town

GONE_AFTER = timedelta(seconds=90)
"""A run of which nothing was heard for so long is gone: longer than one act is tried again."""

_BATCH = text(
    "INSERT INTO desk.batch (town, batch_id, act, person, role, made) "
    "VALUES (:town, :batch, :act, :person, :role, :now) ON CONFLICT DO NOTHING RETURNING batch_id"
)
_ITEM = text(
    "INSERT INTO desk.batch_item (town, batch_id, number, kind, case_id, title, command) "
    "VALUES (:town, :batch, :number, :kind, :case_id, :title, :command)"
)
_READ = text("SELECT act, person, role, made, runner, seen FROM desk.batch WHERE town = :town AND batch_id = :batch")
_ITEMS = text(
    "SELECT number, kind, case_id, title, command, state, message FROM desk.batch_item "
    "WHERE town = :town AND batch_id = :batch ORDER BY number"
)
_RECENT = text("SELECT batch_id FROM desk.batch WHERE town = :town ORDER BY made DESC LIMIT :most")
_TAKE = text(
    "UPDATE desk.batch SET runner = :runner, seen = :now WHERE town = :town AND batch_id = :batch "
    "AND (runner IS NULL OR seen < :gone) RETURNING batch_id"
)
_NOTE = text(
    "UPDATE desk.batch_item SET state = :state, message = :message, ended = :now "
    "WHERE town = :town AND batch_id = :batch AND number = :number"
)
_SEEN = text(
    "UPDATE desk.batch SET seen = :now WHERE town = :town AND batch_id = :batch AND runner = :runner RETURNING batch_id"
)
_RELEASE = text("UPDATE desk.batch SET runner = NULL WHERE town = :town AND batch_id = :batch AND runner = :runner")


class ItemState(StrEnum):
    """How far an act of a batch is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    UNSURE = "unsure"
    """The engine did not answer: it may have been done; the same id is sent again."""

    @property
    def word(self) -> str:
        """In Chinese."""
        return {"waiting": "待办理", "done": "已办理", "refused": "未能办理", "unsure": "尚不确定"}[self.value]


@dataclass(frozen=True)
class Item:
    """One act of a batch."""

    number: int
    kind: CaseKind
    case_id: str
    title: str
    command: str
    """As JSON."""
    state: ItemState = ItemState.WAITING
    message: str = ""

    @property
    def path(self) -> str:
        """The page of its case."""
        return f"/cases/{self.kind.value}/{self.case_id}"


@dataclass(frozen=True)
class Batch:
    """Acts that are done one by one."""

    batch_id: str
    act: str
    actor: Actor
    made: datetime
    running: bool
    items: Sequence[Item]

    def count(self, state: ItemState) -> int:
        """How many are so far."""
        return sum(item.state is state for item in self.items)

    @property
    def left(self) -> int:
        """How many are still to be done."""
        return self.count(ItemState.WAITING) + self.count(ItemState.UNSURE)

    def command_id(self, item: Item) -> str:
        """The act's id: the same for every attempt."""
        return f"bulk:{self.batch_id}:{item.number}"


class BatchStore:
    """The batches of one town."""

    def __init__(self, engine: AsyncEngine, town: str) -> None:
        self._engine = engine
        self._town = town

    async def make(self, batch_id: str, act: str, actor: Actor, items: Sequence[Item]) -> None:
        """Write a batch down before anything of it is done; made again under the same id it stays what it was."""
        key = {"town": self._town, "batch": batch_id}
        head = {**key, "act": act, "person": actor.id, "role": actor.role.value, "now": datetime.now(UTC)}
        async with in_town(self._engine, self._town) as connection:
            if (await connection.execute(_BATCH, head)).first() is None:
                return
            for item in items:
                values = {"number": item.number, "kind": item.kind.value, "case_id": item.case_id}
                await connection.execute(_ITEM, {**key, **values, "title": item.title, "command": item.command})

    async def read(self, batch_id: str) -> Batch | None:
        """A batch as it stands; None where there is none."""
        key = {"town": self._town, "batch": batch_id}
        async with in_town(self._engine, self._town) as connection:
            row = (await connection.execute(_READ, key)).one_or_none()
            items = [
                Item(
                    each.number,
                    CaseKind(each.kind),
                    each.case_id,
                    each.title,
                    each.command,
                    ItemState(each.state),
                    each.message,
                )
                for each in await connection.execute(_ITEMS, key)
            ]
        if row is None:
            return None
        running = row.runner is not None and datetime.now(UTC) - row.seen < GONE_AFTER
        return Batch(batch_id, row.act, Actor(id=row.person, role=Role(row.role)), row.made, running, items)

    async def recent(self, most: int = 10) -> list[Batch]:
        """The last batches, newest first."""
        async with in_town(self._engine, self._town) as connection:
            ids = list((await connection.execute(_RECENT, {"town": self._town, "most": most})).scalars())
        return [batch for each in ids if (batch := await self.read(each)) is not None]

    async def take(self, batch_id: str, runner: str) -> bool:
        """Take the right to do a batch; False while another run has it."""
        return await self._told(_TAKE, batch_id, runner=runner, gone=datetime.now(UTC) - GONE_AFTER)

    async def seen(self, batch_id: str, runner: str) -> bool:
        """Say that the run goes on; False where another has taken it over."""
        return await self._told(_SEEN, batch_id, runner=runner)

    async def note(self, batch_id: str, number: int, state: ItemState, message: str = "") -> None:
        """Write down how far an act is."""
        await self._told(_NOTE, batch_id, number=number, state=state.value, message=message)

    async def release(self, batch_id: str, runner: str) -> None:
        """The run is over."""
        await self._told(_RELEASE, batch_id, runner=runner)

    async def _told(self, statement: Any, batch_id: str, **values: Any) -> bool:
        key = {"town": self._town, "batch": batch_id, "now": datetime.now(UTC), **values}
        async with in_town(self._engine, self._town) as connection:
            result = await connection.execute(statement, key)
            return result.first() is not None if result.returns_rows else True
