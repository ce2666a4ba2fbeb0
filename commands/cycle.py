"""`jiandu cycle start`: a year begins."""

from __future__ import annotations

from datetime import UTC, datetime

from commands.acting import actor_of
from commands.calendar import ensure_calendar
from commands.desk import Desk, new_command_id, open_desk
from commands.outcome import Failure
from commands.receipts import print_receipt
from domain.acts import Actor
from domain.cases.case import TOWN_ZONE, CaseKind
from domain.cases.cycle.commands import OpenCycle
from workflows.messages import Receipt


async def start(year: int, *, actor: str, command_id: str | None, as_json: bool) -> int:
    """Start the cycle of a year from the roster, policy and calendar in force. Raises `Refusal`."""
    who = actor_of(actor)
    async with open_desk() as desk:
        receipt = await start_cycle(desk, year, who, command_id or new_command_id())
    print_receipt(f"{year} 年度监督周期已启动", receipt, as_json=as_json)
    return 0


async def start_cycle(desk: Desk, year: int, actor: Actor, command_id: str) -> Receipt:
    """Start the cycle. Raises `Failure` for a town without a roster, `Refusal` when the year has begun."""
    today = datetime.now(UTC).astimezone(TOWN_ZONE).date()
    roster = await desk.roster()
    posts = roster.posts(today)
    deputies = len(roster.active_deputies)
    if not posts or not deputies:
        missing = "、".join(word for word, there in (("测评对象", posts), ("代表", deputies)) if not there)
        raise Failure(
            f"名册中没有{missing}，不能启动 {year} 年度。",
            "先用 jiandu import subjects / deputies 导入名册。",
            code="no_roster",
        )
    return await desk.cases.start(
        CaseKind.CYCLE,
        str(year),
        OpenCycle(year=year, subjects=posts, deputies=deputies),
        actor=actor,
        command_id=command_id,
        policy=await desk.policy(),
        calendar=await ensure_calendar(desk, today),
    )
