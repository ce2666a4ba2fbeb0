"""Node for tests of the deputies' page: the program, the packages of the lock file, and a phone that runs in it.

The product needs no node: the page is built beforehand, and its bundle is committed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[3] / "ballotbox" / "page"
_INSTALL_SECONDS = 240.0


class Refused(Exception):
    """The phone refuses; the message is the one that people read."""


def node() -> str:
    """Node's program, of version 20 at least. Without one the test is skipped, and says how to get it."""
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout if found else "v0"
    if found is None or shutil.which("npm") is None or int(version.lstrip("v").split(".")[0]) < 20:
        pytest.skip(
            "本机没有 Node.js 20 以上版本和 npm，投票页的测试没有运行。请安装：apt install nodejs npm（产品本身不需要）"
        )
    return found


def packages() -> None:
    """What package-lock.json names, installed; one process at a time, and only when the lock file has changed."""
    lock = PAGE / "package-lock.json"
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        wanted = hashlib.sha256(held.read()).hexdigest()
        mark = PAGE / "node_modules" / ".installed"
        if mark.exists() and mark.read_text("ascii") == wanted:
            return
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PAGE, check=True, timeout=_INSTALL_SECONDS
        )
        mark.write_text(wanted, "ascii")


def run(*arguments: str, timeout: float = 240.0) -> subprocess.CompletedProcess[str]:
    """A command in the page's folder."""
    return subprocess.run(arguments, cwd=PAGE, capture_output=True, text=True, check=False, timeout=timeout)


class NodePhones:
    """Phones in a process of node, told what to do line by line (ballotbox/page/tests/phone_process.ts)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def tell(self, act: str, **told: object) -> dict[str, Any]:
        """Do an act. Raises `Refused`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"act": act, **told}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer


@contextmanager
def phones(folder: Path) -> Iterator[NodePhones]:
    """A process of phones, built from the sources."""
    program = node()
    packages()
    built = run(program, "tools/bundle_tests.mjs", str(folder), "phone_process.ts")
    assert built.returncode == 0, built.stderr
    # node looks for packages from where the script lies
    (folder / "node_modules").symlink_to(PAGE / "node_modules")
    process = subprocess.Popen(
        [program, "--enable-source-maps", str(folder / "phone_process.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        yield NodePhones(process)
    finally:
        process.kill()
        process.communicate()
