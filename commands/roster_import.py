"""`jiandu import`: a roster from Excel; a preview first, then, confirmed, the entries."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from commands.acting import actor_of
from commands.desk import new_command_id, open_records
from commands.outcome import Exit, Failure, invalid_input
from commands.screen import done, print_json, say, warn
from documents.roster_import import ChangeKind, Preview, import_roster, mark_faults
from documents.roster_import.columns import DEPUTIES, SUBJECTS
from domain.cases.case import TOWN_ZONE
from domain.faults import Invalid
from domain.roster.books import ROSTER

_SHEETS = {"deputies": DEPUTIES, "subjects": SUBJECTS}


@dataclass(frozen=True)
class Import:
    """What is asked for. `marked`: where to write the file with its faults in red, if it has any."""

    what: str
    file: Path
    confirm: bool
    retire_missing: bool
    heads_from: str | None
    marked: Path | None


async def run_import(order: Import, *, actor: str, command_id: str | None, as_json: bool) -> int:
    """Preview or make an import. Nothing is written when anything is wrong. Raises `Invalid`, `Refusal`."""
    who = actor_of(actor)
    heads_from = _date_of(order.heads_from)
    if not await asyncio.to_thread(order.file.is_file):
        raise Failure(f"文件不存在：{order.file}", "核对路径。", code="no_file", exit_code=Exit.INVALID)
    today = datetime.now(UTC).astimezone(TOWN_ZONE).date()
    async with open_records() as records:
        roster = await records.roster()
        read = await asyncio.to_thread(import_roster, order.file, roster, today, sheets=[_SHEETS[order.what]])
        if isinstance(read, Invalid):
            if order.marked is not None:
                await asyncio.to_thread(mark_faults, order.file, read.faults, order.marked)
                if not as_json:
                    warn(f"错误已用红色标在 {order.marked} 里。")
            raise read
        written = 0
        if order.confirm:
            act = read.act(retire_missing=order.retire_missing, heads_from=heads_from)
            written = len(await records.write(ROSTER, act, who, command_id or new_command_id()))
    if as_json:
        _print_json(read, confirmed=order.confirm, written=written)
    else:
        _report(read, order, written)
    return Exit.OK


def _date_of(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid_input(f"日期“{text}”不对。", "写作 2026-06-20。") from None


def _print_json(preview: Preview, *, confirmed: bool, written: int) -> None:
    print_json(
        {
            "ok": True,
            "confirmed": confirmed,
            "events": written,
            "unchanged": preview.unchanged,
            "changes": [change.model_dump(mode="json") for change in preview.changes],
            "notices": list(preview.notices),
        }
    )


def _report(preview: Preview, order: Import, written: int) -> None:
    for change in preview.changes:
        say(f"  {change.kind.value} {change.id} {change.name} {'；'.join(change.details)}".rstrip())
    for notice in preview.notices:
        say(f"  请留意：{notice}", style="yellow")
    counts = "、".join(f"{kind.value} {len(preview.of(kind))}" for kind in ChangeKind)
    if order.confirm:
        done(f"已导入：{counts}，不变 {preview.unchanged}，记录 {written} 条。")
        return
    done(f"预览：{counts}，不变 {preview.unchanged}；没有写入。")
    say("  确认无误后加 --confirm 再运行一次。")
    if preview.of(ChangeKind.MISSING):
        say("  名册中没有的默认保留；要停用时再加 --retire-missing。")
