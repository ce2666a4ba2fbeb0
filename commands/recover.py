"""`jiandu recover`: every open case runs again, from its events, with its deadlines as they were."""

from __future__ import annotations

import asyncio

from commands.desk import Desk, desk_of, open_desk, store_of
from commands.outcome import Failure
from commands.pending import recovery_done
from commands.place import embedded_postgres
from commands.screen import done, print_json, progress, say, step
from commands.stack import engine_program, restarted, start_servers, start_worker
from domain.cases.case import stream_of
from migrations.command import migrate
from runtime.data_folder import DataFolder
from runtime.processes import supervised
from runtime.settings import Settings, load_settings
from runtime.temporal import connect, ensure_search_attributes
from worker import sealed_converter
from workflows.ended import UnknownPolicy
from workflows.recovery import Recovered
from workflows.recovery import recover as recover_town


async def recover(*, as_json: bool) -> int:
    """Recover every case: on what runs, or, where nothing runs, on servers started for it."""
    settings = load_settings()
    if settings.embedded_postgres and not await asyncio.to_thread(embedded_postgres(settings).running):
        recovered = await _on_own_servers(settings, quiet=as_json)
    else:
        async with open_desk(settings) as desk:
            recovered = await recover_cases(desk, quiet=as_json)
    recovery_done(settings)
    if as_json:
        print_json(
            {
                "ok": True,
                "started": [_as_json(case) for case in recovered if case.started],
                "ended": [_as_json(case) for case in recovered if not case.started],
            }
        )
    return 0


async def recover_cases(desk: Desk, *, quiet: bool) -> list[Recovered]:
    """Start every open case of every town again and say how it goes. Raises `Failure` when one cannot be understood."""
    recovered: list[Recovered] = []
    for town in await desk.store.towns():
        recovered += await _recover_town(desk.of_town(town), quiet=quiet)
    return recovered


async def _recover_town(desk: Desk, *, quiet: bool) -> list[Recovered]:
    if not quiet:
        step(f"从事件重启在办案件（{desk.town}）")

    def tell(count: int, total: int, case: Recovered) -> None:
        if not quiet:
            word = "已重启" if case.started else "已办结，不动"
            progress(count, total, f"{stream_of(case.kind, case.case_id)} {word}")

    try:
        recovered = await recover_town(desk.cases, desk.store, await desk.policies(), await desk.calendar(), tell)
    except UnknownPolicy as unknown:
        raise Failure(str(unknown), "先用 jiandu policy adopt 采用该版本，再恢复。", code="unknown_policy") from unknown
    if not quiet:
        started = sum(1 for case in recovered if case.started)
        done(f"{started} 个在办案件已重启，{len(recovered) - started} 个已办结。")
    return list(recovered)


async def _on_own_servers(settings: Settings, *, quiet: bool) -> list[Recovered]:
    program = await asyncio.to_thread(engine_program, settings)
    with DataFolder(settings.data_dir):
        async with supervised(restarted) as supervisor:
            servers = await start_servers(settings, supervisor, program, quiet=quiet)
            await asyncio.to_thread(migrate, servers.database.url)
            engine = await connect(
                settings, address=servers.temporal_address, data_converter=sealed_converter(settings)
            )
            await ensure_search_attributes(engine)
            await start_worker(settings, supervisor, quiet=quiet)
            async with store_of(servers.database) as store:
                recovered = await recover_cases(desk_of(servers.database, store, engine), quiet=quiet)
    if not quiet:
        say("  为恢复而启动的进程已停止；用 jiandu up 继续。")
    return recovered


def _as_json(case: Recovered) -> dict[str, object]:
    return {"kind": case.kind.value, "case_id": case.case_id, "epoch": case.epoch}
