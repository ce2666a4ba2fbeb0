"""Delivery: what waits is taken, sent, and marked; what fails waits longer each time, and after some tries is dead.

A delivery is taken by moving its next moment beyond a lease, committed before it is sent. A worker that dies while it
sends leaves the delivery to be sent again after the lease: at least once, under the same key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from eventstore.database import in_town
from notices.channels import MailServer, NotDelivered, Robot
from notices.feeding import feed
from notices.message import message_of
from notices.routing import Routes

log = structlog.get_logger("jiandu.notices")

LEASE = timedelta(minutes=2)
EVERY = timedelta(seconds=5)
"""How often a worker looks."""
AT_ONCE = 20

_TAKE = text(
    "UPDATE outbox.delivery d SET attempts = d.attempts + 1, next_at = :lease FROM outbox.message m "
    "WHERE d.town = :town AND (d.key, d.channel) IN ("
    "  SELECT w.key, w.channel FROM outbox.delivery w "
    "  WHERE w.town = :town AND w.state = 'waiting' AND w.next_at <= :now "
    "  ORDER BY w.next_at LIMIT :most FOR UPDATE SKIP LOCKED"
    ") AND m.town = d.town AND m.key = d.key "
    "RETURNING d.channel, d.attempts, m.key, m.roles, m.stream, m.kind, m.title, m.words, m.said_at, m.due, "
    "m.person, m.village, m.bulk"
)
_SENT = text(
    "UPDATE outbox.delivery SET state = 'sent', done_at = :now, fault = NULL "
    "WHERE town = :town AND key = :key AND channel = :channel"
)
_FAILED = text(
    "UPDATE outbox.delivery SET state = :state, next_at = :next_at, fault = :fault, "
    "done_at = CASE WHEN :state = 'dead' THEN CAST(:now AS timestamptz) END "
    "WHERE town = :town AND key = :key AND channel = :channel"
)
_ADDRESS = text("SELECT email FROM outbox.address WHERE town = :town AND login = :login")


@dataclass(frozen=True)
class Patience:
    """How often, and after how long, a delivery is tried again."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=6)
    tries: int = 8

    def wait(self, attempts: int) -> timedelta | None:
        """How long to wait after so many failed tries; None: it is dead."""
        return None if attempts >= self.tries else min(self.first * 2 ** (attempts - 1), self.longest)


class Post:
    """The post office of an installation: feeds the outbox and delivers what is in it."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        mail: MailServer | None = None,
        robots: Sequence[Robot] = (),
        patience: Patience | None = None,
    ) -> None:
        self._engine = engine
        self._mail = mail
        self._robots: Mapping[str, Robot] = {robot.name: robot for robot in robots}
        self._patience = patience or Patience()
        self.routes = Routes(mail is not None, tuple((robot.name, robot.roles) for robot in robots))

    async def keep_on(self, towns: Callable[[], Awaitable[Sequence[str]]], every: timedelta = EVERY) -> None:
        """Work for ever. What fails is said and tried again; it concerns nothing else."""
        while True:
            try:
                for town in await towns():
                    await self.round(town)
            except Exception as error:  # noqa: BLE001 - the database comes back; the post must not end before
                log.warning("notices_delayed", reason=type(error).__name__)
            await asyncio.sleep(every.total_seconds())

    async def round(self, town: str, now: datetime | None = None) -> int:
        """Feed, then deliver all that is due. Returns how many messages got out."""
        now = now or datetime.now(UTC)
        await feed(self._engine, town, self.routes, now)
        sent = 0
        while taken := await self._take(town, now):
            for row in taken:
                sent += await self._deliver(town, row, now)
        return sent

    async def _take(self, town: str, now: datetime) -> Sequence[Any]:
        values = {"town": town, "now": now, "lease": now + LEASE, "most": AT_ONCE}
        async with in_town(self._engine, town) as connection:
            return (await connection.execute(_TAKE, values)).all()

    async def _deliver(self, town: str, row: Any, now: datetime) -> bool:
        at = {"town": town, "key": row.key, "channel": row.channel, "now": now}
        try:
            await self._send(town, row)
        except NotDelivered as failure:
            wait = self._patience.wait(row.attempts)
            state = "dead" if wait is None else "waiting"
            kind = row.channel.partition(":")[0]
            log.warning("notice_not_delivered", channel=kind, reason=failure.reason, attempts=row.attempts, state=state)
            values = {**at, "state": state, "next_at": now + (wait or timedelta(0)), "fault": failure.reason}
            async with in_town(self._engine, town) as connection:
                await connection.execute(_FAILED, values)
            return False
        async with in_town(self._engine, town) as connection:
            await connection.execute(_SENT, at)
        return True

    async def _send(self, town: str, row: Any) -> None:
        way, _, name = row.channel.partition(":")
        message = message_of(row)
        if way == "mail":
            if self._mail is None:
                raise NotDelivered("邮件没有配置")
            async with in_town(self._engine, town) as connection:
                to = (await connection.execute(_ADDRESS, {"town": town, "login": name})).scalar_one_or_none()
            if to is None:
                raise NotDelivered("没有邮箱地址")
            await self._mail.send(message, to)
            return
        robot = self._robots.get(name)
        if robot is None:
            raise NotDelivered("群机器人没有配置")
        await robot.send(message, "")
