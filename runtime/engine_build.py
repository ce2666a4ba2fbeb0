"""The Temporal program: found, or built once with its progress shown (`python -m runtime.engine_build`).

Order: `JIANDU_TEMPORAL_BINARY` · `temporal` on the PATH · the cache · the SDK's download · built from the official Go
module pinned in `runtime/engine/`. Imports nothing heavy: every `make` target asks it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from runtime.engine_sources import BuildError, build, download

SERVER_MINIMUM = (1, 32)
_ENGINE = Path(__file__).resolve().parent / "engine"


class EngineError(RuntimeError):
    """No Temporal program can be had; the message says in Chinese what was tried and what to do."""


def cache_folder() -> Path:
    """Where built programs are kept, for all checkouts of this user."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "jiandu"


def cached_path() -> Path:
    """Where the program of the pinned module versions is (or will be) in the cache."""
    pinned = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        pinned.update((_ENGINE / name).read_bytes())
    return cache_folder() / f"temporal-{pinned.hexdigest()[:16]}"


def server_version(program: Path) -> tuple[int, ...] | None:
    """Version of the server inside the program, None when it is not the Temporal command or does not run."""
    try:
        shown = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"Server (\d+)\.(\d+)\.(\d+)", shown.stdout)
    return tuple(int(part) for part in match.groups()) if match else None


def find(named: Path | None = None) -> Path | None:
    """The program where it is already on this machine: named in the settings, on the PATH, or in the cache.

    Raises:
        EngineError: the named program is missing or too old.
    """
    variable = os.environ.get("JIANDU_TEMPORAL_BINARY")
    named = named or (Path(variable).expanduser() if variable else None)
    if named is not None:
        version = server_version(named)
        if version is None or version < SERVER_MINIMUM:
            raise EngineError(
                f"JIANDU_TEMPORAL_BINARY（temporal_binary）指向的 {named} 不是可用的 temporal 1.9 以上程序。"
            )
        return named.absolute()
    on_path = shutil.which("temporal")
    if on_path is not None and (server_version(Path(on_path)) or (0,)) >= SERVER_MINIMUM:
        return Path(on_path)
    cached = cached_path()
    return cached if os.access(cached, os.X_OK) else None


def ensure(named: Path | None = None, say: Callable[[str], None] | None = None) -> Path:
    """The program, made when it is nowhere yet.

    Args:
        named: the settings' `temporal_binary`.
        say: is told each step of the progress; default: lines on standard error.

    Raises:
        EngineError: nothing worked; the message lists every way that was tried.
    """
    found = find(named)
    if found is not None:
        return found
    say = say or _to_stderr
    target = cached_path()
    try:
        if not download(target, say):
            build(_ENGINE, target, say)
    except BuildError as error:
        raise EngineError(
            f"没有找到也没能建成 Temporal 引擎：{error}\n"
            "可任选其一：安装官方 temporal 命令（1.9 以上）并放入 PATH；用 JIANDU_TEMPORAL_BINARY 指定它；"
            "用 JIANDU_TEMPORAL_ADDRESS 指向已有的集群；或安装 Go 1.26.8 以上后重试。"
        ) from error
    return target


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> int:
    if os.environ.get("JIANDU_TEMPORAL_ADDRESS"):
        return 0
    try:
        ensure()
    except EngineError as error:
        _to_stderr(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
