"""Every check of the installation, for `jiandu doctor`, the status page and the readiness probe."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client

from commands.backup import last_backup
from commands.ballot.checkup import ballot_looks
from commands.calendar import years_needed
from domain.cases.case import TOWN_ZONE
from domain.roster.books import CALENDAR
from eventstore.books import read_book
from eventstore.database import as_auditor
from eventstore.store import EventStore
from migrations.command import current_revision, head_revision
from notices.bulk import delivery_counts
from projections.state import states
from runtime.settings import Settings
from runtime.temporal import SEARCH_ATTRIBUTES
from web.findings import Finding, State

_PATIENCE = 8.0
_OLDEST_POSTGRES = 18
_LEAST_DISK = 200 * 1_048_576
_LITTLE_DISK = 2 * 1_073_741_824
_START = "用 jiandu up 启动；已启动则看数据文件夹里 logs 的日志。"

Look = Callable[[], Awaitable[tuple[State, str, str]]]
"""Answers with state, detail and advice; what it raises is a fault of the thing looked at."""


class Checkup:
    """The checks on one installation. `engine_client` connects when it is first asked for."""

    def __init__(
        self, settings: Settings, url: str, store: EventStore, engine_client: Callable[[], Awaitable[Client]]
    ) -> None:
        self._settings = settings
        self._url = url
        self._store = store
        self._client = engine_client

    @property
    def _database(self) -> AsyncEngine:
        return self._store.engine

    async def all(self) -> list[Finding]:
        """Look at everything, side by side."""
        return await _look(
            ("python", "Python", _START, self.python),
            ("disk", "数据文件夹与磁盘", "清理磁盘或更换数据文件夹（JIANDU_DATA_DIR）。", self.disk),
            ("postgres", "数据库", _START, self.postgres),
            ("migrations", "数据库结构", "运行 jiandu migrate。", self.migrations),
            ("temporal", "流程引擎", _START, self.temporal),
            ("namespace", "流程引擎命名空间", "请集群管理员建立命名空间，或改正 temporal_namespace。", self.namespace),
            ("search_attributes", "流程检索属性", "重新运行 jiandu up，或请集群管理员添加。", self.search_attributes),
            ("worker", "工作进程", "用 jiandu up 或 jiandu worker 启动。", self.worker),
            ("projections", "查询表", "运行 jiandu rebuild。", self.projections),
            ("chain", "事件链校验", "立即停止写入，运行 jiandu verify。", self.chain),
            ("calendar", "工作日历", "放假安排公布后升级 jiandu，或录入年度放假表。", self.calendar),
            ("notices", "提醒发送", "打开 /reminders 看原因；站内消息不受影响。", self.notices),
            ("backup", "备份", "运行 jiandu backup 备份文件，并每天执行。", self.backup),
            *ballot_looks(self._settings),
        )

    async def essential(self) -> list[Finding]:
        """Look at what no page or act can do without."""
        return await _look(
            ("postgres", "数据库", _START, self.postgres),
            ("migrations", "数据库结构", "运行 jiandu migrate。", self.migrations),
            ("temporal", "流程引擎", _START, self.temporal),
        )

    async def python(self) -> tuple[State, str, str]:
        """The interpreter. That it is new enough is proved by its having got here."""
        return State.OK, f"{platform.python_version()}（{sys.executable}）", ""

    async def disk(self) -> tuple[State, str, str]:
        """The data folder can be written and there is room."""
        return await asyncio.to_thread(_disk, self._settings.data_dir)

    async def postgres(self) -> tuple[State, str, str]:
        """The database answers and is new enough."""
        async with self._database.connect() as connection:
            number = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
        major = number // 10000
        if major < _OLDEST_POSTGRES:
            return State.ERROR, f"PostgreSQL {major}，需要 {_OLDEST_POSTGRES} 以上", "升级 PostgreSQL。"
        return State.OK, f"PostgreSQL {major}.{number % 10000}", ""

    async def migrations(self) -> tuple[State, str, str]:
        """The schema is this version's."""
        found, head = await asyncio.to_thread(current_revision, self._url), head_revision()
        if found != head:
            return State.ERROR, f"数据库是 {found or '空库'}，本版本需要 {head}", "运行 jiandu migrate。"
        return State.OK, f"{head}（最新）", ""

    async def temporal(self) -> tuple[State, str, str]:
        """The engine answers."""
        client = await self._client()
        info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
        return State.OK, f"Temporal {info.server_version}", ""

    async def namespace(self) -> tuple[State, str, str]:
        """Our namespace exists and keeps closed cases for a while."""
        client = await self._client()
        described = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace)
        )
        days = described.config.workflow_execution_retention_ttl.ToTimedelta().days
        return State.OK, f"{client.namespace}，办结流程保留 {days} 天", ""

    async def search_attributes(self) -> tuple[State, str, str]:
        """Cases can be searched by what we search by."""
        client = await self._client()
        listed = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
        missing = [name for name in SEARCH_ATTRIBUTES if name not in listed.custom_attributes]
        if missing:
            return State.ERROR, f"缺少 {'、'.join(missing)}", "重新运行 jiandu up，或请集群管理员添加。"
        return State.OK, f"{len(SEARCH_ATTRIBUTES)} 个齐全", ""

    async def worker(self) -> tuple[State, str, str]:
        """Somebody takes the cases' work."""
        client = await self._client()
        described = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=self._settings.task_queue),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            )
        )
        # A poll lasts a minute, and a worker that died is remembered for five.
        recent = datetime.now(UTC) - timedelta(seconds=75)
        alive = [p for p in described.pollers if p.last_access_time.ToDatetime(tzinfo=UTC) > recent]
        if not alive:
            return (
                State.ERROR,
                f"没有工作进程在队列 {self._settings.task_queue} 上",
                "用 jiandu up 或 jiandu worker 启动。",
            )
        return State.OK, f"{len(alive)} 个在队列 {self._settings.task_queue} 上", ""

    async def projections(self) -> tuple[State, str, str]:
        """The read models hold every event."""
        found = await states(self._database, self._settings.town)
        stale = [state for state in found if not state.current]
        if stale:
            words = "；".join(f"{state.name} 落后 {state.behind} 条 {state.error or ''}".rstrip() for state in stale)
            return State.ERROR, words, "运行 jiandu rebuild。"
        return State.OK, f"{len(found)} 个查询模型都是最新", ""

    async def chain(self) -> tuple[State, str, str]:
        """The log's counter agrees with its last event. (The whole chain is `jiandu verify`'s.)"""
        async with as_auditor(self._database) as connection:
            row = (await connection.execute(text(_HEAD), {"town": self._settings.town})).one_or_none()
        if row is None:
            return State.OK, "事件日志是空的", ""
        if not row.fits:
            return (
                State.ERROR,
                f"计数行（第 {row.position} 条）与最后一条事件不符",
                "立即停止写入，运行 jiandu verify。",
            )
        return State.OK, f"{row.position} 条事件，末端相符；全面核对用 jiandu verify", ""

    async def calendar(self) -> tuple[State, str, str]:
        """Working days are known for this year and the next."""
        table = await read_book(self._store, self._settings.town, CALENDAR)
        known = {each.year for each in table.tables}
        _, this, following = years_needed(datetime.now(UTC).astimezone(TOWN_ZONE).date())
        if this not in known:
            return State.WARNING, f"没有 {this} 年放假表，只按周末推算", "运行 jiandu up 载入，或录入年度放假表。"
        if following not in known:
            return (
                State.WARNING,
                f"{this} 年齐全；{following} 年放假安排尚未载入，跨年期限暂按周末推算",
                "放假安排公布后升级 jiandu，或录入年度放假表。",
            )
        return State.OK, f"{this}、{following} 年齐全", ""

    async def notices(self) -> tuple[State, str, str]:
        """Mail and group robots get the notices out."""
        counts = await delivery_counts(self._database, self._settings.town)
        if self._settings.smtp_host is None and not self._settings.webhooks:
            return State.OK, "没有配置邮件和群机器人，只发站内消息", ""
        words = f"已发 {counts.get('sent', 0)}，等待 {counts.get('waiting', 0)}，发不出去 {counts.get('dead', 0)}"
        if counts.get("dead"):
            return State.WARNING, words, "打开 /reminders 看原因；站内消息不受影响。"
        return State.OK, words, ""

    async def backup(self) -> tuple[State, str, str]:
        """There is a backup, and it is not old."""
        last = last_backup(self._settings)
        advice = "运行 jiandu backup 备份文件，并每天执行。"
        if last is None:
            return State.WARNING, "还没有备份", advice
        age = datetime.now(UTC) - last.made_at
        words = f"上次 {last.made_at.astimezone(TOWN_ZONE):%Y-%m-%d %H:%M}，{last.file}"
        if age > timedelta(days=1):  # a warning: nothing stops working, and elsewhere others may make the backups
            return State.WARNING, f"{words}，已过 {age.days} 天", advice
        return State.OK, words, ""


