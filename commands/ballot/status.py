"""`jiandu ballot status`: how far a poll is: counts, phases, what is missing. Never who, never how."""

from __future__ import annotations

from commands.ballot.organising import organising
from commands.outcome import Exit
from commands.screen import print_json, say, table

_PHASES = {
    "collecting": "签领",
    "casting": "投票",
    "ended": "投票结束，等待开箱",
    "closed": "已计票",
    "discarded": "已作废",
}


async def status(poll_id: str, *, as_json: bool) -> int:
    """Print it. Raises `Failure`, `Refusal`."""
    async with organising(poll_id) as poll:
        case = await poll.state()
        opened = await poll.box.setup_of(poll.key) is not None
        manifest = await poll.box.adopted(poll.key)
        found = await poll.box.status(poll.key) if opened else None
    phase = "called" if found is None else found.phase.value
    missing = list(found.unfinished) if found is not None else []
    if found is None and manifest is None and case.mode.value != "paper":
        missing.append("还没有设置（jiandu ballot set-up）")
    rows = [] if found is None else [each.model_dump() for each in found.turnout]
    objections = {key: objection.upheld for key, objection in case.objections.items()}
    if as_json:
        print_json(
            {
                "ok": True,
                "poll": poll_id,
                "mode": case.mode.value,
                "stage": case.stage.value,
                "phase": phase,
                "set_up": manifest is not None,
                "manifest": None if found is None else found.manifest,
                "turnout": rows,
                "missing": missing,
                "objections": objections,
                "destroyed_on": case.destroyed_on,
            }
        )
        return Exit.OK
    say(f"测评 {poll_id}：{case.stage.label}；票箱：{_PHASES.get(phase, '尚未开启')}")
    if found is not None:
        table(
            ["测评对象", "应到", "实到", "发出", "收回"],
            [
                [each.subject, str(each.entitled or ""), str(each.present), str(each.issued), str(each.returned)]
                for each in found.turnout
            ],
        )
    for each in missing:
        say(f"  还缺：{each}" if phase != "discarded" else f"  {each}")
    for key, upheld in objections.items():
        say(f"  异议 {key}：{'尚未决定' if upheld is None else '成立' if upheld else '不成立'}")
    return Exit.OK
