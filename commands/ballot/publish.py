"""`jiandu ballot publish`: both teams' results go in, are compared, and the poll is counted and published."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from ballotbox.secret.teams import TeamResult
from commands.acting import actor_of
from commands.ballot.organising import Organising, organising
from commands.desk import new_command_id, open_desk
from commands.outcome import Exit, Failure, invalid_input
from commands.screen import done, print_json, say
from domain.acts import Actor
from domain.cases.aftermath import EffectRefused
from domain.cases.case import CaseKind, stream_of
from domain.cases.poll.commands import ClosePoll
from domain.cases.poll.state import PollState
from domain.events import Recorded

_PATIENCE = 120.0
"""Seconds for the worker to combine, publish and count; a large poll takes a few."""


async def publish(poll_id: str, files: Sequence[Path], actor: str, command_id: str | None, *, as_json: bool) -> int:
    """Submit the results, close the poll, wait for its count. Raises `Failure`, `Refusal`."""
    results = [_read(path) for path in files]
    who = actor_of(actor)
    async with organising(poll_id) as poll:
        before = await poll.state()
        for result in results:
            await poll.box.submit_opening(poll.key, result)
        after = before if before.stage.over else await _counted(poll, who, command_id or new_command_id())
    rows = {
        subject: {"status": result.status.value, "returned": result.returned, "set_aside": result.set_aside}
        for subject, result in after.results.items()
    }
    if as_json:
        print_json({"ok": True, "poll": poll_id, "stage": after.stage.value, "results": rows})
        return Exit.OK
    done(f"测评 {poll_id}：{after.stage.label}，结果已在公告栏公布。")
    for subject, row in rows.items():
        say(f"  {subject}：收回 {row['returned']}，无效信封 {row['set_aside']}")
    return Exit.OK


def _read(path: Path) -> TeamResult:
    try:
        return TeamResult.from_bytes(path.read_bytes())
    except ValueError:
        raise invalid_input(f"{path} 不是开箱结果，或被改动过。", "请用 open-team 写出的文件，不要编辑。") from None


async def _counted(poll: Organising, actor: Actor, command_id: str) -> PollState:
    stream = stream_of(CaseKind.POLL, poll.key.poll_id)
    async with open_desk(poll.records.settings) as desk:
        await desk.cases.act(CaseKind.POLL, poll.key.poll_id, ClosePoll(), actor=actor, command_id=command_id)
        closed = (await poll.records.store.find_command(poll.key.town, command_id))[-1].version
        for _ in range(int(_PATIENCE / 0.2)):
            state = await poll.state()
            if state.stage.over:
                return state
            events = await poll.records.store.read_stream(poll.key.town, stream, closed + 1)
            if (refused := _refusal(events)) is not None:
                raise Failure(f"没有公布：{refused.message}", code=refused.code)
            await asyncio.sleep(0.2)
    raise Failure(
        "票箱还没有给出计票结果。", "看 jiandu ballot status 还缺什么，补齐后再运行一次。", code="not_counted"
    )


def _refusal(events: Sequence[Recorded]) -> EffectRefused | None:
    return next((each.event for each in events if isinstance(each.event, EffectRefused)), None)
