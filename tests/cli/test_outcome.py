"""What a fault of the surroundings means to the person at the terminal."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("fault", ["NotRunning", "UnknownPolicy"])
def test_a_case_to_be_recovered_is_said_in_words(fault: str) -> None:
    program = (
        "from commands.outcome import finish\n"
        f"from workflows.ended import {fault}\n"
        "def body() -> int:\n"
        f"    raise {fault}('案件 x 尚未办结；请执行 jiandu recover。')\n"
        "finish(body)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "jiandu recover" in done.stderr
    assert "Traceback" not in done.stderr
