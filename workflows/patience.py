"""Asking the engine until it has answered, within a given time: no question to it waits for ever.

The engine's client waits without end where the engine holds a call open: an update that was accepted, say, of a case
whose worker is gone. Every question is therefore put anew at intervals, always under the same id; an answer that is
only slow is not lost by it, since the engine joins the repeated question to the one under way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog
from temporalio.client import RPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

log = structlog.get_logger("jiandu.client")

T = TypeVar("T")

ATTEMPT = timedelta(seconds=15)
"""How long one question may be under way before it is put anew."""

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 1.0

_AWAY = {
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,  # "transport error": the connection broke while the answer was awaited
}
"""The engine did not refuse, it did not get round to it: the same question is put again."""


class EngineUnavailable(Exception):
    """The engine could not answer in the given time. The same act may be sent again under the same id."""


class CutOff(Exception):
    """The run that took a question ended before it answered: the next one is asked."""


def unavailable(what: str) -> EngineUnavailable:
    """The error for a question that was not answered in time; `what` was asked, in words for people."""
    return EngineUnavailable(f"流程引擎暂时无法受理（{what}），请稍后用同一编号重试。")


def away(error: RPCError) -> bool:
    """Whether the engine was away, rather than refusing."""
    return error.status in _AWAY


def refuse_if_given_up() -> None:
    """The engine's client turns a cancelled call into an error of its own; whoever cancelled waits for the real one."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def giving_up_after(patience: timedelta) -> float:
    """The moment of the loop's clock at which a patience that begins now has its end."""
    return asyncio.get_running_loop().time() + patience.total_seconds()


async def until_answered(
    what: str, attempt: Callable[[], Awaitable[T]], *, give_up: float, passing: Callable[[RPCError], bool] = away
) -> T:
    """The answer to a question, put again until there is one.

    `what` is asked, in words for people. `give_up`: by the loop's clock. `passing` tells which errors of the engine
    are worth another attempt; all others are raised. Raises `EngineUnavailable` once the time is up.
    """
    clock = asyncio.get_running_loop().time
    pause = _FIRST_PAUSE
    while True:
        try:
            async with asyncio.timeout_at(min(give_up, clock() + ATTEMPT.total_seconds())):
                return await attempt()
        except (CutOff, RPCTimeoutOrCancelledError, TimeoutError) as failure:
            refuse_if_given_up()
            reason: Exception = failure
        except RPCError as failure:
            if not passing(failure):
                raise
            reason = failure
        if clock() + pause > give_up:
            raise unavailable(what) from reason
        log.info("engine_asked_again", what=what, reason=type(reason).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
