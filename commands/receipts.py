"""The answer to an act, as it is printed."""

from __future__ import annotations

from commands.screen import done, print_json, say
from domain.cases.case import TOWN_ZONE, stream_of
from workflows.messages import Receipt


def print_receipt(what: str, receipt: Receipt, *, as_json: bool) -> None:
    """Say what was recorded, what was started and what the case waits for."""
    if as_json:
        print_json({"ok": True, **receipt.model_dump(mode="json")})
        return
    done(what + ("（此前已办，未重复记录）。" if receipt.repeated else "。"))
    for event in receipt.events:
        say(f"  记录 {event.event}（本案第 {event.version} 号，日志第 {event.position} 条）")
    for case in receipt.started:
        say(f"  立案 {stream_of(case.kind, case.case_id)}")
    if receipt.next_deadline is not None:
        say(f"  下一期限 {receipt.next_deadline.astimezone(TOWN_ZONE):%Y-%m-%d %H:%M}")
    say(f"  办理编号 {receipt.command_id}")
