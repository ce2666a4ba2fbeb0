"""`jiandu ballot forms`: numbered paper forms of a poll, the ledger of forms and the counting sheet, as PDF."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from commands.desk import Records, open_records
from commands.outcome import Exit, invalid_input
from commands.screen import done, print_json, say
from documents.papers.polls import ballot_forms, count_report, paper_ledger
from web.polls import Poll, read_poll


async def forms(poll_id: str, folder: Path, *, spare: int, as_json: bool) -> int:
    """Write the papers into `folder`. `spare`: forms a series beyond one a deputy. Raises `Failure`, `Refusal`."""
    async with open_records() as records:
        poll = await poll_of(records, poll_id)
        town = records.settings.town_name or records.town
    printed = {series.letter: series.forms + spare for series in poll.forms.series}
    written = await asyncio.to_thread(_write, folder, poll, town, printed)
    if as_json:
        print_json({"ok": True, "poll": poll_id, "forms": printed, "files": [str(path) for path in written]})
        return Exit.OK
    for series in poll.forms.series:
        names = "、".join(subject.name for subject in series.subjects)
        say(f"  {series.letter} 票 {printed[series.letter]} 张：{names}")
    done(f"纸质票已生成：{'、'.join(str(path) for path in written)}。发票前请把票面朝下打乱次序。")
    return Exit.OK


def _write(folder: Path, poll: Poll, town: str, printed: Mapping[str, int]) -> list[Path]:
    papers = {
        f"测评票-{series.letter}": ballot_forms(poll.forms, town, series, range(1, printed[series.letter] + 1))
        for series in poll.forms.series
    }
    papers["发票收票登记表"] = paper_ledger(poll.forms, town, printed)
    papers["计票报告单"] = count_report(poll.forms, town, poll.state.attendance)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in papers.items():
        path = folder / f"{poll.key.poll_id}-{name}.pdf"
        path.write_bytes(content)
        written.append(path)
    return written


async def poll_of(records: Records, poll_id: str) -> Poll:
    """The poll of that id. Raises `Failure`."""
    poll = await read_poll(records.store.engine, records.town, poll_id)
    if poll is None:
        raise invalid_input(f"没有测评 {poll_id}。", "用 jiandu cases 查看测评编号，如 2026-P1。")
    return poll
