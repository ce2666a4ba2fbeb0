"""`jiandu rehearse` as it is called: exit codes, what goes to which stream, and that real data are never touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from rehearsal.command import FAILED, INVALID, rehearse

ROOT = Path(__file__).resolve().parents[2]
FEBRUARY = Path(__file__).parent / "scenarios" / "february.yaml"
NOWHERE = Path("/nonexistent/temporal")
"""A program that cannot be started: whoever tries fails."""


async def test_an_invalid_scenario_lists_every_fault_and_starts_nothing(tmp_path: Path) -> None:
    text = (
        FEBRUARY.read_text(encoding="utf-8").replace("present: 20", "present: 21").replace("kind: station", "kind: s")
    )
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    said: list[str] = []
    out = tmp_path / "out.json"
    assert await rehearse(tmp_path / "s.yaml", str(out), said.append, temporal_program=NOWHERE) == INVALID
    assert len(said) == 3
    assert "第 6 行 subjects[0].kind" in said[1]
    assert "第 13 行 cycles[0].duty_reports[0].poll.present" in said[2]
    assert not out.exists()


async def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    assert await rehearse(tmp_path / "none.yaml", None, said.append, temporal_program=NOWHERE) == FAILED
    (tmp_path / "gbk.yaml").write_bytes("scenario: 演练".encode("gbk"))
    assert await rehearse(tmp_path / "gbk.yaml", None, said.append, temporal_program=NOWHERE) == INVALID
    missing = str(tmp_path / "none" / "out.json")
    assert await rehearse(FEBRUARY, missing, said.append, temporal_program=NOWHERE) == FAILED
    assert len(said) == 3


def test_the_result_alone_is_on_standard_output_and_nothing_is_left() -> None:
    """The settings point at servers that are not there: a rehearsal has its own."""
    with tempfile.TemporaryDirectory(prefix="jr-") as folder:
        elsewhere = {
            "JIANDU_TEMPORAL_ADDRESS": "127.0.0.1:1",
            "JIANDU_DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/none",
            "JIANDU_DATA_DIR": f"{folder}/data",
            "TMPDIR": folder,
        }
        done = subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), "rehearse", str(FEBRUARY), "--json", "-"],
            capture_output=True,
            check=False,
            env={**os.environ, **elsewhere},
        )
        left = list(Path(folder).iterdir())
    assert done.returncode == 0, done.stderr.decode()
    result = json.loads(done.stdout)
    assert result["scenario"] == "february"
    assert result["ledger"]["verified"] is True
    assert "推演至 2027-03" in done.stderr.decode()
    assert left == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_rehearsal_that_is_told_to_stop_leaves_nothing_running(sign: signal.Signals) -> None:
    with tempfile.TemporaryDirectory(prefix="jr-") as folder:
        running = subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), "rehearse", str(FEBRUARY)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": folder},
        )
        assert running.stderr is not None
        assert running.stderr.readline().decode().startswith("推演至 2026-01")  # its servers run by now
        started = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(sign)
        running.communicate(timeout=60)
        _, alive = psutil.wait_procs(started, timeout=10)
        left = list(Path(folder).iterdir())
    assert running.returncode in (1, 130)
    assert alive == []
    assert left == []
