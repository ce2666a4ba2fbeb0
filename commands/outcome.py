"""How a subcommand ends: its exit code, and its errors in Chinese or as JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine
from enum import IntEnum
from typing import Any, NoReturn

from commands.screen import print_json, say, warn
from domain.acts import Refusal
from domain.faults import Fault, Invalid
from runtime.settings_faults import SettingsError

_LOOK = "先用 jiandu up 启动，或用 jiandu doctor 检查。"


class Exit(IntEnum):
    """Exit codes of every subcommand."""

    OK = 0
    FAILED = 1
    INVALID = 2
    """What was given (a file, an argument) is not valid; nothing was done."""


class Failure(Exception):
    """Something that the person at the terminal has to mend: what is wrong, and what to do, both in Chinese."""

    def __init__(self, message: str, advice: str = "", *, code: str = "failed", exit_code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.code = code
        self.exit_code = exit_code


def invalid_input(message: str, advice: str = "") -> Failure:
    """A failure of what was given on the command line."""
    return Failure(message, advice, code="invalid", exit_code=Exit.INVALID)


def finish(body: Callable[[], int], *, as_json: bool = False) -> NoReturn:
    """Run a subcommand and leave with its exit code. Never returns."""
    code = _guarded(body, as_json=as_json)
    leave(code)


def finish_async(body: Coroutine[Any, Any, int], *, as_json: bool = False) -> NoReturn:
    """Run an asynchronous subcommand and leave with its exit code. Never returns."""
    import asyncio

    finish(lambda: asyncio.run(body), as_json=as_json)


def leave(code: int) -> NoReturn:
    """Flush and leave. After the engine's SDK was loaded the interpreter's own end can abort, so it is skipped."""
    sys.stdout.flush()
    sys.stderr.flush()
    if "temporalio.bridge" in sys.modules:
        os._exit(code)
    sys.exit(code)


def _guarded(body: Callable[[], int], *, as_json: bool) -> int:
    try:
        return body()
    except Invalid as invalid:
        return _report(
            Failure(f"文件有 {len(invalid.faults)} 处错误，什么都没有写入。", code="invalid", exit_code=Exit.INVALID),
            invalid.faults,
            as_json=as_json,
        )
    except Refusal as refusal:
        return _report(Failure(refusal.message, code=refusal.code), as_json=as_json)
    except Failure as failure:
        return _report(failure, as_json=as_json)
    except SettingsError as error:
        faults = [Fault(path="设置", message=fault) for fault in error.faults]
        return _report(Failure("设置有误。", code="settings", exit_code=Exit.INVALID), faults, as_json=as_json)
    except KeyboardInterrupt:
        warn("已中断。")
        return 130
    except Exception as error:
        known = _in_words(error)
        if known is None:
            raise
        return _report(known, as_json=as_json)


def _report(failure: Failure, faults: list[Fault] | None = None, *, as_json: bool) -> int:
    if as_json:
        print_json(
            {
                "ok": False,
                "error": {
                    "code": failure.code,
                    "message": failure.message,
                    "advice": failure.advice,
                    "faults": [fault.model_dump() for fault in faults or []],
                },
            }
        )
        return failure.exit_code
    for fault in faults or []:
        say(f"  {fault}", error=True)
    warn(failure.message)
    if failure.advice:
        say(f"  怎么办：{failure.advice}", error=True)
    return failure.exit_code


def _in_words(error: Exception) -> Failure | None:
    """What a fault of the surroundings means to the person at the terminal; None for a fault of the program."""
    name = type(error).__name__
    module = type(error).__module__
    if name in {"NotRunning", "UnknownPolicy"}:  # they say in Chinese what is wrong and what to do, as the next ones
        return Failure(str(error), code="not_recovered")
    if module.startswith("runtime."):  # its errors say in Chinese what is wrong and what to do
        return Failure(str(error), code="not_started")
    if name == "StoreUnavailable" or (module.startswith(("psycopg", "sqlalchemy")) and name == "OperationalError"):
        return Failure(f"数据库连不上：{_first_line(error)}", _LOOK, code="no_database")
    if name == "EngineUnavailable" or (module.startswith("temporalio") and name == "RPCError"):
        return Failure(
            f"流程引擎没有应答：{_first_line(error)}",
            _LOOK,
            code="no_engine",
        )
    if isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError):
        return Failure(
            f"文件打不开：{error.filename}（{error.strerror}）",
            "核对路径和权限。",
            code="no_file",
            exit_code=Exit.INVALID,
        )
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
