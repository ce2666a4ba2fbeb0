"""`jiandu up` from its start to its end, with what may happen in between."""

from __future__ import annotations

import shutil
import time
from typing import Any

import psutil

from tests.cli.place import Place, Up, eventually


def board(place: Place) -> dict[str, Any]:
    """Every case with where it stands."""
    cases = place.json("cases")["cases"]
    return {f"{case['kind']}-{case['case_id']}": (case["stage"], case["due"], case["version"]) for case in cases}


def stop(running: Up) -> None:
    """Ctrl-C, and what must then be true."""
    children = running.children()
    assert len(children) >= 4
    begun = time.monotonic()
    assert running.interrupt() == 0
    assert time.monotonic() - begun < 25, running.said
    _, alive = psutil.wait_procs(children, timeout=1)
    assert alive == []
    assert not (running.place.folder / "addresses.json").exists()


def test_a_town_is_found_as_it_was_after_every_kind_of_end(place: Place) -> None:
    running = place.up("--demo")
    try:
        before = board(place)
        year = next(iter(place.json("cases")["cases"]))["year"]
        worker = running.child("worker.py")
        assert worker is not None
        worker.kill()
        eventually(
            lambda: "工作进程意外退出，已重新启动" in running.said, "the worker is started again, and it is said"
        )
        done = place.run("act", "proposal", f"{year}-T02", "decide_step", "step=lead_review", "decision=approve")
        assert done.returncode == 0, done.stderr
        after = board(place)
        assert {key for key in after if after[key] != before[key]} == {f"proposal-{year}-T02"}
        stop(running)

        # The engine goes on where it was, and the demo adds nothing a second time.
        running = place.up("--demo")
        assert "此前已载入" in running.said
        assert board(place) == after

        # A killed `up` leaves its children; the next one ends them before it starts its own.
        orphans = running.children()
        running.process.kill()
        running.process.wait()
        running = place.up("--demo")
        _, alive = psutil.wait_procs(orphans, timeout=5)
        assert alive == [], [each.cmdline() for each in alive]
        assert board(place) == after
        stop(running)

        # Without the engine's data every open case comes back from its events.
        shutil.rmtree(place.folder / "temporal")
        running = place.up()
        assert f"{len(after)}/{len(after)}" in running.said
        assert board(place) == after
        done = place.run("act", "poll", f"{year}-P1", "void_poll", "reason=测试")
        assert done.returncode == 0, done.stderr
        stop(running)
        assert place.json("verify")["ok"] is True
    finally:
        running.end()


def test_ctrl_c_while_it_starts_leaves_no_process(place: Place) -> None:
    running = place.starting("--demo")
    try:
        eventually(lambda: "启动工作进程" in running.said, "the servers run")
        children = running.children()
        assert running.interrupt() == 0
        _, alive = psutil.wait_procs(children, timeout=1)
        assert alive == []
    finally:
        running.end()


def test_a_recovery_that_was_cut_off_is_begun_again(place: Place) -> None:
    """The engine's file is there when the recovery has only begun: it must not pass for an engine that knows all."""
    running = place.up("--demo")
    try:
        before = board(place)
        stop(running)
        shutil.rmtree(place.folder / "temporal")
        running = place.starting()
        eventually(lambda: (place.folder / "temporal" / "temporal.db").exists(), "the engine has begun a new file")
        running.process.kill()
        running.process.wait()
        running = place.up()
        assert f"{len(before)}/{len(before)}" in running.said
        stop(running)
    finally:
        running.end()


def test_what_needs_the_engine_says_so_when_nothing_runs(place: Place) -> None:
    done = place.run("act", "cycle", "2026", "close_cycle")
    assert done.returncode == 1
    assert "jiandu up" in done.stderr
    answer = place.json("doctor", code=1)
    states = {check["key"]: check for check in answer["checks"]}
    assert states["postgres"]["state"] == "error"
    assert "jiandu up" in states["temporal"]["advice"]
    assert states["python"]["state"] == "ok"
