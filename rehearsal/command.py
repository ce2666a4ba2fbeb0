"""The body of `jiandu rehearse`: reads a scenario, plays it, writes what came of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from domain.faults import Invalid
from rehearsal.driver import Driver, Progress
from rehearsal.environment import environment
from rehearsal.report import report
from rehearsal.result import Json, result_of
from rehearsal.scenario import Scenario, load_scenario
from runtime.logging import configure_logging

PLAYED: Final = 0
FAILED: Final = 1
INVALID: Final = 2

Say = Callable[[str], None]


def to_stderr(line: str) -> None:
    """Progress and faults: never on standard output, which may be the result's."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


async def rehearse(
    path: Path, json_out: str | None = None, say: Say = to_stderr, *, temporal_program: Path | None = None
) -> int:
    """Play the scenario of a file. Returns the exit code: 0 played, 2 invalid (nothing was started), 1 unreadable.

    `json_out`: a file to write the result to, `-` for standard output and nothing else there; None: a summary in words.
    Anything else that fails is raised.
    """
    configure_logging(level="warning")  # to standard error: standard output is the result's
    try:
        scenario = load_scenario(await asyncio.to_thread(path.read_text, encoding="utf-8-sig"))
    except OSError as error:
        say(f"读不了推演方案 {path}：{error.strerror}")
        return FAILED
    except UnicodeDecodeError:
        say(f"推演方案 {path} 不是 UTF-8 编码的文本，没有开始推演；请另存为 UTF-8。")
        return INVALID
    except Invalid as invalid:
        say(f"推演方案 {path} 有 {len(invalid.faults)} 处错误，没有开始推演：")
        for fault in invalid.faults:
            say(f"  {fault}")
        return INVALID
    if not _can_write(json_out):
        say(f"没有可以写入结果 {json_out} 的文件夹，没有开始推演。")
        return FAILED
    playing = asyncio.create_task(play(scenario, _progress(say), temporal_program=temporal_program))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
    try:
        result = await playing
    except asyncio.CancelledError:
        this = asyncio.current_task()
        if this is not None and this.cancelling():
            raise
        say("推演已中断。")
        return FAILED
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
    await asyncio.to_thread(_write, result, json_out)
    return PLAYED


async def play(scenario: Scenario, progress: Progress | None = None, *, temporal_program: Path | None = None) -> Json:
    """Play a scenario in an environment of its own, and give its result."""
    async with environment(temporal_program) as place:
        driver = Driver(scenario, place, progress)
        await driver.play()
        return await result_of(driver, place)


def _progress(say: Say) -> Progress:
    """Says how far the play has come, a line a month of business time."""
    months: set[str] = set()

    def told(moment: datetime, done: int, total: int) -> None:
        month = moment.strftime("%Y-%m")
        if month not in months:
            months.add(month)
            say(f"推演至 {month}（{done}/{total}）")

    return told


def _can_write(json_out: str | None) -> bool:
    """Whether there is a folder for the result: better known before the play than after it."""
    return json_out is None or json_out == "-" or os.access(Path(json_out).absolute().parent, os.W_OK | os.X_OK)


def _write(result: Json, json_out: str | None) -> None:
    if json_out is None:
        sys.stdout.write(report(result))
        return
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    if json_out == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        Path(json_out).write_text(text, encoding="utf-8")
