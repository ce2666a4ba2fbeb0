"""`jiandu ballot begin-casting`, `end-casting`: collecting ends and casting begins; casting ends."""

from __future__ import annotations

from commands.ballot.organising import organising
from commands.outcome import Exit
from commands.screen import done, print_json


async def begin_casting(poll_id: str, *, as_json: bool) -> int:
    """Both issuers sign their lists and destroy their keys; the box takes envelopes. Raises `Failure`, `Refusal`."""
    async with organising(poll_id) as poll:
        await poll.setup()
        await poll.box.begin_casting(poll.key)
    return _told(poll_id, "casting", "签领结束，两方盖章密钥已销毁，现在可以投票。", as_json=as_json)


async def end_casting(poll_id: str, *, as_json: bool) -> int:
    """The box takes nothing new; the log's last checkpoint waits for the witnesses. Raises `Failure`, `Refusal`."""
    async with organising(poll_id) as poll:
        await poll.setup()
        await poll.box.end_casting(poll.key)
    return _told(poll_id, "ended", "投票结束，票箱已封；等见证人签名后导出票箱内容，两组开箱。", as_json=as_json)


def _told(poll_id: str, phase: str, words: str, *, as_json: bool) -> int:
    if as_json:
        print_json({"ok": True, "poll": poll_id, "phase": phase})
    else:
        done(words)
    return Exit.OK
