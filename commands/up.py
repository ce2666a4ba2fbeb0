"""`jiandu up`: the whole product in the foreground, until Ctrl-C."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from commands.addresses import Addresses, announce, announced, withdraw
from commands.calendar import ensure_calendar
from commands.demo import load_demo
from commands.desk import desk_of, store_of
from commands.outcome import Exit
from commands.pending import recovery_asked_for, recovery_done
from commands.recover import recover_cases
from commands.screen import done, say, step, warn
from commands.stack import (
    Servers,
    engine_program,
    restarted,
    start_ballot,
    start_servers,
    start_web,
    start_worker,
    unless_stopped,
)
from domain.cases.case import TOWN_ZONE
from migrations.command import migrate
from projections import projector
from runtime.data_folder import DataFolder, DataFolderBusy
from runtime.logging import configure_logging
from runtime.processes import Supervisor, supervised
from runtime.settings import Settings, load_settings
from runtime.temporal import connect, ensure_search_attributes
from worker import sealed_converter


async def up(*, demo: bool) -> int:
    """Start everything, say where it is, keep it alive, and stop it when asked."""
    settings = load_settings()
    configure_logging(settings.log_format, "error")
    try:
        with DataFolder(settings.data_dir):
            return await _run(settings, demo=demo)
    except DataFolderBusy as busy:
        warn(str(busy))
        running = announced(settings)
        if running is not None:
            say(f"  它的地址：{running.web}（进程 {running.pid}）", error=True)
        return Exit.FAILED


async def _run(settings: Settings, *, demo: bool) -> int:
    program = await asyncio.to_thread(engine_program, settings)
    async with supervised(restarted) as supervisor:
        try:
            starting = asyncio.create_task(_start(settings, supervisor, program, demo=demo), name="start")
            if await unless_stopped(supervisor, starting):
                await supervisor.wait()
            say()
            step("正在停止……")
        finally:
            withdraw(settings)
    done("已全部停止；下次启动一切如旧。")
    return Exit.OK


async def _start(settings: Settings, supervisor: Supervisor, program: Path | None, *, demo: bool) -> None:
    servers = await start_servers(settings, supervisor, program)
    step("检查数据库结构")
    ballot, _ = await asyncio.gather(
        start_ballot(settings, supervisor), asyncio.to_thread(migrate, servers.database.url)
    )
    await _start_rest(settings, supervisor, servers, ballot, demo=demo)


async def _start_rest(
    settings: Settings, supervisor: Supervisor, servers: Servers, ballot: Mapping[str, str], *, demo: bool
) -> None:
    engine = await connect(settings, address=servers.temporal_address, data_converter=sealed_converter(settings))
    await ensure_search_attributes(engine)
    async with store_of(servers.database) as store:
        desk = desk_of(servers.database, store, engine)
        for town in await store.towns():
            await projector().catch_up(store.engine, town)
        await start_worker(settings, supervisor)
        if recovery_asked_for(settings):
            await recover_cases(desk, quiet=False)
            recovery_done(settings)
        await ensure_calendar(desk, datetime.now(UTC).astimezone(TOWN_ZONE).date())
        if demo:
            await load_demo(desk)
    web, desk_port = await start_web(settings, supervisor)
    addresses = announce(settings, web, servers.temporal_address, servers.temporal_ui, ballot, desk_port)
    _welcome(settings, addresses, demo=demo)


def _welcome(settings: Settings, addresses: Addresses, *, demo: bool) -> None:
    say()
    done("监督已启动。")
    say(f"  网页        {addresses.web}")
    say(f"  运行状态    {addresses.web}/status")
    say(f"  计票台      端口 {addresses.count_desk_port}（纸质票录入，jiandu ballot counters 发代码）")
    if "board" in addresses.ballot:
        say(f"  投票页面    {addresses.ballot['board']}（会场里用 HTTPS，见 docs/operations-ballot.md）")
    if addresses.temporal_ui:
        say(f"  流程引擎    {addresses.temporal_ui}（{addresses.temporal}，命名空间 {settings.temporal_namespace}）")
    else:
        say(f"  流程引擎    {addresses.temporal}（命名空间 {settings.temporal_namespace}）")
    say(f"  数据文件夹  {settings.data_dir}")
    say()
    if not demo:
        say(f"第一次使用：浏览器打开 {addresses.web}/setup，按启用向导一步步做。")
        say()
    say("也可以用命令（另开一个终端）：")
    if not demo:
        say("  jiandu template deputies 代表.xlsx    填好后 jiandu import deputies 代表.xlsx")
        say("  jiandu template subjects 对象.xlsx    填好后 jiandu import subjects 对象.xlsx")
        say("  jiandu cycle start 年度               启动年度监督周期")
    say("  jiandu cases                          看全部案件")
    say("  jiandu doctor                         体检")
    say("  jiandu backup 备份文件                备份")
    say("按 Ctrl-C 停止。")
