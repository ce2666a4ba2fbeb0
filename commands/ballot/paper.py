"""`jiandu ballot give-paper`, `paper-status`, `fall-back`: deputies who vote on paper, and how far typing is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from ballotbox.ballots import Difference
from ballotbox.count_desk import CountDesk
from ballotbox.interface import BallotBox, Entry
from commands.acting import actor_of
from commands.ballot.forms import poll_of
from commands.ballot.organising import organising
from commands.desk import Desk, open_desk
from commands.outcome import Exit, Failure, invalid_input
from commands.screen import done, print_json, say, step, table
from domain.acts import Actor, Command, Refusal
from domain.cases.appraisal.commands import PutToPoll
from domain.cases.case import TOWN_ZONE, CaseKind
from domain.cases.cycle.commands import CallPoll
from domain.cases.poll.commands import ItemKind, OpenPoll, VoidPoll
from domain.cases.rectification.commands import PutToRevote
from domain.policy.document import BallotMode
from web.live.figures import path_warnings
from web.polls import Poll

_VOID_SECONDS = 20
_PATIENCE_SECONDS = 60
_NOT_YET = frozenset({"poll_pending", "not_running"})
"""Refusals that pass by themselves: the cases are being told, the new poll is being started."""
_ENTRIES: Sequence[Entry] = (1, 2)


async def give_paper(poll_id: str, deputies: Sequence[str], *, as_json: bool) -> int:
    """These deputies take paper in a mixed poll. All or none. Raises `Failure`, `Refusal`."""
    async with organising(poll_id) as poll:
        case = await poll_of(poll.records, poll_id)
        await poll.box.issue_paper(poll.key, deputies)
        status = await poll.box.status(poll.key)
    warnings = path_warnings(status, case.policy.ballot.minimum_path)
    if as_json:
        print_json({"ok": True, "poll": poll_id, "given": list(deputies), "warnings": warnings})
        return Exit.OK
    done(f"已登记 {len(deputies)} 名代表领用纸质票。")
    for warning in warnings:
        say(f"  {warning}")
    return Exit.OK


async def paper_status(poll_id: str, *, as_json: bool) -> int:
    """How many forms each entry has typed, and how many differ. Never what. Raises `Failure`, `Refusal`."""
    async with organising(poll_id) as poll:
        case = await poll_of(poll.records, poll_id)
        desk = CountDesk(poll.records.store.engine)
        typed = {entry: await _typed(poll.box, desk, case, entry) for entry in _ENTRIES}
        differences = await poll.box.differences(poll.key)
    rows = [
        {
            "series": series.letter,
            "first": len(typed[1].get(series.letter, ())),
            "second": len(typed[2].get(series.letter, ())),
            "differing": _open_forms(case, series.letter, differences),
        }
        for series in case.forms.series
    ]
    if as_json:
        print_json({"ok": True, "poll": poll_id, "series": rows})
        return Exit.OK
    table(
        ("票系", "第一组已录", "第二组已录", "差异待裁定"),
        [tuple(str(value) for value in row.values()) for row in rows],
    )
    return Exit.OK


async def fall_back(poll_id: str, new_id: str, *, reason: str, as_: str, as_json: bool) -> int:
    """The whole meeting goes over to paper: the poll is void, another with the same subjects is called and opened.

    Nothing of the void box is opened. Done again after a stop in its middle, it goes on.
    Raises `Failure`, `Refusal`.
    """
    actor = actor_of(as_)
    async with open_desk() as desk:
        poll = await go_over_to_paper(desk, poll_id, new_id, reason=reason, actor=actor)
    case_id = f"{poll.state.year}-{new_id}"
    if as_json:
        print_json({"ok": True, "void": poll_id, "poll": case_id, "opened": poll.state.present is not None})
        return Exit.OK
    done(f"测评 {poll_id} 已作废（票箱不开启），改为纸质测评 {case_id}。")
    say(f"  jiandu ballot forms {case_id}        打印测评票（为原测评印好的票，对象相同，可当场盖章使用）")
    say(f"  jiandu ballot counters {case_id} --person 姓名:1 --person 姓名:2 --person 姓名:监票")
    if poll.state.present is None:
        say(f"  jiandu act poll {case_id} open_poll present=人数    宣布开始")
    return Exit.OK


async def go_over_to_paper(desk: Desk, poll_id: str, new_id: str, *, reason: str, actor: Actor) -> Poll:
    """All acts of `fall_back`. Returns the poll as it was before. Raises `Failure`, `Refusal`."""
    poll = await poll_of(desk, poll_id)
    if poll.state.mode is BallotMode.PAPER:
        raise invalid_input(f"测评 {poll_id} 本来就是纸质票。", "直接用计票台录入。")
    if not poll.state.stage.over:
        await _void(desk, poll, reason, actor)
    case_id = f"{poll.state.year}-{new_id}"
    for item in poll.state.items:
        put: Command = PutToPoll(poll_id=case_id)
        if item.case_kind is ItemKind.RECTIFICATION:
            put = PutToRevote(poll_id=case_id)
        await _act(desk, item.case_kind.case_kind, item.case_id, put, actor, f"{poll_id}:{item.subject}:{new_id}")
    called = CallPoll(
        poll_id=new_id,
        date=datetime.now(UTC).astimezone(TOWN_ZONE).date(),
        items=poll.state.items,
        mode=BallotMode.PAPER,
        revote=poll.state.revote,
        dimensions=poll.state.with_dimensions,
        session=poll.state.session,
    )
    await _act(desk, CaseKind.CYCLE, str(poll.state.year), called, actor, f"{poll_id}:call:{new_id}")
    if poll.state.present is not None:
        opening = OpenPoll(present=poll.state.present)
        await _act(desk, CaseKind.POLL, case_id, opening, actor, f"{poll_id}:open:{new_id}")
    return poll


async def _void(desk: Desk, poll: Poll, reason: str, actor: Actor) -> None:
    """The poll is void as soon as that is recorded. Its box is destroyed once it can be reached: not waited for."""
    poll_id = poll.key.poll_id
    try:
        async with asyncio.timeout(_VOID_SECONDS):
            await _act(desk, CaseKind.POLL, poll_id, VoidPoll(reason=reason), actor, f"{poll_id}:void")
    except TimeoutError:
        if not (await poll_of(desk, poll_id)).state.stage.over:
            raise Failure(f"测评 {poll_id} 还没有作废成功。", "稍候重试同一条命令，不会重复办理。") from None
        say("  票箱暂时连不上：作废已登记，连上后自动销毁，不影响改用纸质票。")


async def _act(desk: Desk, kind: CaseKind, case_id: str, command: Command, actor: Actor, key: str) -> None:
    """An act of the falling back. Its id comes from what it does, so that a second try is told the first answer.

    A case learns a moment after the poll that the poll is void; until then it waits for that one (`poll_pending`).
    """
    step(f"{kind.value} {case_id}：{command.act}")
    tries = _PATIENCE_SECONDS
    while True:
        try:
            await desk.cases.act(kind, case_id, command, actor=actor, command_id=f"fall-back:{key}")
            return
        except Refusal as refusal:
            tries -= 1
            if refusal.code not in _NOT_YET or tries <= 0:
                raise
        await asyncio.sleep(1)


async def _typed(box: BallotBox, desk: CountDesk, poll: Poll, entry: Entry) -> dict[str, set[int]]:
    """Forms typed in one entry, by series."""
    found: dict[str, set[int]] = {}
    for seat in await desk.seats(poll.key):
        if seat.entry == entry:
            for sheet in await box.entered(poll.key, entry, seat.person):
                series = poll.forms.of_subject(sheet.subject)
                if series is not None:
                    found.setdefault(series.letter, set()).add(sheet.sheet_no)
    return found


def _open_forms(poll: Poll, letter: str, differences: Sequence[Difference]) -> int:
    open_ = {each.sheet_no for each in differences if each.decided is None and _letter(poll, each) == letter}
    return len(open_)


def _letter(poll: Poll, difference: Difference) -> str | None:
    series = poll.forms.of_subject(difference.subject)
    return series.letter if series is not None else None