_HEAD = """
SELECT l.position,
       l.digest = e.digest AND NOT EXISTS (
           SELECT FROM event later WHERE later.town = l.town AND later.position > l.position
       ) IS TRUE AS fits
FROM town_log l LEFT JOIN event e ON e.town = l.town AND e.position = l.position
WHERE l.town = :town AND l.position > 0
"""


def _disk(folder: Path) -> tuple[State, str, str]:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(there)
    words = f"{folder}，剩余 {usage.free / 1_073_741_824:.1f} GB（已用 {usage.used * 100 // usage.total} %）"
    advice = "清理磁盘或更换数据文件夹（JIANDU_DATA_DIR）。"
    if not os.access(there, os.W_OK):
        return State.ERROR, f"{folder} 不可写", "改正文件夹权限。"
    if usage.free < _LEAST_DISK:
        return State.ERROR, words, advice
    if usage.free < _LITTLE_DISK:
        return State.WARNING, words, advice
    return State.OK, words, ""


async def _look(*looks: tuple[str, str, str, Look]) -> list[Finding]:
    return list(await asyncio.gather(*(_finding(*look) for look in looks)))


async def _finding(key: str, title: str, advice: str, look: Look) -> Finding:
    try:
        async with asyncio.timeout(_PATIENCE):
            state, detail, advice = await look()
    except TimeoutError:
        state, detail = State.ERROR, f"{_PATIENCE:.0f} 秒内没有应答"
    except Exception as error:  # noqa: BLE001 - whatever it raises is what was found
        lines = str(error).strip().splitlines()
        state, detail = State.ERROR, lines[0] if lines else type(error).__name__
    return Finding(key=key, title=title, state=state, detail=detail, advice=advice)
