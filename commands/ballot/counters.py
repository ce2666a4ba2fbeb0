"""`jiandu ballot counters`: seats at the count desk, and a code for each person, told this once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from ballotbox.count_desk import CountDesk, Seat
from commands.addresses import announced
from commands.ballot.desk_server import desk_origin
from commands.ballot.forms import poll_of
from commands.desk import open_records
from commands.outcome import Exit, invalid_input
from commands.screen import print_json, say, table
from documents.papers.qr import qr_svg
from documents.papers.render import render
from runtime.settings import Settings

_PERSON = re.compile(r"(?P<name>[^:]{1,40}):(?P<entry>[12]|监票|scrutineer)(?::(?P<first>\d{1,4})-(?P<last>\d{1,4}))?")


def seat_of(text: str) -> Seat:
    """The seat written `NAME:1`, `NAME:2:31-60` or `NAME:监票`. Raises `Failure`."""
    match = _PERSON.fullmatch(text.replace("：", ":").strip())
    if match is None:
        raise invalid_input(f"--person “{text}” 不对。", "写作 姓名:1、姓名:2 或 姓名:监票；分票号的写 姓名:1:1-30。")
    first, last = (int(match[part]) if match[part] else None for part in ("first", "last"))
    if first is not None and last is not None and not 1 <= first <= last:
        raise invalid_input(f"--person “{text}” 的票号范围不对。", "写作 姓名:1:1-30。")
    entry = {"1": 1, "2": 2}.get(match["entry"])
    return Seat(match["name"], 1 if entry == 1 else 2 if entry == 2 else None, first, last)


async def counters(poll_id: str, persons: list[str], slips: Path | None, *, as_json: bool) -> int:
    """Give seats and print the codes. Raises `Failure`, `Refusal`."""
    seats = [seat_of(each) for each in persons]
    async with open_records() as records:
        poll = await poll_of(records, poll_id)
        if poll.state.stage.over:
            raise invalid_input(f"测评 {poll_id} {poll.state.stage.label}，不再录入。")
        codes = await CountDesk(records.store.engine).seat(poll.key, seats)
        origin = _origin(records.settings)
        town = records.settings.town_name or records.town
    rows = [(seat.person, _role(seat), codes[seat.person], f"{origin}/enter#c={codes[seat.person]}") for seat in seats]
    if slips is not None:
        data = {
            "event": f"{town}　测评 {poll_id}",
            "seats": [
                {"person": person, "role": role, "code": code, "qr": qr_svg(link)} for person, role, code, link in rows
            ],
        }
        await asyncio.to_thread(_write, slips, data)
    if as_json:
        names = ("person", "role", "code", "link")
        print_json({"ok": True, "poll": poll_id, "seats": [dict(zip(names, row, strict=True)) for row in rows]})
        return Exit.OK
    table(("姓名", "担任", "代码", "链接"), rows)
    say("代码只显示这一次；重发即换新码，旧码作废。测评结束后代码全部失效。")
    if not any(seat.entry == 1 for seat in seats) or not any(seat.entry == 2 for seat in seats):
        say("提醒：两组都要有人；两组人员不能相同。")
    return Exit.OK


def _write(path: Path, data: Mapping[str, object]) -> None:
    path.write_bytes(render("counter_slips", data))


def _role(seat: Seat) -> str:
    if seat.entry is None:
        return "监票人"
    span = f"（{seat.first}–{seat.last} 号）" if seat.first is not None else ""
    return f"第{'一' if seat.entry == 1 else '二'}组录入{span}"


def _origin(settings: Settings) -> str:
    """Where the desk of the running installation is: it may have taken another port."""
    running = announced(settings)
    port = running.count_desk_port if running is not None else None
    return desk_origin(settings if port is None else settings.model_copy(update={"count_desk_port": port}))
